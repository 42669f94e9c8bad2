"""Promise 2: what is gone from the source is withdrawn, then archived, never purged; it may come back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ckanext.hue.harvest import jobs, reports, sources, worker
from ckanext.hue.harvest.errors import NothingToDo

Run = Callable[..., Any]


def names(action: Run, **query: Any) -> set[str]:
    return {dataset["name"] for dataset in action("package_search", rows=1000, **query)["results"]}


def test_gone_is_withdrawn_then_archived_and_restored_under_the_same_ids(
    platform: Run, add_source: Run, harvest: Run, stored: Run, tables: Run, age: Run, action: Run, client: Any
) -> None:
    server = platform(tables=10, rows=5, open_tables=3)
    source = add_source(server.base)
    harvest(source)
    before = stored(source)
    remote, first = next(iter(before.items()))
    pages = [
        f"/dataset/{first.name}",
        f"/dataset/{first.id}",
        f"/dataset/{first.name}/resource/{first.resources[0]}",
    ]
    mine = f"extras_harvest_source:{source.name}"
    server.change(remote, removed=True)

    assert harvest(source).gone == 1
    assert (stored(source)[remote].state, stored(source)[remote].harvest_state) == ("active", "withdrawn")
    assert first.name not in names(action, fq=mine)
    assert names(action, fq=f"{mine} AND harvest_state:withdrawn") == {first.name}
    page = client.get(pages[0], headers={"Accept-Language": "vi"})
    assert page.status_code == 200
    assert "Nguồn đã ngừng cung cấp bộ dữ liệu này" in page.text
    assert harvest(source).planned == 0  # the grace period lasts

    age(source)
    assert harvest(source).gone == 1
    assert (stored(source)[remote].state, stored(source)[remote].harvest_state) == ("deleted", "archived")
    assert set(tables(list(first.resources))) == set(first.resources)
    for path in pages:
        page = client.get(path, follow_redirects=True)
        assert page.status_code == 410, path
        assert "không còn được công bố" in page.text
    assert client.get(f"/api/3/action/package_show?id={first.id}").status_code == 403  # as CKAN answers
    assert harvest(source).planned == 0  # nothing is ever purged

    server.change(remote, removed=False)
    assert harvest(source).done == 1
    after = stored(source)[remote]
    assert (after.id, after.name, after.resources) == (first.id, first.name, first.resources)
    assert (after.state, after.harvest_state) == ("active", "active")
    assert client.get(pages[0]).status_code == 200
    assert first.name in names(action, fq=mine)


def test_a_page_that_never_was_answers_404(client: Any) -> None:
    assert client.get("/dataset/khong-co-bo-du-lieu-nay").status_code == 404


@pytest.mark.parametrize(
    ("published", "gone", "held"),
    [(60, 6, 0), (60, 7, 7), (20, 5, 0), (20, 6, 6)],
    ids=["10 %", "over 10 %", "5 tables", "6 tables"],
)
def test_more_than_a_tenth_and_more_than_five_wait_for_approval(
    platform: Run,
    add_source: Run,
    harvest: Run,
    stored: Run,
    published: int,
    gone: int,
    held: int,
) -> None:
    server = platform(tables=published, rows=1, open_tables=published)
    source = add_source(server.base)
    assert harvest(source).done == published
    for remote in list(stored(source))[:gone]:
        server.change(remote, removed=True)
    status = harvest(source)
    assert (status.held, status.gone) == (held, gone)
    withdrawn = [one for one in stored(source).values() if one.harvest_state == "withdrawn"]
    assert len(withdrawn) == gone - held


@pytest.fixture
def held(platform: Run, add_source: Run, harvest: Run, stored: Run) -> Any:
    """A source whose tables are all gone: (server, source, job)."""
    server = platform(tables=8, rows=1, open_tables=7)
    source = add_source(server.base)
    harvest(source)
    for remote in stored(source):
        server.change(remote, removed=True)
    status = harvest(source)
    assert (status.held, status.state) == (7, "finished")
    return server, source, status


def test_approved_they_are_withdrawn(held: Any, stored: Run) -> None:
    _, source, status = held
    assert jobs.approve(status.id, "nguoi-duyet") == 7
    worker.work()
    assert reports.status(status.id).succeeded
    assert {one.harvest_state for one in stored(source).values()} == {"withdrawn"}


def test_approved_long_after_the_job_they_are_withdrawn(held: Any, stored: Run, sql: Run) -> None:
    from ckanext.hue.harvest import leases

    _, source, status = held
    sql(
        "UPDATE hue_harvest_job SET created = created - interval '3 days', started = started"
        " - interval '3 days', finished = finished - interval '3 days' WHERE source_id = :source",
        source=source.id,
    )
    jobs.approve(status.id, "nguoi-duyet")
    leases.give_up()
    worker.work()
    assert {one.harvest_state for one in stored(source).values()} == {"withdrawn"}
    assert reports.status(status.id).seconds < 3600


def test_rejected_they_stay(held: Any, stored: Run) -> None:
    _, source, status = held
    assert jobs.reject(status.id, "nguoi-duyet") == 7
    worker.work()
    assert {one.harvest_state for one in stored(source).values()} == {"active"}
    with pytest.raises(NothingToDo):
        jobs.approve(status.id, "nguoi-duyet")


def test_a_later_job_decides_instead(held: Any, harvest: Run, stored: Run) -> None:
    server, source, status = held
    back, *_ = stored(source)
    server.change(back, removed=False)
    later = harvest(source)
    assert (later.held, reports.status(status.id).rejected) == (6, 7)
    with pytest.raises(NothingToDo):
        jobs.approve(status.id, "nguoi-duyet")
    jobs.approve(later.id, "nguoi-duyet")
    worker.work()
    assert [remote for remote, one in stored(source).items() if one.harvest_state == "active"] == [back]


def test_an_empty_listing_archives_nothing_either(
    platform: Run, add_source: Run, harvest: Run, stored: Run, age: Run
) -> None:
    server = platform(tables=2, rows=1, open_tables=2)
    source = add_source(server.base)
    harvest(source)
    for remote in stored(source):
        server.change(remote, removed=True)
        status = harvest(source)
        age(source)
    assert (status.held, status.gone) == (2, 2)
    assert sorted(one.harvest_state for one in stored(source).values()) == ["active", "withdrawn"]
    assert sources.get(source.name).grace_days == 7
