"""Edges of a histogram's bins: equally wide, at round numbers or where days, weeks, months or years begin."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext

MAX_BINS = 20
MAX_EXPONENT = 300  # of ten; beyond it no edges are made
_DIGITS = 1_000  # enough for the quotient of any two numbers within MAX_EXPONENT

_SECONDS = [
    *(1, 2, 5, 10, 15, 30),
    *(60, 120, 300, 600, 900, 1_800),
    *(3_600, 7_200, 10_800, 21_600, 43_200),
]
_DAYS = [1, 2, 7, 14]
_MONTHS = [*(1, 2, 3, 6), *(12 * years for years in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000))]


def of_numbers(low: Decimal, high: Decimal, *, whole: bool) -> list[Decimal]:
    """Edges from at most `low` to at least `high`; no bin is narrower than 1 when `whole`. May be none."""
    if not low.is_finite() or not high.is_finite():
        return []
    if max(abs(low.adjusted()), abs(high.adjusted())) > MAX_EXPONENT:
        return []
    if low == high:
        return [low, high]
    with localcontext() as context:
        context.prec = _DIGITS
        for step in _steps((high - low) / MAX_BINS, whole=whole):
            first = (low / step).to_integral_value(ROUND_FLOOR)
            last = (high / step).to_integral_value(ROUND_CEILING)
            if last - first <= MAX_BINS:
                # The added zero writes 50000 where the product is 5E+4.
                return [(first + number) * step + 0 for number in range(int(last - first) + 1)]
    return []


def of_dates(low: date, high: date) -> list[date]:
    """Edges of days or longer periods from at most `low` to at least `high`."""
    times = _of_times(
        datetime.combine(low, datetime.min.time()), datetime.combine(high, datetime.min.time()), []
    )
    return [time.date() for time in times]


def of_timestamps(low: datetime, high: datetime) -> list[datetime]:
    """Edges of seconds or longer periods from at most `low` to at least `high`."""
    return _of_times(low, high, _SECONDS)


def _steps(narrowest: Decimal, *, whole: bool) -> Iterator[Decimal]:
    """Round widths from about `narrowest` up: 1, 2 and 5 times powers of ten."""
    exponent = max(0, narrowest.adjusted()) if whole else narrowest.adjusted()
    for power in range(exponent, exponent + 3):
        for digit in (1, 2, 5):
            yield Decimal(digit).scaleb(power)


def _of_times(low: datetime, high: datetime, seconds: list[int]) -> list[datetime]:
    if low == high:
        return [low, high]
    widths = [
        *(timedelta(seconds=number) for number in seconds),
        *(timedelta(days=number) for number in _DAYS),
    ]
    for width in widths:
        # The calendar's first day is a Monday, so weeks begin on Mondays.
        first, last = (low - datetime.min) // width, -((datetime.min - high) // width)
        if last - first <= MAX_BINS:
            return [_moment(number, width) for number in range(first, last + 1)]
    for months in _MONTHS:
        first = _month(low) // months
        last = _month(high) // months + 1
        if last - first <= MAX_BINS:
            return [_beginning(number * months) for number in range(first, last + 1)]
    raise ValueError((low, high))


def _moment(number: int, width: timedelta) -> datetime:
    return datetime.min + min(number * width, datetime.max - datetime.min)


def _month(time: datetime) -> int:
    return time.year * 12 + time.month - 1


def _beginning(month: int) -> datetime:
    """The first moment of a month, counted from the year 0, within the calendar."""
    year, index = divmod(month, 12)
    if year < datetime.min.year:
        return datetime.min
    return datetime.max if year > datetime.max.year else datetime(year, index + 1, 1)
