"""Promise 9: a new column is added; a vanished or retyped one keeps the old table until it is accepted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ckanext.hue.harvest import reports, sources

Run = Callable[..., Any]
BEFORE = [{"tên": f"Đình làng {n}", "số đo": n, "năm": 2000 + n, "ghi chú": None} for n in range(5)]


@pytest.fixture
def source(own: Any, add_source: Run, harvest: Run) -> Any:
    own.table("a", BEFORE)
    own.table("b", [{"x": 1}])
    source = add_source(own.base)
    assert harvest(source).done == 2
    return source


def changed(**values: Any) -> list[dict[str, Any]]:
    """The table with these columns added or replaced; `None` for a column takes it away."""
    rows = []
    for row in BEFORE:
        merged = {**row, **{name: value for name, value in values.items() if value is not None}}
        rows.append({name: value for name, value in merged.items() if values.get(name, "") is not None})
    return rows


def test_a_new_column_is_added(own: Any, source: Any, harvest: Run, served: Run) -> None:
    own.table("a", changed(mới="thêm"))
    assert harvest(source).succeeded
    found = served(source, "a")
    assert list(found["columns"]) == ["tên", "số đo", "năm", "ghi chú", "mới"]
    assert {row["mới"] for row in found["rows"]} == {"thêm"}


DRIFT = [
    ("vanished", {"năm": None}, ["mất cột «năm»"]),
    ("two vanished", {"năm": None, "số đo": None}, ["mất cột «năm»", "mất cột «số đo»"]),
    ("retyped", {"số đo": "mười mét"}, ["cột «số đo» đổi từ số nguyên sang văn bản"]),
    ("narrowed", {"tên": 7}, ["cột «tên» đổi từ văn bản sang số nguyên"]),
    (
        "both",
        {"năm": None, "số đo": "2024-05-01"},
        ["mất cột «năm»", "cột «số đo» đổi từ số nguyên sang ngày"],
    ),
    ("renamed", {"năm": None, "năm xây": 2000}, ["mất cột «năm»"]),
]


@pytest.mark.parametrize(("change", "named"), [case[1:] for case in DRIFT], ids=[case[0] for case in DRIFT])
def test_a_vanished_or_retyped_column_keeps_the_old_table_until_it_is_accepted(
    own: Any, source: Any, harvest: Run, served: Run, stored: Run, change: dict[str, Any], named: list[str]
) -> None:
    before, datasets = served(source, "a"), stored(source)
    own.table("a", changed(**change))
    own.table("b", [{"x": 2}])

    status = harvest(source)

    assert (status.done, status.failed) == (1, 1)
    [line] = reports.report(status.id, states=("failed",))
    assert line.remote_id == "a"
    assert all(name in line.message for name in named), line.message
    assert "Bảng cũ được giữ nguyên" in line.message
    assert served(source, "a") == before
    assert stored(source)["a"] == datasets["a"]
    assert served(source, "b")["rows"] == [{"x": 2}]
    assert harvest(source).failed == 1  # it is no news the second time either

    accepting = sources.add(
        source.name, kind="platform", url=source.url, allow_private_host=True, accept_drift=True, update=True
    )
    assert harvest(accepting).succeeded
    found = served(source, "a")
    assert set(found["columns"]) == set(changed(**change)[0])
    assert stored(source)["a"].resources == datasets["a"].resources


ALLOWED = [
    ("a column without values so far", {"ghi chú": 3}, "ghi chú", "int8"),
    ("whole numbers become decimal ones", {"số đo": 1.5}, "số đo", "numeric"),
]


@pytest.mark.parametrize(("change", "column", "type_"), [c[1:] for c in ALLOWED], ids=[c[0] for c in ALLOWED])
def test_what_breaks_no_program_is_taken(
    own: Any, source: Any, harvest: Run, served: Run, change: dict[str, Any], column: str, type_: str
) -> None:
    own.table("a", changed(**change))
    assert harvest(source).succeeded
    assert served(source, "a")["columns"][column] == type_


def test_a_date_that_gets_a_time_is_taken(own: Any, add_source: Run, harvest: Run, served: Run) -> None:
    source = add_source(own.base)
    own.table("a", [{"lúc": "2024-05-01"}, {"lúc": "2024-05-02"}], lúc="date")
    harvest(source)
    own.table("a", [{"lúc": "2024-05-01T07:30:00"}, {"lúc": "2024-05-02T08:00:00"}], lúc="timestamp")
    assert harvest(source).succeeded
    assert served(source, "a")["columns"] == {"lúc": "timestamp"}


@pytest.mark.parametrize("columns", [dict.fromkeys(BEFORE[0], ""), {"tên": "text", "số đo": "int"}])
def test_a_table_that_becomes_empty_and_is_filled_again_is_no_drift(
    own: Any, source: Any, harvest: Run, served: Run, columns: dict[str, str]
) -> None:
    own.table("a", [], **columns)
    status = harvest(source)
    assert status.succeeded, reports.report(status.id)[0].message
    assert served(source, "a")["rows"] == []
    own.table("a", BEFORE, **columns)
    status = harvest(source)
    assert status.succeeded, reports.report(status.id)[0].message
    assert served(source, "a")["total"] == len(BEFORE)
