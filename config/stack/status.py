"""What `./hue status` says: each part, up or why not, and how much data there is."""

from __future__ import annotations

import time
from typing import Any

from stack import parts, portal, ports, postgres, redis_server, state, supervision
from stack.errors import StackError
from stack.part import Part
from stack.steps import say

REASONS = {
    "STOPPED": "không chạy",
    "EXITED": "đã tự kết thúc",
    "BACKOFF": "lỗi khi khởi động, đang thử lại",
    "FATAL": "không khởi động được",
    "STOPPING": "đang dừng",
}
COUNTS = {
    "Bộ dữ liệu công khai": (
        portal.MAIN.database,
        "SELECT count(*) FROM package WHERE state = 'active' AND NOT private",
    ),
    "Bảng trong DataStore": (
        portal.MAIN.datastore,
        'SELECT count(*) FROM "_table_metadata" WHERE alias_of IS NULL',
    ),
}
HARVEST_JOBS = """
SELECT state, count(*) FROM hue_harvest_job GROUP BY state ORDER BY state;
"""
JOB_STATES = {
    "queued": "đang chờ",
    "planning": "đang đọc danh mục",
    "running": "đang chạy",
    "finished": "đã xong",
    "failed": "thất bại",
    "cancelled": "đã hủy",
}


def show() -> int:
    """Print the state of everything. Returns 0 when every part is up."""
    if not ports.load():
        say("Cổng chưa được cài đặt ở đây. Hãy chạy ./hue up.")
        return 1
    known = supervision.states()
    if not known:
        say("Cổng không chạy. Khởi động bằng ./hue up.")
        return 1
    every = [*parts.servers(), *parts.applications(with_sandbox=state.get("demo", True))]
    reports = {part.name: why_not(part, known.get(part.name)) for part in every}
    for part in every:
        reason = reports[part.name]
        detail = reason or ", ".join(["đang chạy", *where(part), uptime(known[part.name])])
        say(f"  {'✗' if reason else '✓'} {part.title:<28} {detail}")
    if not reports["postgres"]:
        show_counts(with_queue=not reports["redis"])
    say(f"Cổng dữ liệu mở Huế: {portal.site_url()}")
    return 1 if any(reports.values()) else 0


def why_not(part: Part, info: dict[str, Any] | None) -> str:
    """Say why a part is not up; empty when it is."""
    if info is None:
        return "bộ giám sát chưa biết thành phần này; hãy chạy lại ./hue up"
    if info["statename"] not in ("RUNNING", "STARTING"):
        cause = f": {info['spawnerr']}" if info["spawnerr"] else ""
        return f"{REASONS.get(info['statename'], info['statename'])}{cause} (xem ./hue logs {part.name})"
    return "" if part.is_ready() else f"tiến trình {info['pid']} không trả lời (xem ./hue logs {part.name})"


def where(part: Part) -> list[str]:
    """Say on which port a part listens, if on any."""
    port = ports.of_part(part.name)
    return [f"cổng mạng {port}"] if port else []


def uptime(info: dict[str, Any]) -> str:
    """Say for how long a part has been running."""
    minutes = max(0, int(time.time() - info["start"])) // 60
    hours, minutes = divmod(minutes, 60)
    return f"{hours} giờ {minutes} phút" if hours else f"{minutes} phút"


def show_counts(with_queue: bool) -> None:
    """Print how many datasets, tables and jobs there are."""
    for title, (database, sql) in COUNTS.items():
        say(f"  {title}: {count(database, sql)}")
    if has_table("hue_harvest_job"):
        rows = [line.split("\t") for line in postgres.psql(HARVEST_JOBS, portal.MAIN.database).splitlines()]
        jobs = ", ".join(f"{number} {JOB_STATES.get(name, name)}" for name, number in rows)
        say(f"  Đợt thu thập: {jobs or 'chưa có'}")
    if with_queue:
        say(f"  Công việc nền đang chờ: {redis_server.queue_length(portal.MAIN.site_id)}")


def count(database: str, sql: str) -> str:
    """Return a number, or a dash while the table does not exist."""
    try:
        return postgres.psql(sql, database).strip()
    except StackError:
        return "—"


def has_table(name: str) -> bool:
    """Whether the portal's database has this table."""
    sql = "SELECT to_regclass(:'name') IS NOT NULL"
    return postgres.psql(sql, portal.MAIN.database, {"name": name}).strip() == "t"
