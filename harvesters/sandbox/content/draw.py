"""Values drawn from a seed: the same key always gives the same values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """A row of draws. Only `Random.random` is used: it is the one method whose values never change."""

    def __init__(self, key: str) -> None:
        self._random = Random(key).random  # noqa: S311 - simulated data, no secret

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self._random() * (high - low + 1))

    def rounded(self, low: int, high: int, step: int) -> int:
        """A whole multiple of `step` from `low` to about `high`, such as a price."""
        return self.whole(low // step, high // step) * step

    def decimal(self, low: float, high: float, places: int = 1) -> float:
        return round(low + self._random() * (high - low), places)

    def pick(self, choices: Sequence[T]) -> T:
        return choices[int(self._random() * len(choices))]

    def chance(self, probability: float) -> bool:
        return self._random() < probability

    def maybe(self, value: T, missing: float = 0.1) -> T | None:
        """`value`, or None with the probability `missing`."""
        return None if self._random() < missing else value

    def share(self, whole: int, low: float, high: float) -> int:
        """A part of `whole`, from the share `low` to the share `high`."""
        return int(whole * (low + self._random() * (high - low)))

    def day(self, first: date, last: date) -> date:
        return first + timedelta(days=self.whole(0, (last - first).days))

    def phone(self) -> str:
        """A fictional number of the city."""
        return f"0234 000 {self.whole(0, 9999):04d}"


def digits(number: int, *sizes: int) -> tuple[int, ...]:
    """`number` in mixed radix, fastest first: the place in a grid of `sizes`, then how often it was full."""
    places = []
    for size in sizes:
        number, place = divmod(number, size)
        places.append(place)
    return (*places, number)


def vietnamese_date(day: date) -> str:
    return f"{day:%d/%m/%Y}"
