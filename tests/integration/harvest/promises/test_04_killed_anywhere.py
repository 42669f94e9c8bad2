"""Promise 4: SIGKILL at every step of the engine, then a re-run, ends as an undisturbed run does."""

from __future__ import annotations

import importlib
import os
import signal
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from ckan.lib.search.common import make_connection

from ckanext.hue.harvest import jobs, leases, reports, scheduler, worker
from ckanext.hue.tables.database import datastore_connection

Run = Callable[..., Any]
MOST_LOOKS = 5  # of the scheduler, until a job is over
ENGINE = "ckanext.hue.harvest"
# name of the step: the function (module:name), before or after its n-th call
STEPS = {
    "before a job is claimed": (f"{ENGINE}.leases:_claim_planning", "before", 1),
    "a job is claimed": (f"{ENGINE}.leases:_claim_planning", "after", 1),
    "the listing is asked for": ("ckanext.hue.harvesters.platform:PlatformSource._listing_page", "before", 1),
    "the listing is spooled": (f"{ENGINE}.planning:write_listing", "after", 1),
    "before the plan is decided": (f"{ENGINE}.planning:_decide", "before", 1),
    "decided, not committed": (f"{ENGINE}.planning:_decide", "after", 1),
    "the plan is committed": (f"{ENGINE}.planning:plan", "after", 1),
    "tables are claimed": (f"{ENGINE}.leases:_claim_items", "after", 1),
    "more tables are claimed": (f"{ENGINE}.leases:_claim_items", "after", 2),
    "a lease is renewed": (f"{ENGINE}.leases:_renew", "after", 1),
    "a first page is asked for": ("ckanext.hue.harvesters.platform:PlatformSource._get_page", "before", 1),
    "a page is read": ("ckanext.hue.harvesters.platform:PlatformSource._get_page", "after", 2),
    "rows are staged": ("ckanext.hue.tables.staging:Staging.copy", "after", 1),
    "a table is built": ("ckanext.hue.tables.loading:build", "after", 1),
    "before a swap": ("ckanext.hue.tables.publishing:swap", "before", 1),
    "swapped, not committed": ("ckanext.hue.tables.publishing:swap", "after", 1),
    "rows are published": (f"{ENGINE}.runner:load", "after", 1),
    "all rows are published": (f"{ENGINE}.publishing:publish", "before", 1),
    "before a dataset is written": (f"{ENGINE}.publishing:_write_dataset", "before", 1),
    "a dataset is written": (f"{ENGINE}.publishing:_write_dataset", "after", 1),
    "before what was done is remembered": (f"{ENGINE}.publishing:remember", "before", 1),
    "remembered, not committed": (f"{ENGINE}.publishing:remember", "after", 1),
    "the batch is committed": (f"{ENGINE}.publishing:_write", "after", 1),
    "before Solr is told": (f"{ENGINE}.settling:index_datasets", "before", 1),
    "Solr is told": (f"{ENGINE}.settling:index_datasets", "after", 1),
    "Solr is told of a second batch": (f"{ENGINE}.settling:index_datasets", "after", 2),
    "before the job is finished": (f"{ENGINE}.leases:finish_done", "before", 2),
    "the job is finished": (f"{ENGINE}.leases:finish_done", "after", 2),
}
DROPPING = {
    "before rows of a closed table are dropped": (f"{ENGINE}.settling:drop_tables", "before", 1),
    "rows of a closed table are dropped": (f"{ENGINE}.settling:drop_tables", "after", 1),
}


