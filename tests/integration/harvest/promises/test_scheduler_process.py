"""The scheduler as a process: what is due is harvested, what was left is taken over, a signal ends it."""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from ckanext.hue.harvest import reports, scheduler, sources

Run = Callable[..., Any]


def due(sql: Run, source: Any) -> None:
    sql("UPDATE hue_harvest_source SET next_run = now() WHERE id = :id", id=source.id)


def test_a_due_source_is_harvested_once_by_two_schedulers_and_a_paused_one_is_not(
    platform: Run, add_source: Run, start: Run, wait_until: Run, sql: Run
) -> None:
    server = platform(tables=6, rows=2, open_tables=3)
    source, paused = (add_source(server.base, every_minutes=60) for _ in range(2))
    sources.pause(paused.name, paused=True)
    due(sql, source)
    due(sql, paused)
    schedulers = [start("hue", "scheduler"), start("hue", "scheduler")]
    start("jobs", "worker")
    wait_until(lambda: any(job.over for job in reports.latest(source.name)))
    assert [job.origin for job in reports.history(source.id, 10)] == ["schedule"]
    assert reports.history(paused.id, 10) == []
    next_run = sources.get(source.name).next_run
    assert next_run
    wait = next_run - datetime.now(UTC)
    assert timedelta(minutes=50) < wait < timedelta(minutes=60 * (1 + scheduler.JITTER))
    for process in schedulers:
        process.popen.send_signal(signal.SIGTERM)
    assert [process.popen.wait(timeout=30) for process in schedulers] == [0, 0]


def test_what_a_killed_worker_left_is_taken_over(
    platform: Run, add_source: Run, start: Run, wait_until: Run
) -> None:
    from ckanext.hue.harvest import worker

    source = add_source(platform(tables=30, rows=5, open_tables=9, delay_ms=60).base)
    start("hue", "scheduler")
    first = start("jobs", "worker")
    job_id = worker.start(source)
    wait_until(lambda: bool(reports.status(job_id).done))
    first.end()
    start("jobs", "worker")
    wait_until(lambda: reports.status(job_id).over)
    assert reports.status(job_id).succeeded


def test_the_nightly_hour_comes_once_a_night() -> None:
    evening = datetime(2026, 1, 1, 12, tzinfo=UTC)
    first = scheduler._nightly(evening)
    assert timedelta() < first - evening <= timedelta(days=1)
    assert scheduler._nightly(first) - first > timedelta(hours=23)
