"""A kind of simulated table: what the listing says of it, its columns, and how a row is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .columns import Column, Value
from .draw import Draw
from .places import Scope
from .resources import read_yaml

PACKAGE = "ckanext.hue.harvesters.sandbox.content"

# Columns that many kinds share, by the name that stands for them in the YAML.
SHARED_COLUMNS: Mapping[str, Sequence[Column]] = {
    "UNIT": (
        Column("madonvi", "Mã đơn vị hành chính"),
        Column("donvihanhchinh", "Đơn vị hành chính"),
    ),
    "POINT": (
        Column("kinhdo", "Kinh độ", "numeric", "độ"),
        Column("vido", "Vĩ độ", "numeric", "độ"),
    ),
    "MONTH": (Column("thang", "Tháng (ngày đầu tháng)", "date"),),
}

RowMaker = Callable[[int, Draw, Scope], Sequence[Value]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A kind of table.

    `row` makes the row of an index from 0 for the units and the time of a scope. `title` is the title without
    a place; `city_title` the title for all of Huế. `rows` is the usual number of rows for all of Huế. `local`
    says that the People's Committee of a unit keeps the table of that unit; `public`, that the table for all
    of Huế is among the open ones.
    """

    code: str
    field: str
    agency: str
    title: str
    city_title: str
    summary: str
    keywords: Sequence[str]
    frequency: str
    columns: Sequence[Column]
    row: RowMaker
    rows: int
    local: bool = False
    public: bool = True


def templates(name: str, makers: Mapping[str, RowMaker]) -> Iterator[Template]:
    """The kinds of a YAML file of this package, each with its maker of rows by code."""
    for given in read_yaml(f"{name}.yaml", PACKAGE):
        columns = tuple(_columns(given.pop("columns"), given.pop("key", None)))
        yield Template(**given, columns=columns, row=makers[given["code"]])


def _columns(given: Sequence[Any], key: str | None) -> Iterator[Column]:
    """Columns from [name, label, type, unit], or from the name of shared ones."""
    for column in given:
        if isinstance(column, str):
            yield from SHARED_COLUMNS[column]
        else:
            name, label, kind, unit = [*column, "text", None][:4] if len(column) == 2 else [*column, None][:4]
            yield Column(name, label, kind, unit, key=name == key)
