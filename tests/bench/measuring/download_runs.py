"""Whole tables as CSV: the portal's stored file beside `/datastore/dump`, each from one web process."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from stack.steps import say

from . import comparing, portal_arm
from .children import BenchError
from .fetching import fetch
from .figures import Row, alternate, goal, per_second, spread
from .plan import SMALL_ROWS, Bench


@dataclass(frozen=True, slots=True)
class _Turn:
    """Seconds, medians of a turn: of the whole big table, to its first byte, and of the small table."""

    whole: float
    first: float
    small: float


def downloads(bench: Bench) -> list[Row]:
    """Rows a second, the first byte, and a table of 100 rows."""
    bench.need_tables()
    written = portal_arm.call("write_files")
    with portal_arm.web() as address:
        big, small = (f"{address}/download/{one}.csv" for one in (bench.big, bench.small))
        arms: dict[str, Callable[[], _Turn]] = {"cổng": partial(_turn, bench, big, small)}
        if bench.stock:
            dumps = [
                f"{bench.stock.address}/datastore/dump/{one}" for one in (bench.stock_big, bench.stock_small)
            ]
            arms["/datastore/dump"] = partial(_turn, bench, *dumps)
            _compare(bench, big, dumps[0])
        if not fetch(big).etag:
            raise BenchError("Tệp tải về của bảng lớn chưa được lưu: cổng đang đọc từng dòng.")
        turns = alternate(
            arms, bench.sizes.repeats, lambda arm, turn: say(f"  … tải về CSV, {arm}, lượt {turn}")
        )
    rows = _rows(bench, turns["cổng"], turns.get("/datastore/dump"))
    wrote = f"{spread([written['seconds']], 's')}, at most {spread([written['peak']], 'MiB')}"
    return [*rows, Row(f"all {written['files']} download files of these two tables written", wrote)]


def _compare(bench: Bench, ours: str, others: str) -> None:
    mine, other = bench.folder / "tai-ve.csv", bench.folder / "dump.csv"
    fetch(ours, into=mine)
    fetch(others, into=other)
    say(f"  Hai bên tải về {comparing.same_csv(mine, other, 'Tệp CSV')} dòng như nhau.")
    mine.unlink()
    other.unlink()


def _turn(bench: Bench, big: str, small: str) -> _Turn:
    fetch(small)
    big_ones = [fetch(big) for _ in range(bench.sizes.big_downloads)]
    for got in big_ones:
        if got.lines != bench.sizes.big_rows + 1:
            raise BenchError(f"{big}: nhận {got.lines} dòng, cần {bench.sizes.big_rows + 1}.")
    small_ones = [fetch(small).whole for _ in range(bench.sizes.small_downloads)]
    return _Turn(
        statistics.median(got.whole for got in big_ones),
        statistics.median(got.first for got in big_ones),
        statistics.median(small_ones),
    )


def _rows(bench: Bench, ours: list[_Turn], others: list[_Turn] | None) -> list[Row]:
    count = bench.sizes.big_rows
    title = f"full CSV of {count:,} rows"
    rates = per_second(count, [turn.whole for turn in ours])
    first, small = _milliseconds(ours, "first"), _milliseconds(ours, "small")
    other_first, other_small = (
        [_milliseconds(others, what) for what in ("first", "small")] if others else ([], [])
    )
    small_title = f"full CSV of {SMALL_ROWS} rows, median of {bench.sizes.small_downloads}"
    first_goal = goal("< 10 ms", statistics.median(first) < 10)
    small_goal = goal("< 5 ms", statistics.median(small) < 5)
    return [
        Row.against_rate(title, rates, per_second(count, [turn.whole for turn in others]), "rows/s", 5)
        if others
        else Row(title, spread(rates, "rows/s")),
        Row(f"{title}: first byte", spread(first, "ms"), _shown(other_first), goal=first_goal),
        Row(small_title, spread(small, "ms"), _shown(other_small), goal=small_goal),
    ]


def _milliseconds(turns: list[_Turn], what: str) -> list[float]:
    return [getattr(turn, what) * 1000 for turn in turns]


def _shown(milliseconds: list[float]) -> str:
    return spread(milliseconds, "ms") if milliseconds else ""
