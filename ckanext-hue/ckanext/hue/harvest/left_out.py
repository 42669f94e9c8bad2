"""The rows that a harvest left out of a table, as the DataStore's quarantine keeps them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ckanext.hue.tables.database import datastore_connection

from .database import rows

_KEPT = """
    SELECT v.resource_id, v.version, (
        SELECT count(*) FROM hue.quarantined_row q
        WHERE q.resource_id = v.resource_id AND q.version = v.version) AS values
    FROM (
        SELECT DISTINCT ON (resource_id) resource_id, version FROM hue.table_version
        WHERE resource_id = ANY(%s) AND loaded <= %s ORDER BY resource_id, version DESC
    ) v ORDER BY v.resource_id
"""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One list of a table from which rows were left out: for how many `values` they were, in `version`."""

    resource_id: str
    name: str
    version: int
    values: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a job: how many rows it left out, and those of its lists of which they are still kept."""

    remote_id: str
    title: str
    quarantined: int
    lists: tuple[LeftOut, ...]


def of_table(job_id: str, remote_id: str) -> Table | None:
    """What a job left out of one table; None when it did not deal with it.

    A load leaves a version of the table, or finds that nothing changed: what a job made or found is the
    newest version before the next job began.
    """
    found = rows(
        "SELECT coalesce(i.entry->>'title', i.remote_id) AS title, i.quarantined,"
        " coalesce((SELECT min(newer.started) FROM hue_harvest_job newer"
        "  WHERE newer.source_id = j.source_id AND newer.created > j.created), now()) AS until,"
        " coalesce(t.content_hashes, '{}') AS content_hashes"
        " FROM hue_harvest_item i JOIN hue_harvest_job j ON j.id = i.job_id"
        " LEFT JOIN hue_harvest_table t ON t.source_id = j.source_id AND t.remote_id = i.remote_id"
        " WHERE i.job_id = CAST(:job AS uuid) AND i.remote_id = :remote",
        job=job_id,
        remote=remote_id,
    )
    if not found:
        return None
    item = found[0]
    lists = _lists(item.content_hashes, item.until) if item.quarantined else ()
    return Table(remote_id, item.title, item.quarantined, tuple(lists))


def _lists(resource_ids: Iterable[str], until: Any) -> list[LeftOut]:
    ids = list(resource_ids)
    with datastore_connection() as connection, connection.cursor() as cursor:
        cursor.execute(_KEPT, (ids, until))
        kept = [row for row in cursor.fetchall() if row[2]]
    names = {
        row.id: row.name
        for row in rows("SELECT id, name FROM resource WHERE id = ANY(:ids)", ids=[each[0] for each in kept])
    }
    return [LeftOut(each, names.get(each) or each, version, values) for each, version, values in kept]
