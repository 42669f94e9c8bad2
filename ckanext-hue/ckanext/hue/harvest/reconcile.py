"""The reconciler: finds where source, database, DataStore and Solr have drifted apart, and mends it.

It may run beside harvests, uploads and readers at any time, and again at any time: a second run finds what
changed since the first one.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import ckan.plugins.toolkit as tk
from ckan import model
from rq.timeouts import JobTimeoutException

from ckanext.hue import config
from ckanext.hue.harvest.sources import HarvestSource, all_sources, get

from . import jobs as harvest_jobs
from .database import rows
from .errors import HarvestError
from .reconciling import datasets, documents, jobs, listings, tables
from .reconciling.datasets import Redoing
from .reconciling.report import Finding, Report
from .reconciling.workspace import Workspace, workspace

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Run:
    """A run over the whole portal; `finished` is None while it goes on, or when its process ended."""

    started: datetime
    finished: datetime | None
    findings: list[Finding]


def run(name: str | None = None, *, dry_run: bool = False) -> Report:
    """Compare and mend the whole portal, or what is of one source; a dry run only compares.

    Raises UnknownSource, ReconcileUnderWay.
    """
    chosen = [get(name)] if name else all_sources()
    report = Report(dry_run=dry_run)
    with workspace([source.id for source in chosen] if name else None) as space:
        record = None if dry_run or name else _begin()
        _run_all_parts(space, chosen, report)
        if record is not None:
            _end(record, report)
    for finding in report.findings:
        log.log(logging.ERROR if finding.outcome == "failed" else logging.INFO, "%s", finding.message)
    return report


def run_all() -> None:
    """The nightly background job."""
    try:
        run()
    except HarvestError as error:
        log.warning("The portal was not reconciled: %s", error)


def enqueue() -> None:
    """Queue the nightly run. Raises redis.exceptions.RedisError."""
    tk.enqueue_job(
        run_all,
        title="Đối soát nguồn, cơ sở dữ liệu, DataStore và Solr",
        rq_kwargs={"timeout": config.reconcile_timeout()},
    )


def history(limit: int = 10) -> list[Run]:
    """The runs over the whole portal, newest first."""
    found = rows("SELECT * FROM hue_reconcile ORDER BY id DESC LIMIT :limit", limit=limit)
    return [Run(row.started, row.finished, [Finding(**one) for one in row.findings]) for row in found]


def _run_all_parts(space: Workspace, chosen: list[HarvestSource], report: Report) -> None:
    redoing = Redoing(space, report)
    wanted = redoing.sources

    def read_listings() -> None:
        for source in chosen:
            if listings.compare(space, source, report):
                wanted.add(source.id)

    parts: list[tuple[str, Callable[[], None]]] = [
        ("lần thu thập và hàng đợi", lambda: jobs.compare(space, report)),
        ("phần việc dở dang", lambda: documents.settle_pending(space, report)),
        ("bộ dữ liệu", lambda: datasets.compare(space, report, redoing)),
        ("bảng của DataStore", lambda: _compare_tables(space, report, redoing)),
        ("danh mục của nguồn", read_listings),
        ("việc thu thập lại", lambda: jobs.queue(wanted, report)),
        ("chỉ mục tìm kiếm", lambda: documents.compare(space, report)),
    ]
    for title, part in parts:
        try:
            part()
        except JobTimeoutException:
            raise
        except HarvestError as error:
            report.note(f"Chưa đối soát xong {title}: {error}", "failed")
        except Exception as error:
            # What is out of order in one place must not keep the others from being mended.
            log.exception("The reconciler could not go on")
            report.note(f"Chưa đối soát xong {title}: {harvest_jobs.own_fault(error)}", "failed")
        finally:
            model.Session.remove()


def _compare_tables(space: Workspace, report: Report, redoing: Redoing) -> None:
    tables.read(space)
    tables.compare(space, report, redoing)
    tables.drop_closed(space, report)
    tables.set_flags(space, report)
    if space.whole:
        tables.drop_orphans(space, report)
        tables.drop_leftovers(space, report)


def _begin() -> int:
    """Write down that a run begins, and forget old ones."""
    rows(
        "DELETE FROM hue_reconcile WHERE started < now() - :days * interval '1 day'"
        " OR id <= (SELECT max(id) FROM hue_reconcile) - :runs",
        days=config.kept_days(),
        runs=config.kept_jobs(),
    )
    return rows("INSERT INTO hue_reconcile DEFAULT VALUES RETURNING id")[0].id


def _end(record: int, report: Report) -> None:
    findings = [finding.as_dict() for finding in report.findings]
    rows(
        "UPDATE hue_reconcile SET finished = now(), findings = CAST(:findings AS jsonb) WHERE id = :id",
        id=record,
        findings=json.dumps(findings, ensure_ascii=False),
    )
