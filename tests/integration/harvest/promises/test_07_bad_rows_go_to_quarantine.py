"""Promise 7: bad rows go to quarantine with a reason; the good ones are published while bad ones are few."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ckanext.hue.harvest import reports
from ckanext.hue.tables import versions
from ckanext.hue.tables.uploads import report

Run = Callable[..., Any]
BAD = "<b>hai</b>"


def rows(count: int, bad: int) -> list[dict[str, Any]]:
    """Rows of which the last ones cannot be read as declared."""
    return [{"stt": n, "so": n if n < count - bad else f"{BAD} {n}"} for n in range(count)]


# the source's share, rows, bad ones: at the limit and one beyond it
FEW = [(None, 100, 5), (None, 1000, 10), (0, 100, 0), (10, 100, 10), (50, 101, 50), (50, 3, 1)]
MANY = [(None, 100, 6), (None, 1000, 11), (0, 100, 1), (10, 100, 11), (50, 100, 50), (None, 4, 2), (50, 1, 1)]


@pytest.mark.parametrize(("percent", "count", "bad"), FEW)
def test_few_bad_rows_are_set_aside_and_the_others_published(
    own: Any, add_source: Run, harvest: Run, served: Run, percent: int | None, count: int, bad: int
) -> None:
    source = add_source(own.base, bad_row_percent=percent)
    own.table("a", rows(count, bad), so="int")
    status = harvest(source)
    assert (status.done, status.failed, status.quarantined, status.rows) == (1, 0, bad, count - bad)
    [line] = reports.report(status.id)
    assert (line.quarantined, line.rows) == (bad, count - bad)

    found = served(source, "a")
    assert found["columns"]["so"] == "int8"
    assert [row["so"] for row in found["rows"]] == list(range(count - bad))[:1000]
    assert found["total"] == count - bad

    table = source.resource_id("a", "data")
    version = versions.current(table)
    assert version
    aside = report.bad_rows(table, version.number, 1000)
    assert [(row.column, row.value, row.reason) for row in aside] == [
        ("so", f"{BAD} {n}", "không phải số nguyên hợp lệ") for n in range(count - bad, count)
    ]
    assert [row.record["stt"] for row in aside] == [str(n) for n in range(count - bad, count)]


@pytest.mark.parametrize(("percent", "count", "bad"), MANY)
def test_more_of_them_keep_the_old_table_and_the_job_says_why(
    own: Any, add_source: Run, harvest: Run, served: Run, percent: int | None, count: int, bad: int
) -> None:
    source = add_source(own.base, bad_row_percent=percent)
    own.table("a", rows(200, 0), so="int")
    own.table("b", [{"x": 1}])
    harvest(source)
    before = served(source, "a")
    own.table("a", rows(count, bad), so="int")
    own.table("b", [{"x": 2}])

    status = harvest(source)

    assert (status.done, status.failed) == (1, 1)
    [line] = reports.report(status.id, states=("failed",))
    assert line.remote_id == "a"
    assert "số nguyên" in line.message and "bảng cũ được giữ nguyên" in line.message
    assert served(source, "a") == before
    assert served(source, "b")["rows"] == [{"x": 2}]

    own.table("a", rows(count + 1, 0), so="int")
    assert harvest(source).succeeded
    assert served(source, "a")["total"] == count + 1


def test_bad_rows_of_several_columns_are_counted_once_each(
    own: Any, add_source: Run, harvest: Run, served: Run
) -> None:
    source = add_source(own.base)
    table = [{"so": n, "ngay": "2024-05-01"} for n in range(200)]
    table[3] = {"so": "x", "ngay": "2024-13-45"}
    table[7] = {"so": "y", "ngay": "2024-05-01"}
    table[9] = {"so": 9, "ngay": "hôm qua"}
    own.table("a", table, so="int", ngay="date")
    status = harvest(source)
    assert (status.done, status.quarantined, status.rows) == (1, 3, 197)
    assert served(source, "a")["total"] == 197


def test_together_the_bad_rows_of_all_columns_must_be_few(
    own: Any, add_source: Run, harvest: Run, served: Run
) -> None:
    """Each column alone has few of them."""
    source = add_source(own.base)
    own.table("a", [{"so": n, "ngay": "2024-05-01"} for n in range(50)], so="int", ngay="date")
    harvest(source)
    table: list[dict[str, Any]] = [{"so": n, "ngay": "2024-05-01"} for n in range(50)]
    for n in range(4):
        table[n]["so"] = "x"
        table[n + 4]["ngay"] = "y"
    own.table("a", table, so="int", ngay="date")
    status = harvest(source)
    assert status.failed == 1
    [line] = reports.report(status.id)
    assert "trong 50 bản ghi" in line.message and "bảng cũ được giữ nguyên" in line.message
    assert served(source, "a")["total"] == 50
