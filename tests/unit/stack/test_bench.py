from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from stack import commands

BENCHES = Path(__file__).parents[2] / "bench"


@pytest.fixture(autouse=True)
def benches(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(BENCHES))
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] in ("measuring", "tables")]:
        del sys.modules[name]


def test_the_list_of_benches_holds_no_helper_modules(capsys: pytest.CaptureFixture[str]) -> None:
    commands.bench([])
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert "tables" in names
    assert "measuring" not in names


@pytest.mark.parametrize(
    ("ours", "others"),
    [
        ("16.580480", "16.58048"),
        ("64.0", "64"),
        ("0.0", "-0.0"),
        ("2020-11-13 00:00:00", "2020-11-13"),
        ("2020-11-13T00:00:00", "2020-11-13"),
        (None, ""),
    ],
)
def test_cells_that_differ_only_by_their_type_are_the_same(ours: str | None, others: str) -> None:
    from measuring.comparing import same_rows

    assert same_rows([["a", ours]], [["a", others]], "Bảng") == 1


@pytest.mark.parametrize(
    ("ours", "others"),
    [
        ([["042"]], [["42"]]),
        ([["1.5"]], [["15"]]),
        ([["0.5"]], [["-0.5"]]),
        ([["Huế"]], [["Hue"]]),
        ([["a"], ["b"]], [["a"]]),
        ([["a"]], [["a"], ["b"]]),
        ([["a", "b"]], [["b", "a"]]),
        ([["a"]], [["a", ""]]),
        ([], []),
    ],
)
def test_tables_that_hold_other_rows_end_the_bench(
    ours: list[list[str | None]], others: list[list[str | None]]
) -> None:
    from measuring.children import BenchError
    from measuring.comparing import same_rows

    with pytest.raises(BenchError):
        same_rows(ours, others, "Bảng")


def test_downloads_are_compared_without_header_mark_and_row_number(tmp_path: Path) -> None:
    from measuring.comparing import same_csv

    ours, others = tmp_path / "ours.csv", tmp_path / "others.csv"
    ours.write_bytes("\ufeffTên,Giá\r\nHuế,1.50\r\n".encode())
    others.write_text("_id,Ten,Gia\n1,Huế,1.5\n", encoding="utf-8")
    assert same_csv(ours, others, "Tệp") == 1


def test_every_turn_is_begun_by_another_arm() -> None:
    from measuring.figures import alternate

    order: list[str] = []
    results = alternate(
        {"a": lambda: 1, "b": lambda: 2}, repeats=3, tell=lambda arm, turn: order.append(f"{arm}{turn}")
    )
    assert order == ["a1", "b1", "b2", "a2", "a3", "b3"]
    assert results == {"a": [1, 1, 1], "b": [2, 2, 2]}


def test_a_ratio_is_taken_turn_by_turn() -> None:
    from measuring.figures import Row

    row = Row.against("load", ours=[1.0, 2.0, 4.0], others=[10.0, 10.0, 10.0], unit="s", times=5)
    assert row.ratio == "5.00 (2.50–10.0) ×"
    assert row.goal == "≥ 5 × ✓"


def test_a_missed_goal_is_shown_as_missed() -> None:
    from measuring.figures import Row

    row = Row.against_rate("load", ours=[10.0], others=[1.0], unit="tables/s", times=30)
    assert (row.ratio, row.goal) == ("10.0 ×", "≥ 30 × ✗")


def test_the_sample_table_is_the_same_in_every_run(tmp_path: Path) -> None:
    from measuring import samples

    first, second = (samples.write_csv(tmp_path / name, 50) for name in ("a.csv", "b.csv"))
    assert first.read_bytes() == second.read_bytes()


def test_the_sample_table_holds_text_with_accents_numbers_and_dates(tmp_path: Path) -> None:
    from measuring import samples

    with samples.write_csv(tmp_path / "a.csv", 3).open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == list(samples.HEADER)
    assert [row[0] for row in rows] == ["CS0000000", "CS0000001", "CS0000002"]
    assert all(Decimal(row[4]) and Decimal(row[5]) for row in rows)
    assert all("Huế" in row[2] for row in rows)


def test_an_unknown_measure_is_refused_in_vietnamese(capsys: pytest.CaptureFixture[str]) -> None:
    import tables

    with pytest.raises(SystemExit) as ended:
        tables.parser().parse_args(["--only", "nhầm"])
    assert ended.value.code == 2
    assert "Lỗi: " in capsys.readouterr().err
