"""Promise 8: a host in trouble is left alone for a while; its job waits meanwhile, others go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ckanext.hue.harvest import breaker, jobs, reports, worker

Run = Callable[..., Any]


@pytest.mark.parametrize(
    ("kind", "options"),
    [("drop", {}), ("status", {"status": 500}), ("status", {"status": 429, "retry_after": "0"})],
)
def test_after_five_failures_in_a_row_the_rest_waits_and_is_finished_later(
    platform: Run, add_source: Run, harvest: Run, sql: Run, kind: str, options: dict[str, Any]
) -> None:
    server, healthy = (
        platform(tables=20, rows=2, open_tables=12),
        platform(tables=4, rows=2, open_tables=2),
    )
    source = add_source(server.base)
    server.fault("bang/*", kind, **options)
    job_id = jobs.create(source)
    worker.work()
    status = reports.status(job_id)
    assert (status.state, status.failed, status.waiting) == ("running", breaker.THRESHOLD - 1, 8)
    assert harvest(add_source(healthy.base)).done == 2
    asked = server.counts()["bang"]
    worker.work()
    assert server.counts()["bang"] == asked  # the host is left alone

    server.heal()
    sql("UPDATE hue_harvest_host SET open_until = now() WHERE host = :host", host=source.host)
    worker.work()
    status = reports.status(job_id)
    assert (status.state, status.failed, status.done) == ("finished", 4, 8)
    assert not breaker.counting(source.host)
    jobs.retry(job_id)
    worker.work()
    assert reports.status(job_id).succeeded


def test_each_failure_after_a_pause_makes_it_longer(sql: Run) -> None:
    host = "thu.example:1"
    assert [breaker.failed(host) for _ in range(breaker.THRESHOLD - 1)] == [None] * (breaker.THRESHOLD - 1)
    first = breaker.failed(host) or 0
    sql("UPDATE hue_harvest_host SET open_until = now() WHERE host = :host", host=host)
    second = breaker.failed(host) or 0
    assert breaker.FIRST_PAUSE_SECONDS - 1 < first <= breaker.FIRST_PAUSE_SECONDS < second
    breaker.succeeded(host)
    assert breaker.failed(host) is None
    breaker.succeeded(host)


def test_a_passing_failure_is_not_noticed(platform: Run, add_source: Run, harvest: Run) -> None:
    server = platform(tables=10, rows=2, open_tables=3)
    server.fault("*", "status", times=2, status=503, retry_after="0")
    server.fault("*", "drop", times=1)
    server.fault("bang/*", "slow", times=2, chunk_delay_ms=20, chunk_bytes=64)
    assert harvest(add_source(server.base)).succeeded
