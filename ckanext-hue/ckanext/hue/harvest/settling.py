"""What follows a written batch, and can be done again at any time: Solr, and rows that nobody may read."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from pysolr import SolrError
from sqlalchemy import text
from sqlalchemy.engine import Row

from ckanext.hue.search.indexing import index_datasets
from ckanext.hue.search.showing import Shown
from ckanext.hue.tables import loading
from ckanext.hue.tables.errors import TableError
from ckanext.hue.tables.files import jobs as file_jobs

from .database import rows, transaction
from .records import VANISHED

log = logging.getLogger(__name__)

INDEXED_AT_ONCE = 500  # datasets
_REFUSED = "HTTP 400"  # as pysolr quotes Solr's answer; anything else says nothing about the document
_NOT_IN_SEARCH = (
    "Bộ dữ liệu đã được ghi nhưng máy tìm kiếm từ chối bản mô tả, nên tìm kiếm trên cổng chưa có nội dung"
    " mới. Nhật ký của tiến trình nền có chi tiết."
)
_UNUSED = """(t.state = 'closed' AND t.content_hashes <> '{}'
    OR t.content_hashes @? '$.* ? (@ == "")')"""
# A job that is about to load the table again keeps it.
_HOLD_UNUSED = text(f"""
    SELECT t.state, t.content_hashes FROM hue_harvest_table t
    WHERE t.source_id = :source AND t.remote_id = :remote AND {_UNUSED} AND NOT EXISTS (
        SELECT FROM hue_harvest_item i JOIN hue_harvest_job j ON j.id = i.job_id
        WHERE j.source_id = t.source_id AND j.state = 'running' AND i.remote_id = t.remote_id
            AND i.state = 'waiting' AND i.action IN ('new', 'changed'))
    FOR UPDATE OF t SKIP LOCKED
""")  # noqa: S608


def settle(source_id: str, dataset_ids: Collection[str] | None = None, shown: Shown | None = None) -> None:
    """Finish what was written: bring it to Solr (these datasets, or all), and drop what was closed.

    `shown` holds what was read of datasets written just now.

    A job begins with it too, for what a killed one left behind.
    """
    _drop_unused_tables(source_id)
    while _index_next(source_id, dataset_ids, shown):
        pass


def left_behind() -> list[str]:
    """The sources (ids) of which something was written and not finished, and that nobody works on."""
    return [
        row.source_id
        for row in rows(
            "SELECT DISTINCT t.source_id::text FROM hue_harvest_table t"  # noqa: S608
            f" WHERE (t.index_pending OR {_UNUSED})"
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


def _index_next(source_id: str, dataset_ids: Collection[str] | None, shown: Shown | None) -> bool:
    """Index some datasets, one process at a time for a source: a late one would bring what it read before."""
    with transaction() as connection:
        connection.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"hue index {source_id}"}
        )
        return _index_pending(source_id, dataset_ids, shown)


def _index_pending(source_id: str, dataset_ids: Collection[str] | None, shown: Shown | None) -> bool:
    """Index some datasets; whether there may be more."""
    pending = rows(
        "SELECT t.dataset_id::text, t.changed, coalesce(p.state = 'active', false) AS active,"
        " p.metadata_modified"
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
    refused = _index(
        [row.dataset_id for row in pending if row.active],
        [row.dataset_id for row in pending if not row.active],
        _still_true(shown or {}, pending),
    )
    if refused:
        _report_refused(source_id, refused)
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


def _still_true(shown: Shown, pending: Sequence[Row[Any]]) -> Shown:
    """What nobody has written since it was read."""
    modified = {row.dataset_id: row.metadata_modified for row in pending if row.active}
    return {
        dataset_id: read
        for dataset_id, read in shown.items()
        if dataset_id in modified and modified[dataset_id].isoformat() == read[0]["metadata_modified"]
    }


def _index(active: list[str], deleted: list[str], shown: Shown | None) -> list[str]:
    """Bring datasets to Solr; returns those that it refuses each by itself, which are found by halves.

    One document that can never be indexed must not keep its whole source waiting for ever.
    Raises SolrError when Solr is down or in trouble.
    """
    try:
        index_datasets(active, deleted, shown)
        return []
    except SolrError as error:
        if _REFUSED not in str(error):
            raise
        if len(active) == 1:
            log.exception("Solr refuses the document of dataset %s", active[0])
    if len(active) > 1:
        middle = len(active) // 2
        return _index(active[:middle], [], shown) + _index(active[middle:], deleted, shown)
    index_datasets([], deleted)
    return active


def _report_refused(source_id: str, dataset_ids: list[str]) -> None:
    """Say it in the report of the job that wrote them, which is not over before its index is."""
    rows(
        "UPDATE hue_harvest_item i SET message = concat_ws(' ', nullif(i.message, ''), :message)"
        " FROM hue_harvest_job j WHERE j.id = i.job_id AND j.source_id = :source AND j.state = 'running'"
        " AND i.state = 'done' AND i.dataset_id = ANY(CAST(:ids AS uuid[]))",
        source=source_id,
        message=_NOT_IN_SEARCH,
        ids=dataset_ids,
    )


def _drop_unused_tables(source_id: str) -> None:
    """Drop what nobody can read any more; what is in use now is dropped the next time."""
    for (remote_id,) in rows(
        f"SELECT remote_id FROM hue_harvest_table t WHERE source_id = :source AND {_UNUSED}",  # noqa: S608
        source=source_id,
    ):
        with transaction() as connection:
            # The lock keeps a load that comes meanwhile waiting (see leases.keeping).
            row = connection.execute(_HOLD_UNUSED, {"source": source_id, "remote": remote_id}).first()
            if row is None:
                continue
            unused = [
                resource_id
                for resource_id, content_hash in row.content_hashes.items()
                if row.state == "closed" or content_hash == VANISHED
            ]
            if drop_tables(unused):
                connection.execute(
                    text(
                        "UPDATE hue_harvest_table SET content_hashes = content_hashes - CAST(:ids AS text[])"
                        " WHERE source_id = :source AND remote_id = :remote"
                    ),
                    {"ids": unused, "source": source_id, "remote": remote_id},
                )
