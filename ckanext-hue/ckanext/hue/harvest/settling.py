"""What follows a written batch, and can be done again at any time: Solr, and rows that nobody may read."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable

from ckanext.hue.search.indexing import index_datasets
from ckanext.hue.tables import loading
from ckanext.hue.tables.errors import TableError
from ckanext.hue.tables.files import jobs as file_jobs

from .database import rows

log = logging.getLogger(__name__)

INDEXED_AT_ONCE = 500  # datasets


def settle(source_id: str, dataset_ids: Collection[str] | None = None) -> None:
    """Finish what was written: bring it to Solr (these datasets, or all), and drop what was closed.

    A job begins with it too, for what a killed one left behind.
    """
    while _index_pending(source_id, dataset_ids):
        pass
    _drop_closed_tables(source_id)


def left_behind() -> list[str]:
    """The sources (ids) of which something was written and not finished, and that nobody works on."""
    return [
        row.source_id
        for row in rows(
            "SELECT DISTINCT t.source_id::text FROM hue_harvest_table t"
            " WHERE (t.index_pending OR t.state = 'closed' AND t.content_hashes <> '{}')"
            " AND NOT EXISTS (SELECT FROM hue_harvest_job j WHERE j.source_id = t.source_id AND ("
            "  j.state IN ('queued', 'planning') OR j.state = 'running' AND EXISTS ("
            "   SELECT FROM hue_harvest_item i WHERE i.job_id = j.id AND i.state = 'waiting')))"
        )
    ]


def drop_tables(resource_ids: Iterable[str]) -> bool:
    """Drop tables with their files; False when they are in use, so that it has to be tried again."""
    resource_ids = list(resource_ids)
    try:
        file_jobs.remove_files_of(resource_ids)
        loading.drop(resource_ids)
    except TableError:
        log.warning("Tables of closed resources could not be dropped yet", exc_info=True)
        return False
    return True


def _index_pending(source_id: str, dataset_ids: Collection[str] | None) -> bool:
    """Index some datasets; whether there may be more."""
    pending = rows(
        "SELECT t.dataset_id::text, t.changed, coalesce(p.state = 'active', false) AS active"
        " FROM hue_harvest_table t LEFT JOIN package p ON p.id = t.dataset_id::text"
        " WHERE t.source_id = :source AND t.index_pending"
        " AND (:all OR t.dataset_id = ANY(CAST(:ids AS uuid[]))) LIMIT :limit",
        source=source_id,
        all=dataset_ids is None,
        ids=list(dataset_ids or ()),
        limit=INDEXED_AT_ONCE,
    )
    if not pending:
        return False
    index_datasets(
        [row.dataset_id for row in pending if row.active],
        [row.dataset_id for row in pending if not row.active],
    )
    # What another worker wrote again since is still pending.
    rows(
        "UPDATE hue_harvest_table t SET index_pending = false"
        " FROM unnest(CAST(:ids AS uuid[]), CAST(:times AS timestamptz[])) AS done (dataset_id, changed)"
        " WHERE t.source_id = :source AND t.dataset_id = done.dataset_id AND t.changed = done.changed",
        source=source_id,
        ids=[row.dataset_id for row in pending],
        times=[row.changed for row in pending],
    )
    return len(pending) == INDEXED_AT_ONCE


def _drop_closed_tables(source_id: str) -> None:
    """Nobody can read them since their datasets are deleted; those in use now are dropped the next time."""
    closed = rows(
        "SELECT remote_id, content_hashes FROM hue_harvest_table"
        " WHERE source_id = :source AND state = 'closed' AND content_hashes <> '{}'",
        source=source_id,
    )
    for row in closed:
        if drop_tables(row.content_hashes):
            rows(
                "UPDATE hue_harvest_table SET content_hashes = '{}'"
                " WHERE source_id = :source AND remote_id = :remote AND state = 'closed'",
                source=source_id,
                remote=row.remote_id,
            )
