"""What an address asks the explorer for: read, checked against the table's columns, and written again.

Nothing that is typed into an address fails the page. What names no column, is no value of its column or is
too much is left out, and `State.problems` says so. `docs/explorer.md` lists the parameters.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk
from werkzeug.datastructures import MultiDict

from ckanext.hue.tables.aggregate import FUNCTIONS, GRANULARITIES

from . import filtering
from .columns import Column
from .filtering import Filter, clean

TABS = ("table", "chart", "map", "columns")
CHARTS = ("bar", "line", "area", "pie", "scatter")
MAX_QUERY = 200  # characters
MAX_PAGE = 1_000_000
MAX_PROBLEMS = 5


@dataclass(frozen=True, slots=True)
class Choice:
    """A chart that somebody chose, or that is proposed. Names are columns' or empty.

    `measure` is empty when rows are counted, `by` the period that dates of `x` are gathered into.
    """

    chart: str
    x: str
    by: str = ""
    measure: str = ""
    function: str = "count"
    series: str = ""
    totals: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """What the address asks for.

    `choice` is None where a chart is to be proposed; `chart` is the kind that was asked for, or empty.
    """

    columns: Mapping[str, Column]
    tab: str = "table"
    q: str = ""
    filters: Mapping[str, Filter] = field(default_factory=dict)
    sort: str = ""
    descending: bool = False
    page: int = 1
    show: tuple[str, ...] = ()
    chart: str = ""
    choice: Choice | None = None
    problems: tuple[str, ...] = ()

    @property
    def shown(self) -> list[Column]:
        """The chosen columns in the table's order; all when none is chosen."""
        chosen = set(self.show)
        return [column for name, column in self.columns.items() if not chosen or name in chosen]

    @property
    def narrowed(self) -> bool:
        return bool(self.q or self.filters)

    def pairs(self) -> list[tuple[str, str]]:
        """The state as parameters of an address, in an order of their own."""
        pairs = [("tab", self.tab)] if self.tab != "table" else []
        if self.q:
            pairs.append(("q", self.q))
        for name, kept in self.filters.items():
            pairs += filtering.pairs(name, kept)
        if self.sort:
            pairs += [("sort", self.sort), *([("order", "desc")] if self.descending else [])]
        pairs += [("show", name) for name in self.show]
        if self.choice:
            pairs += _choice_pairs(self.choice)
        elif self.chart:
            pairs.append(("chart", self.chart))
        if self.page > 1:
            pairs.append(("page", str(self.page)))
        return pairs

    @property
    def query(self) -> str:
        """The state as a query string with its question mark; `?` alone is the plain table."""
        return "?" + urlencode(self.pairs())

    def link(self, **changes: Any) -> str:
        """The query string of this state with changes; on the first page unless one is given."""
        return replace(self, **{"page": 1, **changes}).query

    def without(self, name: str) -> str:
        """The query string without the filter of a column."""
        return self.link(filters={key: kept for key, kept in self.filters.items() if key != name})

    def only(self, name: str, value: str) -> str:
        """The query string of the rows with this value in a column."""
        return self.link(tab="table", filters={**self.filters, name: Filter(values=(value,))})

    def hidden(self, *left_out: str) -> list[tuple[str, str]]:
        """Parameters that a form carries along: all but pages and those whose names begin so."""
        return [(name, value) for name, value in self.pairs() if not name.startswith((*left_out, "page"))]

    def download(self) -> str:
        """The query string with which `/download/…` gives the very rows and columns that are shown."""
        pairs = [("fields", json.dumps(list(self.show), ensure_ascii=False))] if self.show else []
        if self.filters:
            asked = {
                name: filtering.for_download(self.columns[name], kept) for name, kept in self.filters.items()
            }
            pairs.append(("filters", json.dumps(asked, ensure_ascii=False)))
        if self.q:
            pairs.append(("q", self.q))
        if self.sort:
            pairs.append(("sort", f'"{self.sort}" desc' if self.descending else f'"{self.sort}" asc'))
        return "?" + urlencode(pairs) if pairs else ""


def read(arguments: MultiDict[str, str], columns: Mapping[str, Column]) -> State:
    """The state that the parameters of an address tell, as far as they fit the table."""
    problems: list[str] = []
    sort = arguments.get("sort", "")
    sort = sort if sort in columns and columns[sort].filterable else ""
    return State(
        columns=columns,
        tab=_one_of(TABS, arguments.get("tab", "")) or "table",
        q=_words(arguments.get("q", "")),
        filters=filtering.read(arguments, columns, problems),
        sort=sort,
        descending=bool(sort) and arguments.get("order") == "desc",
        page=_page(arguments.get("page", "")),
        show=_shown(arguments, columns),
        chart=_one_of(CHARTS, arguments.get("chart", "")),
        choice=_choice(arguments, columns, problems),
        problems=tuple(problems[:MAX_PROBLEMS]),
    )


def _choice(
    arguments: MultiDict[str, str], columns: Mapping[str, Column], problems: list[str]
) -> Choice | None:
    chart, x = _one_of(CHARTS, arguments.get("chart", "")), arguments.get("x", "")
    if not arguments.get("chart"):
        return None
    measure, series = arguments.get("y", ""), arguments.get("series", "")
    for name in (x, measure, series):
        if name and not (name in columns and columns[name].filterable):
            problems.append(tk._("There is no column “{name}” for a chart.").format(name=name[:60]))
            return None
    if not chart or not x:
        return None
    function = _one_of(FUNCTIONS, arguments.get("fn", "")) or "count"
    if function in ("sum", "avg", "min", "max") and measure and columns[measure].kind != "number":
        function = "count_distinct"
    by = _one_of(GRANULARITIES, arguments.get("by", ""))
    return Choice(
        chart=chart,
        x=x,
        by=by if columns[x].table.kind.is_time else "",
        measure=measure if function != "count" or chart == "scatter" else "",
        function=function if measure else "count",
        series=series if series != x else "",
        totals=arguments.get("totals") == "1",
    )


def _shown(arguments: MultiDict[str, str], columns: Mapping[str, Column]) -> tuple[str, ...]:
    asked = set(arguments.getlist("show"))
    chosen = tuple(name for name in columns if name in asked)
    return () if len(chosen) == len(columns) else chosen


def _choice_pairs(choice: Choice) -> list[tuple[str, str]]:
    function = choice.function if choice.measure and choice.chart != "scatter" else ""
    pairs = [
        ("chart", choice.chart),
        ("x", choice.x),
        ("by", choice.by),
        ("fn", function),
        ("y", choice.measure),
        ("series", choice.series),
        ("totals", "1" if choice.totals else ""),
    ]
    return [(name, value) for name, value in pairs if value]


def _words(text: str) -> str:
    return " ".join(clean(text).split())[:MAX_QUERY]


def _one_of(known: Sequence[str], asked: str) -> str:
    return asked if asked in known else ""


def _page(text: str) -> int:
    fits = text.isascii() and text.isdecimal() and len(text) < 10
    return min(max(int(text), 1), MAX_PAGE) if fits else 1
