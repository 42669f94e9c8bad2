"""What the sources list now, and what is published of it. Sources are only read."""

from __future__ import annotations

import logging

from rq.timeouts import JobTimeoutException

from ckanext.hue.harvest import breaker, jobs, planning
from ckanext.hue.harvest.sources import HarvestSource
from ckanext.hue.harvesters.base import OPEN
from ckanext.hue.harvesters.errors import SourceError

from .datasets import REDO
from .report import Kind, Report
from .workspace import Workspace, spool

log = logging.getLogger(__name__)

UNKNOWN = Kind("bảng mở ở nguồn chưa có trên cổng", "xếp hàng thu thập")
CLOSED = Kind("bảng không còn mở ở nguồn mà cổng vẫn công bố", REDO)

# A table that the last harvest tried in vain stands in that harvest's report.
_UNKNOWN = """
    SELECT l.entry::jsonb ->> 'title' AS name FROM hue_listing l
    WHERE l.access = :open
        AND NOT EXISTS (SELECT FROM hue_harvest_table t
            WHERE t.source_id = CAST(:source AS uuid) AND t.remote_id = l.remote_id)
        AND NOT EXISTS (SELECT FROM hue_harvest_item i WHERE i.remote_id = l.remote_id AND i.state = 'failed'
            AND i.job_id = (SELECT id FROM hue_harvest_job WHERE source_id = CAST(:source AS uuid)
                ORDER BY created DESC LIMIT 1))
    ORDER BY l.position
"""
_CLOSED = """
    SELECT l.entry::jsonb ->> 'title' AS name
    FROM hue_listing l JOIN hue_harvest_table t USING (remote_id)
    WHERE t.source_id = CAST(:source AS uuid) AND t.state IN ('active', 'withdrawn') AND l.access <> :open
    ORDER BY l.position
"""
# Only of a table with one list the listing's number says how many rows that one has.
_ROWS = """
    SELECT p.title, CAST(l.entry::jsonb ->> 'rows' AS bigint) AS listed, s.rows AS stored
    FROM hue_listing l
    JOIN hue_harvest_table t USING (remote_id)
    JOIN package p ON p.id = t.dataset_id::text
    CROSS JOIN LATERAL jsonb_object_keys(t.content_hashes) AS known (resource_id)
    JOIN reconcile_stored s ON s.id = known.resource_id AND s.whole
    WHERE t.source_id = CAST(:source AS uuid) AND t.state = 'active' AND t.fingerprint = l.fingerprint
        AND (SELECT count(*) FROM jsonb_object_keys(t.content_hashes)) = 1
        AND CAST(l.entry::jsonb ->> 'rows' AS bigint) <> s.rows
    ORDER BY l.position LIMIT :limit
"""
NAMED = 20  # tables of a source whose number of rows differs


def compare(workspace: Workspace, source: HarvestSource, report: Report) -> bool:
    """Compare one source's listing; whether it is to be harvested. One that is at work is left out."""
    if source.paused or jobs.active_job(source.id):
        return False
    if breaker.is_open(source.host):
        report.note(f"Nguồn «{source.name}» chưa được so sánh: máy chủ của nguồn đang gặp sự cố.")
        return False
    try:
        with spool() as lines:
            planning.write_listing(source.open().listing(), lines)
            workspace.fill("hue_listing", planning.LISTING, lines)
    except SourceError as error:
        report.note(f"Nguồn «{source.name}» chưa được so sánh: {error}")
        return False
    except JobTimeoutException:
        raise
    except Exception as error:
        log.exception("The listing of %s could not be compared", source.name)
        report.note(f"Nguồn «{source.name}» chưa được so sánh: {jobs.own_fault(error)}", "failed")
        return False
    given = {"source": source.id, "open": OPEN}
    unknown = workspace.rows(_UNKNOWN, **given)
    closed = workspace.rows(_CLOSED, **given)
    report.add(UNKNOWN, [row.name for row in unknown])
    report.add(CLOSED, [row.name for row in closed])
    for row in workspace.rows(_ROWS, **given, limit=NAMED):
        report.note(
            f"Bảng «{row.title}» của nguồn «{source.name}»: nguồn ghi {row.listed} bản ghi,"
            f" cổng có {row.stored}; hãy kiểm tra nguồn."
        )
    return bool(unknown or closed)
