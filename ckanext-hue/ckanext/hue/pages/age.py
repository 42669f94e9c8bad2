"""How long ago something changed, in whole days, so that the words stay right while a page is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import ckan.plugins.toolkit as tk

from ckanext.hue.harvest.mapping import VIETNAM

MONTH = 30
YEAR = 365


@dataclass(frozen=True, slots=True)
class Age:
    """A day as ISO 8601, and how long ago it is in words."""

    day: str
    words: str


def age(moment: str | None, today: date | None = None) -> Age | None:
    """The age of a day or of a UTC time as CKAN keeps it; None for what is no day of the calendar.

    A day that is yet to come is written as a day.
    """
    day = _day(moment or "")
    if day is None:
        return None
    return Age(day.isoformat(), _words(day, today or datetime.now(VIETNAM).date()))


def _day(moment: str) -> date | None:
    try:
        if len(moment) <= len("2023-12-31"):
            return date.fromisoformat(moment)
        time = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return time.replace(tzinfo=time.tzinfo or UTC).astimezone(VIETNAM).date()


def _words(day: date, today: date) -> str:
    days = (today - day).days
    if days < 0:
        return f"{day.day:02}/{day.month:02}/{day.year:04}"
    if days == 0:
        return tk._("today")
    if days == 1:
        return tk._("yesterday")
    if days < MONTH:
        return tk.ungettext("{number} day ago", "{number} days ago", days).format(number=days)
    if days < YEAR:
        months = days // MONTH
        return tk.ungettext("{number} month ago", "{number} months ago", months).format(number=months)
    years = days // YEAR
    return tk.ungettext("{number} year ago", "{number} years ago", years).format(number=years)
