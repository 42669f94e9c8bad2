"""Datasets in the database, and their documents in Solr."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import ckan.plugins.toolkit as tk
from pysolr import SolrError
from rq.timeouts import JobTimeoutException
from sqlalchemy.engine import Row

from ckanext.hue.harvest import jobs, settling
from ckanext.hue.harvest.database import rows
from ckanext.hue.search import contents
from ckanext.hue.search.indexing import index_datasets

from .report import Kind, Report
from .workspace import Workspace, idle, in_scope

log = logging.getLogger(__name__)

INDEX_AGAIN = "lập chỉ mục lại"
MISSING = Kind("bộ dữ liệu không có trong chỉ mục tìm kiếm", INDEX_AGAIN)
OUTDATED = Kind("bộ dữ liệu có nội dung cũ trong chỉ mục tìm kiếm", INDEX_AGAIN)
EXPOSED = Kind("bộ dữ liệu không công khai mà người ngoài tìm thấy được", INDEX_AGAIN)
SURPLUS = Kind("mục trong chỉ mục tìm kiếm không còn bộ dữ liệu tương ứng", "xóa khỏi chỉ mục")
PENDING = Kind("nguồn có kết quả thu thập chưa vào chỉ mục hoặc chưa dọn xong", "làm nốt")

_COLUMNS = "index_id text, id text, name text, state text, capacity text, modified timestamptz"
# CKAN gives each document this id.
_INDEX_ID = "md5({id} || CAST(:site AS text))"
_DIFFERING = f"""
    SELECT p.id, p.name, '' AS index_id,
        CASE WHEN d.id IS NULL THEN 'missing'
             WHEN e.index_id IS NOT NULL OR p.private AND d.capacity IS DISTINCT FROM 'private' THEN 'exposed'
             ELSE 'outdated' END AS difference
    FROM package p
    LEFT JOIN reconcile_document d ON d.id = p.id AND d.index_id = {_INDEX_ID.format(id="p.id")}
    LEFT JOIN reconcile_exposed e ON e.index_id = d.index_id
    WHERE (:keep_deleted OR p.state <> 'deleted') AND (:every OR p.id = ANY(:ids))
        AND (d.id IS NULL OR e.index_id IS NOT NULL
            OR d.modified AT TIME ZONE 'UTC' IS DISTINCT FROM date_trunc('milliseconds', p.metadata_modified)
            OR d.state IS DISTINCT FROM p.state OR d.name IS DISTINCT FROM p.name
            OR d.capacity IS DISTINCT FROM CASE WHEN p.private THEN 'private' ELSE 'public' END)
        AND {in_scope("p.id")} AND {idle("p.id")}
    UNION ALL
    SELECT d.id, coalesce(d.name, d.id, d.index_id), d.index_id, 'surplus'
    FROM reconcile_document d
    LEFT JOIN package p ON p.id = d.id AND (:keep_deleted OR p.state <> 'deleted')
        AND d.index_id = {_INDEX_ID.format(id="p.id")}
    WHERE p.id IS NULL AND {in_scope("d.id")} AND {idle("d.id")}
"""  # noqa: S608
_KINDS = {"missing": MISSING, "outdated": OUTDATED, "exposed": EXPOSED, "surplus": SURPLUS}


def settle_pending(workspace: Workspace, report: Report) -> None:
    """Finish what a killed harvest has written but not indexed, or not dropped."""
    for source in settling.left_behind():
        if workspace.whole or source in (workspace.sources or []):
            name = rows("SELECT name FROM hue_harvest_source WHERE id = :id", id=source)[0].name
            if not report.dry_run:
                settling.settle(source)
                if source in settling.left_behind():
                    report.fail(PENDING, [name], "bảng đang được đọc")
                    continue
            report.add(PENDING, [name])


def compare(workspace: Workspace, report: Report) -> None:
    """Find documents that are missing, outdated, surplus or exposed, and mend them in batches.

    Raises SolrError when Solr does not answer.
    """
    _compare(workspace, "reconcile_suspect", contents.documents(), contents.exposed())
    for suspects in workspace.taken("reconcile_suspect"):
        _mend(report, _confirmed(workspace, suspects))


def index(kind: Kind, named: dict[str, str], report: Report) -> None:
    """Index these datasets (names by id) again, and report those as of this kind for which it failed."""
    for ids, reason in _failures(list(named)):
        report.fail(kind, [named[dataset_id] for dataset_id in ids], reason)


def _compare(
    workspace: Workspace,
    target: str,
    documents: Iterable[contents.Document],
    exposed: Iterable[str],
    ids: Sequence[str] | None = None,
) -> None:
    workspace.fill_rows("reconcile_document", _COLUMNS, documents)
    workspace.fill_rows("reconcile_exposed", "index_id text", ([index_id] for index_id in exposed))
    workspace.make(
        target,
        _DIFFERING,
        site=tk.config["ckan.site_id"],
        keep_deleted=not tk.config["ckan.search.remove_deleted_packages"],
        every=ids is None,
        ids=list(ids or ()),
    )


def _confirmed(workspace: Workspace, suspects: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    """Those that differ still: what was written while Solr was read looked like a difference."""
    site = tk.config["ckan.site_id"]
    wanted = {
        row.index_id or hashlib.md5(f"{row.id}{site}".encode(), usedforsecurity=False).hexdigest()
        for row in suspects
    }
    _compare(
        workspace,
        "reconcile_differing",
        contents.documents(wanted),
        contents.exposed(),
        [row.id for row in suspects],
    )
    return workspace.rows("SELECT * FROM reconcile_differing")


def _mend(report: Report, differing: Sequence[Row[Any]]) -> None:
    surplus = [row for row in differing if row.difference == "surplus"]
    if surplus and not report.dry_run:
        contents.remove([row.index_id for row in surplus])
    others = {row.id: row for row in differing if row.difference != "surplus"}
    failed: set[str] = set()
    for ids, reason in [] if report.dry_run else _failures(list(others)):
        failed.update(ids)
        for dataset_id in ids:
            row = others[dataset_id]
            report.fail(_KINDS[row.difference], [row.name], reason)
    for row in differing:
        if row.id not in failed:
            report.add(_KINDS[row.difference], [row.name])


def _failures(ids: list[str]) -> Iterator[tuple[list[str], str]]:
    """Index datasets together; yields those that cannot be, with the reason."""
    if not ids:
        return
    try:
        index_datasets(ids)
    except JobTimeoutException:
        raise
    except Exception as error:
        if isinstance(error, SolrError):
            contents.ask()  # not again and again, when it is Solr that is away
        if len(ids) > 1:
            middle = len(ids) // 2
            yield from _failures(ids[:middle])
            yield from _failures(ids[middle:])
        else:
            log.exception("Dataset %s could not be indexed", ids[0])
            yield ids, jobs.own_fault(error)
