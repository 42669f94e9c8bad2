"""Figures of repeated runs: medians with their spread, ratios of two arms, and the table that shows them."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the final table; what does not apply is empty."""

    measure: str
    ours: str
    other: str = ""
    ratio: str = ""
    goal: str = ""

    @classmethod
    def against(
        cls, measure: str, ours: Sequence[float], others: Sequence[float], unit: str, times: float
    ) -> Row:
        """Times of both arms, of which the shorter is better; the goal is to be `times` as fast."""
        ratio = [other / mine for mine, other in zip(ours, others, strict=True)]
        reached = statistics.median(ratio) >= times
        return cls(
            measure,
            spread(ours, unit),
            spread(others, unit),
            f"{spread(ratio)} ×",
            goal(f"≥ {times:g} ×", reached),
        )

    @classmethod
    def against_rate(
        cls, measure: str, ours: Sequence[float], others: Sequence[float], unit: str, times: float
    ) -> Row:
        """Speeds of both arms, of which the higher is better; the goal is to be `times` as fast."""
        ratio = [mine / other for mine, other in zip(ours, others, strict=True)]
        reached = statistics.median(ratio) >= times
        return cls(
            measure,
            spread(ours, unit),
            spread(others, unit),
            f"{spread(ratio)} ×",
            goal(f"≥ {times:g} ×", reached),
        )


def number(value: float) -> str:
    """A figure with three digits that count, thousands parted by commas."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"


def spread(values: Sequence[float], unit: str = "") -> str:
    """The median, and the least and the greatest of several values."""
    shown = f"{number(statistics.median(values))} {unit}".rstrip()
    if len(values) == 1:
        return shown
    return f"{shown} ({number(min(values))}–{number(max(values))})"


def goal(text: str, reached: bool) -> str:
    """A goal, and whether the figures reach it."""
    return f"{text} {'✓' if reached else '✗'}"


def alternate(
    arms: Mapping[str, Callable[[], Result]],
    repeats: int,
    tell: Callable[[str, int], None],
    check: Callable[[], object] = lambda: None,
) -> dict[str, list[Result]]:
    """Run every arm `repeats` times, in turns, each turn begun by another arm; results by arm.

    `check` compares the outputs of the first turn, before time is spent on others.
    """
    results: dict[str, list[Result]] = {name: [] for name in arms}
    names = list(arms)
    for turn in range(repeats):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            tell(name, turn + 1)
            results[name].append(arms[name]())
        if turn == 0:
            check()
    return results


def table(rows: Sequence[Row], *, with_goals: bool) -> str:
    """The rows as a table in Markdown; the goals are for tables of full size."""
    head = ("measure", "this portal", "beside it", "ratio", "goal")
    lines = [head, ("---",) * len(head)]
    lines += [(row.measure, row.ours, row.other, row.ratio, row.goal) for row in rows]
    width = len(head) if with_goals else len(head) - 1
    return "\n".join(f"| {' | '.join(cells[:width])} |" for cells in lines)


def per_second(count: int, seconds: Sequence[float]) -> list[float]:
    """How many of `count` things each run did in a second."""
    return [count / one for one in seconds]
