"""Promise 3: what there is to do stands in PostgreSQL; Redis only wakes workers, and any worker may die."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from ckan.lib.jobs import get_queue

from ckanext.hue.harvest import jobs, leases, reports, runner, scheduler, sources, worker
from ckanext.hue.harvest.errors import LeaseLost, NothingToDo

Run = Callable[..., Any]


def done(job_id: str) -> int:
    status = reports.status(job_id)
    return status.planned - status.waiting


def test_a_job_survives_the_loss_of_all_that_redis_holds(
    platform: Run, add_source: Run, start: Run, wait_until: Run
) -> None:
    server = platform(tables=30, rows=5, open_tables=12, delay_ms=60)
    source = add_source(server.base)
    first = start("jobs", "worker")
    job_id = worker.start(source)
    wait_until(lambda: 0 < done(job_id) < 12)
    first.end()
    get_queue().connection.flushdb()
    assert not reports.status(job_id).over

    start("jobs", "worker")

    def over() -> bool:
        scheduler.tick()
        return reports.status(job_id).over

    wait_until(over)
    assert reports.status(job_id).succeeded
    assert reports.status(job_id).done == 12


def test_a_source_has_one_job_at_a_time(platform: Run, add_source: Run) -> None:
    source = add_source(platform(tables=4, rows=1, open_tables=1).base)
    first = jobs.create(source)
    assert jobs.create(source, "schedule") == first
    lease = leases.claim()
    assert lease and lease.job_id == first
    assert leases.claim() is None
    jobs.cancel(first)
    assert jobs.create(source) != first
    jobs.cancel(jobs.active_job(source.id) or "")


def test_a_worker_that_slept_past_its_lease_writes_nothing(
    platform: Run, add_source: Run, start: Run, wait_until: Run, stored: Run, sql: Run
) -> None:
    # long enough that it falls asleep while it waits for an answer, not while it holds on to the rows
    server = platform(tables=10, rows=5, open_tables=3, delay_ms=800)
    source = add_source(server.base)
    sleeper = start("jobs", "worker")
    job_id = worker.start(source)
    wait_until(lambda: sum(server.table_counts().values()) > 1)
    sleeper.signal(signal.SIGSTOP)
    assert done(job_id) == 0
    wait_until(
        lambda: (
            not sql(
                "SELECT 1 FROM hue_harvest_item WHERE job_id::text = :id AND lease_until > now()", id=job_id
            )
        )
    )
    wait_until(lambda: worker.work() or reports.status(job_id).over)
    before = stored(source)
    versions = sql("SELECT remote_id, changed, mark FROM hue_harvest_table WHERE source_id = :s", s=source.id)
    assert len(before) == 3

    sleeper.signal(signal.SIGCONT)
    wait_until(lambda: not sleeper.busy())

    assert stored(source) == before
    assert (
        sql("SELECT remote_id, changed, mark FROM hue_harvest_table WHERE source_id = :s", s=source.id)
        == versions
    )
    assert reports.status(job_id).succeeded


def test_rows_are_not_replaced_by_a_worker_whose_table_was_taken(
    platform: Run, add_source: Run, harvest: Run, stored: Run, tables: Run, leases_run_out: Run
) -> None:
    """It slept after it read the table's last page, before it replaced the rows."""
    server = platform(tables=4, rows=5, open_tables=1)
    source = add_source(server.base)
    harvest(source)
    [(remote, first)] = stored(source).items()
    server.change(remote, rows=7)
    jobs.create(source)
    planning = leases.claim()
    assert planning
    runner.run(planning)
    late = leases.claim()
    assert late and [item.remote_id for item in late.items] == [remote]
    leases_run_out(source)
    other = leases.claim()
    assert other and other.items and other.token > late.token
    with pytest.raises(LeaseLost), leases.keeping(late, remote) as keep:
        keep()
    with leases.keeping(other, remote) as keep:
        keep()
        leases_run_out(source)
        assert leases.claim() is None  # nobody takes the table while its rows are replaced
    runner.run(other)
    leases.finish_done()
    assert set(tables(list(first.resources)).values()) == {7}


def test_a_dataset_is_not_written_by_a_worker_whose_table_was_taken(
    platform: Run, add_source: Run, harvest: Run, stored: Run, leases_run_out: Run
) -> None:
    """A closed table has no rows to hold on to: it is the token alone that shuts the late worker out."""
    server = platform(tables=4, rows=5, open_tables=1)
    source = add_source(server.base)
    harvest(source)
    before = stored(source)
    server.change(next(iter(before)), mucdo="noi-bo")
    job_id = jobs.create(source)
    planning = leases.claim()
    assert planning
    runner.run(planning)
    late = leases.claim()
    assert late and [item.action for item in late.items] == ["closed"]
    leases_run_out(source)
    other = leases.claim()
    assert other and other.items
    with pytest.raises(LeaseLost):
        runner._Batch(source, late, check=lambda: None).run()
    assert stored(source) == before
    runner.run(other)
    assert reports.status(job_id).closed == 1
    assert {one.state for one in stored(source).values()} == {"deleted"}


