"""A large catalogue: its last page, all of it as one file, and how fast stored graphs are made."""

from __future__ import annotations

from measuring.children import BenchError
from measuring.figures import Row, goal, number, per_second, spread

from stack import postgres

from . import arms
from .page_runs import FORMATS, PAGE_GOAL, median, pages
from .plan import Bench

PAGE = 100
FIRST_BYTE_MS = 100
MOST_GROWTH = 64  # MiB


def making(bench: Bench) -> list[Row]:
    """Datasets a second whose graphs are made and stored."""
    seconds = [arms.call("make") for _ in range(bench.sizes.repeats)]
    return [
        Row(
            "graphs made and stored in four formats",
            spread(per_second(len(bench.names), seconds), "datasets/s"),
        )
    ]


def deep(bench: Bench) -> list[Row]:
    """The last page of a large catalogue, beside stock's first page of a small one."""
    if not bench.stock_pages:
        pages(bench)
    _grow(bench)
    last = bench.sizes.large // PAGE
    rows: list[Row] = []
    for format in FORMATS:
        path = f"/catalog.{format}?page={last}"
        times = [median(bench.ours, [path], bench.sizes.requests) for _ in range(bench.sizes.repeats)]
        title = f"page {last:,} of {last:,}, {format}; beside stock's page 1 of 1"
        rows.append(Row.against(title, times, bench.stock_pages[format], "ms", PAGE_GOAL))
    looks = [seconds * 1000 for seconds in arms.call("look", times=bench.sizes.requests)]
    return [*rows, Row(f"a look whether any of {bench.sizes.large:,} graphs is due", spread(looks, "ms"))]


def whole(bench: Bench) -> list[Row]:
    """The whole catalogue as one file: first byte, seconds, size, memory."""
    _grow(bench)
    rows: list[Row] = []
    for format in ("nt", "ttl"):
        before = bench.ours.most_memory()
        path = f"/catalog-full.{format}.gz"
        answers = [bench.ours.get(path, keep=False) for _ in range(bench.sizes.repeats)]
        growth = bench.ours.most_memory() - before
        first = [answer.first * 1000 for answer in answers]
        title = f"{bench.sizes.large:,} datasets as one file, {format}.gz"
        size = number(answers[0].size / 1024**2)
        rows += [
            Row(
                f"{title}: first byte",
                spread(first, "ms"),
                goal=goal(f"< {FIRST_BYTE_MS} ms", max(first) < FIRST_BYTE_MS),
            ),
            Row(f"{title}: all {size} MiB", spread([answer.whole for answer in answers], "s")),
            Row(
                f"{title}: most memory that it adds to the process",
                f"{number(growth)} MiB",
                goal=goal(f"< {MOST_GROWTH} MiB", growth < MOST_GROWTH),
            ),
        ]
    return rows


def _grow(bench: Bench) -> None:
    if bench.grown:
        return
    total = arms.call("grow", total=bench.sizes.large)
    if total != bench.sizes.large:
        raise BenchError(f"Danh mục có {total} bộ dữ liệu thay vì {bench.sizes.large}.")
    postgres.psql("CHECKPOINT")
    bench.grown = True
