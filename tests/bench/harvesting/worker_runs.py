"""Two workers beside one, when the source answers slowly."""

from __future__ import annotations

import statistics

from measuring.children import BenchError
from measuring.figures import Row, alternate, goal, spread

from stack.steps import say

from . import portal
from .first_runs import SOURCE
from .plan import ROWS, Bench
from .sandboxes import Platform, platform

_MOST = 0.7


def workers(bench: Bench) -> list[Row]:
    """Seconds of a first harvest with one and with two worker processes; no table is done twice."""
    tables, delay = bench.sizes.delayed_tables, bench.sizes.delay_ms
    with platform(tables, rows=ROWS, delay_ms=delay) as source:
        source.listing()
        arms = {"một": lambda: _harvest(source, tables, 1), "hai": lambda: _harvest(source, tables, 2)}
        turns = alternate(arms, bench.sizes.repeats, _tell)
    shares = [two / one for one, two in zip(turns["một"], turns["hai"], strict=True)]
    return [
        Row(
            f"first harvest of {tables} tables, each answer {delay} ms late: two workers beside one",
            spread(turns["hai"], "s"),
            spread(turns["một"], "s"),
            f"{spread(shares)} of its time",
            goal(f"≤ {_MOST}", statistics.median(shares) <= _MOST),
        )
    ]


def _harvest(source: Platform, tables: int, count: int) -> float:
    portal.empty()
    portal.add_source(SOURCE, source.address)
    source.forget_requests()
    with portal.workers(count):
        job = portal.harvest(SOURCE)
    asked = source.requests_by_table()
    if job.items != {"done": tables} or len(asked) != tables or set(asked.values()) != {1}:
        twice = {table: times for table, times in asked.items() if times != 1}
        raise BenchError(f"Có bảng không được làm đúng một lần: {job}, {twice}.")
    return job.seconds


def _tell(arm: str, turn: int) -> None:
    say(f"  … nguồn trả lời chậm, {arm} tiến trình, lượt {turn}")