def test_a_job_cancelled_under_work_writes_no_more(
    platform: Run, add_source: Run, start: Run, wait_until: Run, stored: Run
) -> None:
    server = platform(tables=30, rows=5, open_tables=12, delay_ms=60)
    source = add_source(server.base)
    process = start("jobs", "worker")
    job_id = worker.start(source)
    wait_until(lambda: 0 < done(job_id) < 12)
    jobs.cancel(job_id)
    written = set(stored(source))
    wait_until(lambda: not process.busy())
    assert set(stored(source)) == written
    assert reports.status(job_id).state == "cancelled"
    with pytest.raises(NothingToDo):
        jobs.cancel(job_id)
    assert worker.start(source) != job_id
    wait_until(lambda: reports.latest(source.name)[0].over)
    assert len(stored(source)) == 12


def test_a_paused_source_waits_and_goes_on(
    platform: Run, add_source: Run, start: Run, wait_until: Run, stored: Run
) -> None:
    server = platform(tables=30, rows=5, open_tables=12, delay_ms=60)
    source = add_source(server.base)
    process = start("jobs", "worker")
    job_id = worker.start(source)
    wait_until(lambda: 0 < done(job_id) < 9)
    sources.pause(source.name, paused=True)
    wait_until(lambda: not process.busy())
    scheduler.tick()
    assert 0 < reports.status(job_id).waiting < 12
    sources.pause(source.name, paused=False)
    scheduler.tick()
    wait_until(lambda: reports.status(job_id).over)
    assert len(stored(source)) == 12


def test_work_by_a_listing_of_yesterday_is_left_to_a_new_one(
    platform: Run, add_source: Run, wait_until: Run, stored: Run, sql: Run
) -> None:
    server = platform(tables=10, rows=5, open_tables=3)
    source = add_source(server.base)
    victim = server.open_ids()[0]
    old = jobs.create(source)
    planning = leases.claim()
    assert planning
    runner.run(planning)
    assert reports.status(old).waiting == 3
    sources.pause(source.name, paused=True)
    sql("UPDATE hue_harvest_job SET listed_at = now() - interval '25 hours' WHERE id = :id", id=old)
    server.change(victim, mucdo="noi-bo")
    scheduler.tick()
    assert not reports.status(old).over  # a paused source waits
    sources.pause(source.name, paused=False)
    assert leases.claim() is None
    scheduler.tick()
    assert reports.status(old).state == "cancelled"
    assert "24 giờ" in reports.status(old).message
    worker.work()
    [newest] = reports.latest(source.name)
    assert (newest.id != old, newest.succeeded, newest.done) == (True, True, 2)
    assert victim not in stored(source)


def test_failed_tables_are_not_tried_again_by_a_listing_of_yesterday(
    platform: Run, add_source: Run, harvest: Run, sql: Run
) -> None:
    server = platform(tables=10, rows=5, open_tables=3)
    source = add_source(server.base)
    server.fault(f"bang/{server.open_ids()[0]}", "html")
    failed = harvest(source)
    assert failed.failed == 1
    sql("UPDATE hue_harvest_job SET listed_at = now() - interval '25 hours' WHERE id = :id", id=failed.id)
    with pytest.raises(NothingToDo, match="thu thập lại"):
        jobs.retry(failed.id)
    assert reports.status(failed.id).state == "finished"
    server.heal()
    assert harvest(source).done == 1


def test_failed_tables_are_tried_again_alone(
    platform: Run, add_source: Run, start: Run, wait_until: Run
) -> None:
    server = platform(tables=10, rows=5, open_tables=3)
    source = add_source(server.base)
    victim = server.open_ids()[0]
    server.fault(f"bang/{victim}", "html")
    start("jobs", "worker")
    job_id = worker.start(source)
    wait_until(lambda: reports.status(job_id).over)
    assert (reports.status(job_id).failed, reports.status(job_id).done) == (1, 2)
    server.heal()
    before = Counter(server.table_counts())
    assert jobs.retry(job_id) == 1
    worker.wake()
    wait_until(lambda: reports.status(job_id).over)
    assert reports.status(job_id).succeeded
    assert set(Counter(server.table_counts()) - before) == {victim}


def test_two_workers_share_a_job_and_fetch_no_table_twice(
    platform: Run, add_source: Run, start: Run, wait_until: Run, sql: Run
) -> None:
    server = platform(tables=60, rows=5, open_tables=18, delay_ms=100)
    source = add_source(server.base)
    workers = [start("jobs", "worker"), start("jobs", "worker")]
    job_id = worker.start(source)
    at_once: set[int] = set()

    def over() -> bool:
        worker.wake()
        [(tokens,)] = sql(
            "SELECT count(DISTINCT token) FROM hue_harvest_item WHERE job_id::text = :id"
            " AND state = 'waiting' AND lease_until > now()",
            id=job_id,
        )
        at_once.add(tokens)
        return reports.status(job_id).over

    wait_until(over)
    assert len(workers) == max(at_once) == 2
    assert reports.status(job_id).succeeded
    assert reports.status(job_id).done == 18
    fetched = server.table_counts()
    assert set(fetched) == set(server.open_ids())
    assert set(fetched.values()) == {1}
