"""Scores are counted once for each change, in batches, and survive what kills a worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa

from ckanext.hue import waking
from ckanext.hue.harvest.database import engine, held_lock, rows
from ckanext.hue.quality import jobs, overview, records

Make = Callable[..., Any]
LOCK_SECONDS = 20
KILLED = """
import os, signal
from ckan.cli import load_config
from ckan.config.middleware import make_app
app = make_app(load_config(os.environ["CKAN_INI"]))
from ckanext.hue.quality import jobs, records
stored = records.store
def once(counted):
    if os.environ["BEFORE"] == "yes":
        os.kill(os.getpid(), signal.SIGKILL)
    stored(counted)
    os.kill(os.getpid(), signal.SIGKILL)
records.store = once
jobs.BATCH = 2
with app.test_request_context():
    jobs.run()
"""


def scored(ids: list[str]) -> int:
    return rows("SELECT count(*) FROM hue_quality_score WHERE dataset_id = ANY(:ids)", ids=ids)[0].count


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)

    sa.event.listen(engine(), "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sa.event.remove(engine(), "before_cursor_execute", note)


@pytest.mark.parametrize(("before", "left"), [("yes", 0), ("no", 2)])
def test_killed_in_the_middle_the_next_job_does_the_rest(
    dataset: Make, score: Make, ini: str, before: str, left: int
) -> None:
    score()
    ids = [dataset()["id"] for _ in range(5)]
    ended = subprocess.run(
        [sys.executable, "-c", KILLED],
        env={**os.environ, "CKAN_INI": ini, "PYTHONUTF8": "1", "BEFORE": before},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    assert scored(ids) == left
    deadline = time.monotonic() + LOCK_SECONDS
    while not (done := score().scored) and time.monotonic() < deadline:
        time.sleep(0.1)  # PostgreSQL has not heard yet that the other one died with its lock
    assert done == 5 - left
    assert scored(ids) == 5


def test_what_did_not_change_is_not_counted_again(dataset: Make, score: Make) -> None:
    dataset()
    score()
    assert score() == jobs.Summary()


def test_a_change_is_counted(dataset: Make, score: Make, quality: Make) -> None:
    made = dataset(notes="Mô tả")
    score()
    before = quality(made["id"]).points
    tk.get_action("package_patch")(
        {"ignore_auth": True, "user": made["user"]},
        {"id": made["id"], "tags": [{"name": "thử"}]},
    )
    assert score().scored == 1
    after = quality(made["id"]).points
    assert {name for name in after if after[name] != before[name]} == {"keyword"}


def test_another_method_counts_everything_anew(
    dataset: Make, score: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset()
    score()
    monkeypatch.setattr(records.scoring, "METHOD", 99)
    assert score().scored == overview.sums().datasets
    monkeypatch.undo()
    score()


def test_a_batch_costs_as_many_statements_as_one_dataset(dataset: Make, score: Make) -> None:
    score()
    numbers = []
    for many in (1, 12):
        for _ in range(many):
            dataset()
        with counted_statements() as statements:
            assert score().scored == many
        numbers.append(len(statements))
    assert numbers[0] == numbers[1] < 25


def test_private_and_deleted_datasets_lose_their_score(dataset: Make, score: Make) -> None:
    private, deleted = dataset(), dataset()
    score()
    context = {"ignore_auth": True, "user": private["user"]}
    tk.get_action("package_patch")(dict(context), {"id": private["id"], "private": True})
    tk.get_action("package_delete")(dict(context), {"id": deleted["id"]})
    assert overview.of_dataset(private["id"]) is None
    score()
    assert scored([private["id"], deleted["id"]]) == 0


def test_a_dataset_that_cannot_be_counted_holds_up_no_other(
    dataset: Make, score: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    score()
    odd, plain = dataset(), dataset()
    made = jobs.graphs.of_dataset

    def fail(shown: dict[str, Any], known: Any) -> Any:
        if shown["id"] == odd["id"]:
            raise ValueError("odd")
        return made(shown, known)

    monkeypatch.setattr(jobs.graphs, "of_dataset", fail)
    summary = score()
    assert (summary.scored, summary.failed) == (1, 1)
    assert overview.of_dataset(plain["id"])
    assert overview.of_dataset(odd["id"]) is None
    assert score() == jobs.Summary()


def test_a_dataset_that_cannot_be_read_holds_up_no_other(
    dataset: Make, score: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    score()
    odd, plain = dataset(), dataset()
    read = jobs.reading.from_database

    def fails(dataset_id: str) -> dict[str, Any]:
        if dataset_id == odd["id"]:
            raise tk.ValidationError({"title": ["hỏng"]})
        return read(dataset_id)

    monkeypatch.setattr(jobs.reading, "from_index", lambda _wanted: {})
    monkeypatch.setattr(jobs.reading, "from_database", fails)
    summary = score()
    assert (summary.scored, summary.failed) == (1, 1)
    assert overview.of_dataset(plain["id"])
    assert score() == jobs.Summary()


@pytest.mark.parametrize("query", ["?" + "&".join(f"a{number}=1" for number in range(30)), "?" + "&" * 50])
def test_an_own_address_with_too_many_parameters_holds_up_no_other(
    linked: Make, dataset: Make, score: Make, query: str
) -> None:
    score()
    linked(f"{tk.config['ckan.site_url']}/dataset/x.csv{query}")
    plain = dataset()
    assert score().scored == 2
    assert overview.of_dataset(plain["id"])


def test_a_graph_is_due_with_the_score_that_it_says(dataset: Make, score: Make, ini: str) -> None:
    score()
    ids = [dataset()["id"] for _ in range(2)]
    subprocess.run(
        [sys.executable, "-c", KILLED],
        env={**os.environ, "CKAN_INI": ini, "PYTHONUTF8": "1", "BEFORE": "no"},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert scored(ids) == 2
    marked = rows("SELECT dataset_id FROM hue_catalog_stale WHERE dataset_id = ANY(:ids)", ids=ids)
    assert {row.dataset_id for row in marked} == set(ids)


def test_one_job_works_at_a_time(dataset: Make, score: Make) -> None:
    dataset()
    with held_lock(jobs.LOCK) as held:
        assert held
        assert score() == jobs.Summary()
    assert score().scored > 0


def test_changes_queue_one_job_until_it_starts(monkeypatch: pytest.MonkeyPatch, score: Make) -> None:
    queued: list[Any] = []
    monkeypatch.setattr(waking.tk, "enqueue_job", lambda function, **_values: queued.append(function))
    jobs.CALL.begin()
    jobs.enqueue()
    jobs.enqueue()
    assert queued == [jobs.run]
    score()
    jobs.enqueue()
    assert queued == [jobs.run, jobs.run]


def test_a_new_score_makes_the_stored_graph_anew(dataset: Make, score: Make, client: Any) -> None:
    from ckanext.hue.catalog.fragments import keeping

    made = dataset(tags=[{"name": "thử"}])
    keeping.keep_up()
    path = f"/dataset/{made['name']}.ttl"
    assert "QualityMeasurement" not in client.get(path).get_data(as_text=True)
    score()
    keeping.keep_up()
    text = client.get(path).get_data(as_text=True)
    found = overview.of_dataset(made["id"])
    assert found
    assert text.count("a dqv:QualityMeasurement") == 6 or text.count("dqv#QualityMeasurement") == 6
    assert str(found.score) in text