def deadly(step: tuple[str, str, int]) -> None:
    """Make this process kill itself at a step."""
    place, moment, number = step
    module, _, path = place.partition(":")
    owner: Any = importlib.import_module(module)
    *parents, name = path.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    original = getattr(owner, name)
    calls = iter(range(1, 10_000))

    def wrapped(*args: Any, **values: Any) -> Any:
        now = next(calls) == number
        if now and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **values)
        if now:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, wrapped)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of three tables, and leases that are renewed often but never run out of themselves."""
    import ckan.plugins.toolkit as tk

    monkeypatch.setitem(tk.config, "ckanext.hue.harvest.batch_size", 3)
    monkeypatch.setitem(tk.config, "ckanext.hue.harvest.lease", 60)
    monkeypatch.setattr(leases, "BEATS_A_LEASE", 1_200)


def never_harvested(count: int, platform: Run, add_source: Run, harvest: Run, age: Run) -> list[Any]:
    """Sources of one platform before their first job."""
    server = platform(tables=12, rows=3, open_tables=4)
    return [add_source(server.base) for _ in range(count)]


def changed_in_every_way(count: int, platform: Run, add_source: Run, harvest: Run, age: Run) -> list[Any]:
    """Sources of one platform, harvested and before a job for all that happened to their tables since."""
    server = platform(tables=12, rows=3, open_tables=5)
    sources = [add_source(server.base) for _ in range(count)]
    first, second, closed, withdrawn, archived = sorted(server.open_ids())
    server.change(second, mucdo="noi-bo")
    for source in sources:
        assert harvest(source).done == 4
    server.change(archived, removed=True)
    for source in sources:
        assert harvest(source).gone == 1
        age(source)
    server.change(first, rows=5)
    server.change(second, mucdo="mo")
    server.change(closed, mucdo="noi-bo")
    server.change(withdrawn, removed=True)
    return sources


def state(source: Any, stored: Run, sql: Run) -> dict[str, Any]:
    """All that is known of a source, without what its name decides."""
    found = stored(source)
    known = sql(
        "SELECT t.remote_id, t.state, t.fingerprint, t.mark, t.index_pending, gone_since IS NULL AS here,"
        " (SELECT count(*) FROM jsonb_object_keys(content_hashes)) AS lists"
        " FROM hue_harvest_table t WHERE source_id = :source ORDER BY 1",
        source=source.id,
    )
    documents = make_connection().search(
        "*:*", fq=[f"harvest_source:{source.name}"], fl="harvest_id,state", rows=100
    )
    with datastore_connection() as connection, connection.cursor() as cursor:
        rows = {}
        for row in sql(
            "SELECT remote_id, array(SELECT jsonb_object_keys(content_hashes)) AS ids FROM hue_harvest_table"
            " WHERE source_id = :source",
            source=source.id,
        ):
            for resource in row.ids:
                cursor.execute(f'SELECT md5(string_agg(t::text, chr(10) ORDER BY _id)) FROM "{resource}" t')  # noqa: S608
                rows[row.remote_id, len(rows)] = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND (relname LIKE '\\_hue\\_%%'"
            " OR relname = ANY(%s))",
            (unpublished_resources(found, sql, source),),
        )
        left_over = cursor.fetchone()
    return {
        "datasets": {
            remote: (one.state, one.harvest_state, len(one.resources), one.activities)
            for remote, one in sorted(found.items())
        },
        "known": [tuple(row) for row in known],
        "solr": documents.hits,
        "rows": sorted((remote, digest) for (remote, _), digest in rows.items()),
        "left over": left_over,
        "active jobs": jobs.active_job(source.id),
        "waiting": sql(
            "SELECT count(*) FROM hue_harvest_item i JOIN hue_harvest_job j ON j.id = i.job_id"
            " WHERE j.source_id = :source AND i.state IN ('waiting', 'failed')",
            source=source.id,
        )[0][0],
    }


def unpublished_resources(found: dict[str, Any], sql: Run, source: Any) -> list[str]:
    """Resources of closed tables: their rows must be gone."""
    closed = {
        row[0]
        for row in sql(
            "SELECT remote_id FROM hue_harvest_table WHERE source_id = :source AND state = 'closed'",
            source=source.id,
        )
    }
    return [str(uuid.UUID(name)) for remote in closed for name in found[remote].resources]


@pytest.mark.parametrize(
    ("before", "steps"),
    [(never_harvested, STEPS), (changed_in_every_way, {**STEPS, **DROPPING})],
    ids=["first", "changed"],
)
def test_killed_at_every_step_it_ends_as_if_it_was_not(
    before: Callable[..., list[Any]],
    steps: dict[str, tuple[str, str, int]],
    platform: Run,
    add_source: Run,
    harvest: Run,
    age: Run,
    stored: Run,
    sql: Run,
    in_a_fork: Run,
    leases_run_out: Run,
) -> None:
    undisturbed, *sources = before(1 + len(steps), platform, add_source, harvest, age)
    assert harvest(undisturbed).succeeded
    expected = state(undisturbed, stored, sql)
    assert expected["waiting"] == expected["left over"][0] == 0
    for (name, step), source in zip(steps.items(), sources, strict=True):
        job_id = jobs.create(source)

        def killed(step: tuple[str, str, int] = step) -> None:
            deadly(step)
            worker.work()

        assert in_a_fork(killed) == signal.SIGKILL, f"nothing was killed: {name}"
        for _ in range(MOST_LOOKS):
            leases_run_out(source)
            scheduler.tick()
            worker.work()
            if reports.status(job_id).over:
                break
        assert reports.status(job_id).succeeded, name
        assert state(source, stored, sql) == expected, f"killed at: {name}"


def test_a_table_that_kills_its_worker_fails_after_three_attempts_and_the_others_are_published(
    platform: Run, add_source: Run, stored: Run, in_a_fork: Run, leases_run_out: Run
) -> None:
    server = platform(tables=12, rows=3, open_tables=5)
    source = add_source(server.base)
    poison = sorted(server.open_ids())[0]
    job_id = jobs.create(source)

    def killed() -> None:
        from ckanext.hue.harvesters.platform import PlatformSource

        original = PlatformSource.pages

        def deadly_pages(self: Any, entry: Any, mark: str = "") -> Any:
            if entry.remote_id == poison:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(self, entry, mark)

        PlatformSource.pages = deadly_pages  # type: ignore[method-assign]
        worker.work()

    deaths = 0
    while not reports.status(job_id).over:
        deaths += in_a_fork(killed) == signal.SIGKILL
        leases_run_out(source)
        scheduler.tick()
    assert deaths == 3
    [line] = reports.report(job_id, states=("failed",))
    assert line.remote_id == poison
    assert "dừng đột ngột 3 lần" in line.message
    assert set(stored(source)) == set(server.open_ids()) - {poison}
