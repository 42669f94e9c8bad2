"""A harvest of what is known already: nothing changed, a little changed, and very many tables."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable

from measuring.children import BenchError
from measuring.figures import Row, alternate, goal, number, spread

from stack.steps import say

from . import portal
from .counts import Counts
from .first_runs import NAMES, SOURCE, harvest_all
from .memory_watch import watched
from .plan import ROWS, Bench
from .sandboxes import Platform, platform

_SHARES = (0, 0.01, 0.1)
_MOST_SECONDS = 20
_FLAT_MEBIBYTES = 100


def unchanged(bench: Bench) -> list[Row]:
    """Seconds inside the job when nothing changed, beside ckanext-harvest on as many datasets."""
    tables = bench.sizes.tables
    with platform(tables, rows=ROWS) as source:
        source.listing()
        harvest_all(source, tables)
        arms: dict[str, Callable[[], float]] = {"cổng": lambda: _again(tables)}
        if stock := bench.stock:
            say(f"  … CKAN gốc thu thập {tables} bảng lần đầu, không nạp dòng")
            source_id = stock.add_source("nguon-khong-doi", source.address)
            stock.harvest(source_id, {"added": tables})
            arms["CKAN gốc"] = lambda: stock.harvest(source_id, {"not modified": tables})
        turns = alternate(arms, bench.sizes.repeats, _tell)
    title = f"harvest again, {tables} tables, nothing changed"
    if not bench.stock:
        return [Row(title, spread(turns["cổng"], "s"))]
    return [Row.against(title, turns["cổng"], turns["CKAN gốc"], "s", 100)]


def _again(tables: int) -> float:
    with portal.workers():
        job = portal.harvest(SOURCE)
    if (job.listed, job.unchanged, job.items) != (tables, tables, {}):
        raise BenchError(f"Lần thu thập lại không thấy {tables} bảng như cũ: {job}.")
    return job.seconds


def changed(bench: Bench) -> list[Row]:
    """Seconds and statements when a share of the tables changed."""
    tables = bench.sizes.tables
    seconds: dict[int, list[float]] = {}
    statements: dict[int, Counts] = {}
    with platform(tables, rows=ROWS) as source:
        changeable = source.changeable(ROWS)
        harvest_all(source, tables)
        shares = [math.ceil(tables * share) for share in _SHARES]
        revision = 0
        for turn in range(1, bench.sizes.repeats + 2):
            for many in shares:
                revision += 1
                for table in changeable[:many]:
                    source.change(table, revision=revision)
                if turn > bench.sizes.repeats:
                    portal.without_download_files()
                    statements[many] = portal.counted_harvest(SOURCE, source)
                else:
                    say(f"  … {many} trong {tables} bảng đổi, lượt {turn}")
                    seconds.setdefault(many, []).append(_some_changed(tables, many))
    return _changed_rows(tables, shares, seconds, statements)


def _some_changed(tables: int, many: int) -> float:
    with portal.workers():
        job = portal.harvest(SOURCE)
    if job.listed != tables or job.items.get("done", 0) != many:
        raise BenchError(f"Lần thu thập lại không thấy {many} bảng đổi: {job}.")
    return job.seconds


def _changed_rows(
    tables: int, shares: list[int], seconds: dict[int, list[float]], statements: dict[int, Counts]
) -> list[Row]:
    none, *some = shares
    base, sent = statistics.median(seconds[none]), statements[none].statements
    rows = [Row(f"{tables} tables, none changed", spread(seconds[none], "s"), f"{sent} SQL statements")]
    each: list[float] = []
    for many in some:
        # What a harvest costs anyway is not what the changed tables cost.
        each.append((statistics.median(seconds[many]) - base) / many * 1000)
        rows.append(
            Row(
                f"{tables} tables, {many} changed: {number(each[-1])} ms each",
                spread(seconds[many], "s"),
                f"{(statements[many].statements - sent) / many:.0f} SQL statements each",
            )
        )
    # Proportional: a table costs as much when ten times as many change, or less where a batch shares costs.
    rows[-1] = Row(*_with_goal(rows[-1], goal("each ≤ 1.5 × as much", each[-1] <= 1.5 * each[0])))
    return rows


def _with_goal(row: Row, text: str) -> tuple[str, str, str, str, str]:
    return row.measure, row.ours, row.other, row.ratio, text


def large(bench: Bench) -> list[Row]:
    """Very many tables of which none changed: seconds, memory and counts, which must not grow with them."""
    figures: list[tuple[int, list[float], list[float], Counts]] = []
    for tables in bench.sizes.grown_tables:
        repeats = bench.sizes.repeats if tables == bench.sizes.large_tables else 1
        say(f"  … {tables} bảng không đổi")
        with platform(tables, rows=ROWS) as source:
            source.listing()
            figures.append((tables, *_known(source, tables, repeats)))
    return _large_rows(bench.sizes.large_tables, figures)


def _known(source: Platform, tables: int, repeats: int) -> tuple[list[float], list[float], Counts]:
    portal.empty()
    portal.add_source(SOURCE, source.address)
    if portal.call("know", name=SOURCE) != tables:
        raise BenchError("Danh mục đổi trong lúc chuẩn bị.")
    seconds, memory = [], []
    for _ in range(repeats):
        with portal.workers() as pids, watched(pids) as growth:
            job = portal.harvest(SOURCE)
        if (job.listed, job.unchanged, job.items) != (tables, tables, {}):
            raise BenchError(f"Lần thu thập lại không thấy {tables} bảng như cũ: {job}.")
        seconds.append(job.seconds)
        memory.append(growth.mebibytes)
    return seconds, memory, portal.counted_harvest(SOURCE, source)


def _large_rows(large_tables: int, figures: list[tuple[int, list[float], list[float], Counts]]) -> list[Row]:
    rows = []
    for tables, seconds, memory, _counts in figures:
        is_large = tables == large_tables
        title = f"{tables:,} tables known, none changed"
        met = goal(f"≤ {_MOST_SECONDS} s", statistics.median(seconds) <= _MOST_SECONDS) if is_large else ""
        flat = goal(f"< {_FLAT_MEBIBYTES} MiB", max(memory) < _FLAT_MEBIBYTES) if is_large else ""
        rows.append(Row(title, spread(seconds, "s"), goal=met))
        rows.append(Row(f"{title}: most memory that the job adds", spread(memory, "MiB"), goal=flat))
    for name, what in NAMES.items():
        values = [getattr(counts, name) for *_, counts in figures]
        shown = ", ".join(f"{value:,}" for value in values)
        sizes = ", ".join(f"{tables:,}" for tables, *_ in figures)
        same = "" if name == "requests" else goal("the same", len(set(values)) == 1)
        rows.append(Row(f"{what} with {sizes} tables, none changed", shown, goal=same))
    return rows


def _tell(arm: str, turn: int) -> None:
    say(f"  … thu thập lại khi không có gì đổi, {arm}, lượt {turn}")
