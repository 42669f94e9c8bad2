"""Promise 11: a job's progress is visible while it runs, its report stays, and old reports are pruned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ckanext.hue.harvest import checking, jobs, leases, reports, runner

Run = Callable[..., Any]


def test_counts_move_with_each_batch(platform: Run, add_source: Run, monkeypatch: Any) -> None:
    import ckan.plugins.toolkit as tk

    monkeypatch.setitem(tk.config, "ckanext.hue.harvest.batch_size", 2)
    source = add_source(platform(tables=8, rows=3, open_tables=4).base)
    job_id = jobs.create(source)
    seen = []
    while lease := leases.claim():
        runner.run(lease)
        status = reports.status(job_id)
        seen.append((status.state, status.done, status.waiting))
    assert seen == [("running", 0, 4), ("running", 2, 2), ("finished", 4, 0)]
    assert reports.status(job_id).rows_per_second
    assert [line.state for line in reports.report(job_id)] == ["done"] * 4
    assert all(line.rows and line.dataset for line in reports.report(job_id))


def test_old_reports_are_pruned_but_the_newest(
    platform: Run, add_source: Run, harvest: Run, sql: Run
) -> None:
    source = add_source(platform(tables=2, rows=1, open_tables=1).base)
    ids = [harvest(source).id for _ in range(4)]
    jobs.prune(keep_jobs=3, keep_days=1000)
    assert [job.id for job in reports.history(source.id, 10)] == ids[:0:-1]
    sql("UPDATE hue_harvest_job SET finished = now() - interval '9 days' WHERE source_id = :s", s=source.id)
    jobs.prune(keep_jobs=3, keep_days=8)
    assert [job.id for job in reports.history(source.id, 10)] == ids[-1:]


def test_a_dry_run_writes_nothing(platform: Run, add_source: Run, harvest: Run, sql: Run) -> None:
    server = platform(tables=8, rows=3, open_tables=4)
    source = add_source(server.base)
    harvest(source)
    gone, changed, *_ = server.open_ids()
    server.change(gone, removed=True)
    server.change(changed, rows=5)

    def everything() -> list[Any]:
        return [
            sql(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)), count(*) FROM {name} t")  # noqa: S608
            for name in (
                *("hue_harvest_source", "hue_harvest_job", "hue_harvest_item", "hue_harvest_table"),
                *("hue_harvest_host", "package", "resource", "activity"),
            )
        ]

    before = everything()
    found = checking.check(source)
    assert found.plan.actions == {"withdraw": 1, "changed": 1}
    assert everything() == before
