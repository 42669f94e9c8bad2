"""Jobs and items that nobody works on any more, and what they left in the queue."""

from __future__ import annotations

from ckanext.hue.harvest import jobs, leases, worker
from ckanext.hue.harvest.database import rows
from ckanext.hue.harvest.sources import get_by_id

from .report import Kind, Report
from .workspace import Workspace

STUCK = Kind("lần thu thập bị bỏ dở", "giao lại cho tiến trình nền hoặc kết thúc")
STRANDED = Kind("bảng còn chờ trong lần thu thập đã kết thúc", "ghi là lỗi")
QUEUE = Kind("việc lỗi của bộ thu thập còn trong hàng đợi", "xóa khỏi hàng đợi")

_PATIENCE = "interval '15 minutes'"
_MESSAGE = "Lần thu thập đã kết thúc trước khi đến lượt bảng này; lần sau sẽ thử lại."
# Nothing waits any more, or what waits has had no worker for a while; a paused source waits for a person.
_STUCK = f"""
    SELECT j.id::text, s.name FROM hue_harvest_job j JOIN hue_harvest_source s ON s.id = j.source_id
    WHERE NOT s.paused AND (:whole OR s.id = ANY(CAST(:sources AS uuid[])))
        AND NOT EXISTS (SELECT FROM hue_harvest_host h WHERE h.host = s.host AND h.open_until > now())
        AND (j.state = 'planning' AND j.lease_until < now() - {_PATIENCE}
            OR j.state = 'running' AND NOT EXISTS (SELECT FROM hue_harvest_item i
                WHERE i.job_id = j.id AND i.state = 'waiting')
            OR j.state = 'running' AND j.started < now() - {_PATIENCE} AND NOT EXISTS (
                SELECT FROM hue_harvest_item i WHERE i.job_id = j.id
                AND (i.lease_until > now() - {_PATIENCE} OR i.finished > now() - {_PATIENCE})))
"""  # noqa: S608
_STRANDED = """
    SELECT s.name || '/' || i.remote_id AS name FROM hue_harvest_item i
    JOIN hue_harvest_job j ON j.id = i.job_id JOIN hue_harvest_source s ON s.id = j.source_id
    WHERE i.state = 'waiting' AND j.state IN ('finished', 'failed')
        AND (:whole OR s.id = ANY(CAST(:sources AS uuid[])))
"""
_FAIL_STRANDED = """
    UPDATE hue_harvest_item i SET state = 'failed', finished = now(), message = :message, token = NULL
    FROM hue_harvest_job j WHERE j.id = i.job_id AND i.state = 'waiting' AND j.state IN ('finished', 'failed')
        AND (:whole OR j.source_id = ANY(CAST(:sources AS uuid[])))
"""


def compare(workspace: Workspace, report: Report) -> None:
    """Find jobs that hang and tables that wait for nothing, and bring them to an end.

    Items of a cancelled job stay as they are: its report says what was not done. Raises QueueUnavailable.
    """
    stuck = workspace.rows(_STUCK)
    stranded = workspace.rows(_STRANDED)
    if not report.dry_run:
        if stranded:
            workspace.rows(_FAIL_STRANDED, message=_MESSAGE)
        if stuck:
            leases.give_up()
            worker.wake()
    report.add(STRANDED, [row.name for row in stranded])
    report.add(STUCK, [row.name for row in stuck])
    if workspace.whole:
        report.add(QUEUE, worker.remove_failed(dry_run=report.dry_run))


def queue(source_ids: set[str], report: Report) -> None:
    """Queue a harvest of each of these sources and wake a worker; paused ones wait for a person.

    Raises QueueUnavailable: then the scheduler wakes a worker later.
    """
    paused = {
        row.id: row.name
        for row in rows(
            "SELECT id::text, name FROM hue_harvest_source WHERE paused AND id = ANY(CAST(:ids AS uuid[]))",
            ids=list(source_ids),
        )
    }
    for name in paused.values():
        report.note(f"Nguồn «{name}» đang tạm dừng: việc thu thập lại chờ đến khi nguồn được chạy tiếp.")
    for source_id in [] if report.dry_run else sorted(source_ids - paused.keys()):
        jobs.create(get_by_id(source_id), "schedule")
    if source_ids - paused.keys() and not report.dry_run:
        worker.wake(1)
