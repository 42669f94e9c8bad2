"""Promise 13: a table with columns that look like personal data waits for a person, who is asked once."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from ckanext.hue.harvest import holds, jobs, reports, scheduler, sources, worker
from ckanext.hue.harvest.errors import NothingToDo

Run = Callable[..., Any]
CHIEF = "nguoi-duyet"
CCCD = [f"0460{90 + at % 10}{at:06}" for at in range(12)]
PHONES = [f"09051{at:05}" for at in range(12)]


def people(**more: list[Any]) -> list[dict[str, Any]]:
    columns = {"ho_ten": ["Nguyễn Văn An"] * 12, "giay_to": CCCD, **more}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


@pytest.fixture
def held(own: Any, add_source: Run, harvest: Run) -> Any:
    """A harvested source with one table that is held and one that is published: (platform, source, job)."""
    own.table("nguoi", people())
    own.table("quan", [{"ten": "Quán bún", "sdt": PHONES[0]}] * 12)
    source = add_source(own.base)
    status = harvest(source)
    assert (status.state, status.done, status.held, status.held_personal) == ("finished", 1, 1, 1)
    return own, source, status


def waiting(job_id: str) -> dict[str, str]:
    return {line.remote_id: line.message for line in reports.report(job_id, states=("held",))}


def test_the_table_is_held_alone_and_the_reason_tells_no_value(held: Any, stored: Run, tables: Run) -> None:
    _, source, status = held
    assert set(stored(source)) == {"quan"}
    assert not tables([source.resource_id("nguoi", "data")])
    message = waiting(status.id)["nguoi"]
    assert "cột «giay_to» có 12 giá trị giống số định danh cá nhân" in message
    assert not any(value in message for value in CCCD)


def test_what_was_published_stays_as_it_was(own: Any, add_source: Run, harvest: Run, served: Run) -> None:
    own.table("b", [{"ho_ten": "An"}])
    source = add_source(own.base, accept_drift=True)
    harvest(source)
    own.table("b", people())

    assert harvest(source).held == 1

    assert served(source, "b")["rows"] == [{"ho_ten": "An"}]


def test_while_nobody_decides_an_unchanged_table_waits_and_is_not_read_again(held: Any, harvest: Run) -> None:
    own, source, first = held
    own.asked.clear()

    again = harvest(source)

    assert own.asked.count("bang/nguoi") == 0
    assert (again.held_personal, again.state) == (1, "finished")
    assert waiting(again.id) == {"nguoi": holds.decisions(source.id, ["nguoi"]).holds["nguoi"].message}
    assert reports.status(first.id).held == 0  # there is one place to decide
    with pytest.raises(NothingToDo):
        jobs.approve(first.id, CHIEF)


def test_approved_it_is_published_and_its_columns_are_not_asked_about_again(
    held: Any, harvest: Run, served: Run, sql: Run
) -> None:
    own, source, status = held

    assert jobs.approve(status.id, CHIEF) == 1
    worker.work()

    assert reports.status(status.id).held == 0
    assert served(source, "nguoi")["total"] == 12
    [row] = sql("SELECT * FROM hue_harvest_approval WHERE source_id = :source", source=source.id)
    assert (row.remote_id, row.column_name, row.kind, row.approved_by) == (
        "nguoi",
        "giay_to",
        "identity",
        CHIEF,
    )
    assert row.approved is not None
    own.table("nguoi", [*people(), *people()])
    assert (harvest(source).held, served(source, "nguoi")["total"]) == (0, 24)


def test_another_column_asks_anew(held: Any, harvest: Run, served: Run) -> None:
    own, source, status = held
    jobs.approve(status.id, CHIEF)
    worker.work()
    own.table("nguoi", people(lien_he=PHONES))

    again = harvest(source)

    assert again.held_personal == 1
    assert "lien_he" in waiting(again.id)["nguoi"]
    assert "giay_to" not in waiting(again.id)["nguoi"]
    assert "lien_he" not in served(source, "nguoi")["columns"]


def test_what_came_in_between_is_not_covered_by_the_approval(held: Any, stored: Run) -> None:
    own, source, status = held
    own.answer("nguoi", {"code": 0, "data": people(lien_he=PHONES)}, mabam="1")

    jobs.approve(status.id, CHIEF)
    worker.work()

    assert "lien_he" in waiting(status.id)["nguoi"]
    assert set(stored(source)) == {"quan"}


def test_rejected_it_stays_out_and_is_neither_read_nor_asked_about(
    held: Any, harvest: Run, stored: Run
) -> None:
    own, source, status = held
    assert jobs.reject(status.id, CHIEF) == 1
    own.asked.clear()

    again = harvest(source)

    assert own.asked.count("bang/nguoi") == 0
    assert (again.held, again.rejected, again.done, again.failed) == (0, 1, 0, 0)
    assert set(stored(source)) == {"quan"}
    [line] = reports.report(again.id, states=("rejected",))
    assert line.message == holds.REJECTED


def test_rejected_rows_under_a_new_title_are_not_asked_about(held: Any, harvest: Run) -> None:
    own, source, status = held
    jobs.reject(status.id, CHIEF)
    own.answer("nguoi", {"code": 0, "data": people()}, tenbang="Tên mới")

    again = harvest(source)

    assert (again.held, again.rejected) == (0, 1)


@pytest.mark.parametrize(
    "rows", [people()[:-1], people(lien_he=PHONES)], ids=["other rows", "another column"]
)
def test_rejected_it_is_asked_about_again_when_it_changes(held: Any, harvest: Run, rows: Any) -> None:
    own, source, status = held
    jobs.reject(status.id, CHIEF)
    own.table("nguoi", rows)

    assert harvest(source).held_personal == 1


def test_without_its_columns_it_is_published_and_nothing_is_held_any_more(
    held: Any, harvest: Run, served: Run
) -> None:
    own, source, status = held
    jobs.reject(status.id, CHIEF)
    own.table("nguoi", [{"ho_ten": "An"}] * 12)

    assert harvest(source).held == 0

    assert served(source, "nguoi")["total"] == 12
    assert holds.decisions(source.id, ["nguoi"]).holds == {}


def test_a_listing_that_tells_no_changes_is_read_and_the_rejection_holds(
    own: Any, add_source: Run, harvest: Run
) -> None:
    own.answer("b", {"code": 0, "data": people()}, mabam=None)
    source = add_source(own.base)
    jobs.reject(harvest(source).id, CHIEF)

    again = harvest(source)

    assert own.asked.count("bang/b") == 2
    assert (again.held, again.rejected) == (0, 1)


def test_settings_that_read_otherwise_have_it_read_again(held: Any, harvest: Run) -> None:
    own, source, _ = held
    own.asked.clear()
    changed = sources.add(source.name, update=True, url=source.url, number_format="en")

    assert harvest(changed).held_personal == 1

    assert own.asked.count("bang/nguoi") == 1


def test_a_table_that_is_no_longer_open_is_not_held(held: Any, harvest: Run) -> None:
    own, source, _ = held
    own.answer("nguoi", {"code": 0, "data": people()}, mucdo="noi-bo")

    again = harvest(source)

    assert (again.held, again.failed) == (0, 0)


def test_one_table_is_approved_and_another_rejected(
    own: Any, add_source: Run, harvest: Run, stored: Run
) -> None:
    for name in ("a", "b", "c"):
        own.table(name, people())
    source = add_source(own.base)
    status = harvest(source)

    assert jobs.reject(status.id, CHIEF, jobs.PERSONAL, "b") == 1
    assert jobs.approve(status.id, CHIEF, jobs.PERSONAL, "a") == 1
    worker.work()

    assert set(stored(source)) == {"a"}
    assert set(waiting(status.id)) == {"c"}
    with pytest.raises(NothingToDo):
        jobs.approve(status.id, CHIEF, jobs.WITHDRAWALS)


def test_an_approval_of_an_old_listing_is_refused_and_not_remembered(held: Any, sql: Run) -> None:
    _, source, status = held
    sql(
        "UPDATE hue_harvest_job SET listed_at = now() - interval '25 hours' WHERE id::text = :id",
        id=status.id,
    )

    with pytest.raises(NothingToDo):
        jobs.approve(status.id, CHIEF)

    assert holds.decisions(source.id, ["nguoi"]).approved == {}
    assert set(waiting(status.id)) == {"nguoi"}


def test_trying_failed_tables_again_leaves_what_is_held(held: Any) -> None:
    _, _, status = held
    with pytest.raises(NothingToDo):
        jobs.retry(status.id)
    assert set(waiting(status.id)) == {"nguoi"}


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_around_the_hold_it_is_held_once(
    own: Any, add_source: Run, in_a_fork: Run, leases_run_out: Run, stored: Run, moment: str
) -> None:
    own.table("nguoi", people())
    source = add_source(own.base)
    job_id = jobs.create(source)
    original = holds.hold

    def deadly(*values: Any) -> None:
        if moment == "after":
            original(*values)
        os.kill(os.getpid(), signal.SIGKILL)

    def killed() -> None:
        holds.hold = deadly
        worker.work()

    assert in_a_fork(killed) == signal.SIGKILL
    leases_run_out(source)
    scheduler.tick()
    worker.work()

    assert (reports.status(job_id).state, reports.status(job_id).held) == ("finished", 1)
    assert stored(source) == {}


def test_a_cancelled_harvest_holds_nothing(
    own: Any, add_source: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    own.table("nguoi", people())
    source = add_source(own.base)
    job_id = jobs.create(source)
    original = holds.hold

    def late(*values: Any) -> None:
        jobs.cancel(job_id)
        original(*values)

    monkeypatch.setattr(holds, "hold", late)
    worker.work()

    assert (reports.status(job_id).state, reports.status(job_id).held) == ("cancelled", 0)
    assert holds.decisions(source.id, ["nguoi"]).holds == {}


def test_a_worker_that_lost_its_lease_holds_nothing(
    own: Any, add_source: Run, monkeypatch: pytest.MonkeyPatch, sql: Run
) -> None:
    own.table("nguoi", people())
    source = add_source(own.base)
    job_id = jobs.create(source)
    original = holds.hold
    seen: list[dict[str, Any]] = []

    def late(*values: Any) -> None:
        sql("UPDATE hue_harvest_item SET token = token + 1 WHERE job_id::text = :id", id=job_id)
        original(*values)
        seen.append(holds.decisions(source.id, ["nguoi"]).holds)

    monkeypatch.setattr(holds, "hold", late)
    worker.work()

    assert seen == [{}]
    assert reports.counts(job_id) == {"waiting": 1}
