"""Simulated tables: a template, the place and time that it covers, and the seed of its rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import vietnam_provinces

from . import vocabularies
from .content import TEMPLATES
from .content.columns import Column, Value
from .content.draw import Draw
from .content.places import Place, Scope, districts, wards
from .content.resources import SANDBOX
from .content.template import Template
from .tables import INTERNAL, SHARED, About, RowTable, Table
from .times import HUE_TIME

LAST_DAY = date(2026, 1, 31)
LAST_DAY_OF_DISTRICTS = date(2024, 12, 31)
MONTHS = 120
STRIDE = 17  # has no factor in common with the number of units, so every unit comes once
BLOCK = 50
WORKING_MINUTES = 8 * 60
DISCLAIMER = "Đây là dữ liệu mô phỏng để trình diễn, không phải số liệu chính thức."


@dataclass(frozen=True, slots=True)
class SimulatedTable(RowTable):
    """A table made of draws; the same seed, id and revision always give the same rows."""

    template: Template
    place: Place | None
    until: date
    seed: int
    number_of_rows: int
    access_level: str
    revision: int = 0

    @property
    def id(self) -> str:
        if self.place is None:
            return self.template.code
        return f"{self.template.code}-{self.place.code}-{self.until:%Y%m}"

    @property
    def access(self) -> str:
        return self.access_level

    @property
    def count(self) -> int:
        return self.number_of_rows

    @property
    def columns(self) -> Sequence[Column]:
        return self.template.columns

    @property
    def version(self) -> str:
        """A hash of all that the rows follow from: to hash rows, a listing would have to make every table."""
        recipe = f"{content_version()}|{self._key()}|{self.number_of_rows}"
        return "sha256:" + hashlib.sha256(recipe.encode()).hexdigest()

    def about(self) -> About:
        template = self.template
        return About(
            id=self.id,
            title=self._title(),
            description=f"{template.summary} Phạm vi: {self._area()}, số liệu đến {_month(self.until)}. "
            f"{DISCLAIMER}",
            field=template.field,
            agency=self._agency(),
            frequency=template.frequency,
            updated=self._updated(),
            keywords=(*template.keywords, self.place.name) if self.place else template.keywords,
            access=self.access,
        )

    def rows(self, start: int, stop: int) -> Iterable[Sequence[Value]]:
        make, key = self.template.row, self._key()
        scope = Scope((self.place,) if self.place else wards(), self.until)
        for block in range(start // BLOCK, (stop - 1) // BLOCK + 1):
            draw = Draw(f"{key}|{block}")
            for index in range(block * BLOCK, min((block + 1) * BLOCK, stop)):
                row = make(index, draw, scope)
                if index >= start:
                    yield row

    def changed(self, **change: Any) -> Table:
        names = {"access": "access_level", "rows": "number_of_rows", "revision": "revision"}
        return replace(self, **{names[name]: value for name, value in change.items()})

    def _key(self) -> str:
        return f"{self.seed}|{self.id}|{self.revision}"

    def _title(self) -> str:
        if self.place is None:
            return self.template.city_title
        return f"{self.template.title} tại {self.place.within}, cập nhật {_month(self.until)}"

    def _area(self) -> str:
        return self.place.within if self.place else "thành phố Huế"

    def _agency(self) -> str:
        if self.place and self.template.local:
            return _committees()[self.place.code]
        return self.template.agency

    def _updated(self) -> datetime:
        later = spread(self.id, 5 * WORKING_MINUTES)
        days, minutes = divmod(later, WORKING_MINUTES)
        opening = datetime.combine(self.until, time(8), HUE_TIME)
        return opening + timedelta(days=days, minutes=minutes + self.revision)


def spread(text: str, below: int) -> int:
    """A number from 0 to below `below` that follows from a text alone."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % below


def usual_rows(template: Template, place: Place | None, number: int) -> int:
    """About a hundred rows: the template's own number for all of Huế, a varying one for a single unit."""
    return template.rows if place is None else 70 + spread(f"{template.code}|{number}", 61)


def city_table(template: Template, seed: int, rows: int | None, access: str) -> SimulatedTable:
    """The table of a template for all of Huế."""
    return SimulatedTable(template, None, LAST_DAY, seed, rows or usual_rows(template, None, 0), access)


def most_unit_tables() -> int:
    """How many different tables unit_table can make."""
    return len(TEMPLATES) * len(_units()) * MONTHS


def unit_table(number: int, seed: int, rows: int | None) -> SimulatedTable:
    """The table with a number from 0: kinds of table take turns, then units, then months, newest first."""
    turn, kind = divmod(number, len(TEMPLATES))
    months, unit = divmod(turn, len(_units()))
    template, place = TEMPLATES[kind], _units()[(unit * STRIDE + kind) % len(_units())]
    last = LAST_DAY_OF_DISTRICTS if place in districts() else LAST_DAY
    access = SHARED if spread(f"{template.code}|{turn}", 3) else INTERNAL
    return SimulatedTable(
        template, place, _months_before(last, months), seed, rows or usual_rows(template, place, turn), access
    )


@cache
def _units() -> tuple[Place, ...]:
    return (*wards(), *districts())


@cache
def _committees() -> dict[str, str]:
    """The code of each unit's People's Committee."""
    return {a["unit_code"]: code for code, a in vocabularies.agencies().items() if a.get("unit_code")}


@cache
def content_version() -> str:
    """A hash of what makes rows, so that another way to make them also means new versions of the tables."""
    digest = hashlib.sha256(vietnam_provinces.__version__.encode())
    folder = files(SANDBOX).joinpath("content")
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        if file.name.endswith((".py", ".yaml")):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _months_before(last: date, months: int) -> date:
    """The last day of the month `months` before the one that ends with `last`."""
    first = last.year * 12 + last.month - months
    return date(first // 12, first % 12 + 1, 1) - timedelta(days=1)


def _month(day: date) -> str:
    return f"tháng {day.month}/{day.year}"
