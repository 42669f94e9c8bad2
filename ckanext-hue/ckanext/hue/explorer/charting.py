"""The figures of a chart: groups counted by one or two statements, the rest gathered as “others”.

The answer is plain JSON for the browser's script, and rows of text for the table beside the chart.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa

from ckanext.hue.pages import values
from ckanext.hue.tables import querying
from ckanext.hue.tables.aggregate import aggregate

from .columns import Column
from .conditions import refuse_words_without_index, where
from .state import Choice, State

TOP = {"bar": 20, "pie": 7}  # groups; the rest is gathered
TOP_SERIES = 6
MAX_POINTS = 1_500  # of a line
MAX_GROUPS = 5_000  # of two columns together
MAX_SCATTERED = 2_000
LISTED_POINTS = 200
MAX_LABEL = 120  # characters
ROUNDING = 1e-9  # of a sum
WHOLE = 10**15  # from here on a figure has no decimals
_ADDS_UP = ("count", "sum")


@dataclass(frozen=True, slots=True)
class Series:
    """A row of bars, a line: a value a category, None where there is none."""

    name: str
    values: list[float | None]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the table; `share` of the largest one, 0 to 100, where bars compare them."""

    text: str
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn. `notes` tell what was left out; `problem` says why there is nothing to draw."""

    choice: Choice
    title: str = ""
    x_label: str = ""
    y_label: str = ""
    unit: str = ""
    categories: list[str] = field(default_factory=list)
    series: list[Series] = field(default_factory=list)
    points: list[tuple[float, float]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    ordered: bool = False
    totals: bool = False
    problem: str = ""

    @property
    def drawable(self) -> bool:
        return not self.problem and bool(self.categories or self.points)

    def as_json(self) -> dict[str, Any]:
        """What the browser's script draws from."""
        return {
            "chart": self.choice.chart,
            "title": self.title,
            "xLabel": self.x_label,
            "yLabel": self.y_label,
            "unit": self.unit,
            "categories": self.categories,
            "series": [{"name": each.name, "values": each.values} for each in self.series],
            "points": self.points,
            "ordered": self.ordered,
            "addsUp": self.choice.function in _ADDS_UP,
        }

    @property
    def heads(self) -> list[str]:
        """What stands over the figures of the table beside the chart."""
        return [self.y_label] if self.points else [each.name for each in self.series]

    @property
    def rows(self) -> list[tuple[str, list[Figure]]]:
        """The table beside the chart: (category, figures)."""
        if self.points:
            return [(figure(x), [Figure(figure(y))]) for x, y in self.points[:LISTED_POINTS]]
        largest = max((value or 0.0 for each in self.series for value in each.values), default=0.0)
        single = len(self.series) == 1 and largest > 0
        return [
            (
                category,
                [
                    Figure(
                        figure(each.values[number]), _share(each.values[number], largest) if single else None
                    )
                    for each in self.series
                ],
            )
            for number, category in enumerate(self.categories)
        ]


def compute(
    resource_id: str, state: State, choice: Choice, totals: Mapping[str, Sequence[str]], milliseconds: int
) -> Chart:
    """The chart of the rows that a state asks for. totals: by column the values that stand for all others.

    Raises ValidationError, in Vietnamese, and StillIndexing.
    """
    refuse_words_without_index(state, resource_id)
    asked = _Asked(resource_id, state, choice, totals, milliseconds)
    if choice.chart == "scatter":
        return _scatter(asked)
    chart = _with_series(asked) if choice.series else _of_one(asked)
    if choice.chart == "pie" and any(v is not None and v < 0 for v in chart.series[0].values if chart.series):
        return Chart(
            choice, title=chart.title, problem=tk._("A pie cannot show values below zero. Choose bars.")
        )
    if not chart.problem and not chart.categories:
        return Chart(choice, title=chart.title, problem=tk._("No row has values for this chart."))
    return chart


def by_group(
    resource_id: str, state: State, choice: Choice, totals: Mapping[str, Sequence[str]], milliseconds: int
) -> tuple[list[tuple[str, float | None]], list[str]]:
    """Every group of one column as (text, value), and notes of what was left out. As `compute`."""
    refuse_words_without_index(state, resource_id)
    asked = _Asked(resource_id, state, choice, totals, milliseconds)
    records = asked.groups([choice.x], ["v desc nulls last"], MAX_GROUPS)["records"]
    return [(_text(each["g0"], asked.x), _float(each["v"])) for each in records], _notes(asked)


@dataclass(frozen=True, slots=True)
class _Asked:
    resource_id: str
    state: State
    choice: Choice
    totals: Mapping[str, Sequence[str]]
    milliseconds: int

    @property
    def x(self) -> Column:
        return self.state.columns[self.choice.x]

    @property
    def y(self) -> Column | None:
        return self.state.columns.get(self.choice.measure)

    @property
    def over_time(self) -> bool:
        return self.x.kind in ("date", "time", "number") or self.choice.chart in ("line", "area")

    @property
    def left_out(self) -> dict[str, Sequence[str]]:
        """Values like “Tổng số”, by column, that would be counted twice."""
        if self.choice.totals or self.choice.chart == "scatter":
            return {}
        filtered = {name for name, kept in self.state.filters.items() if kept.values}
        return {name: found for name, found in self.totals.items() if found and name not in filtered}

    def condition(self) -> sa.ColumnElement[bool]:
        parts = [where(self.state), self.x.table.sql.is_not(None)]
        for name, found in self.left_out.items():
            column = self.state.columns[name].table.sql
            parts.append(sa.or_(column.is_(None), column.not_in(list(found))))
        return sa.and_(*parts)

    def groups(self, names: Sequence[str], sort: list[str], limit: int) -> dict[str, Any]:
        """Records with `g0`, `g1`… for the groups and `v` for the measure."""
        groups = [
            {
                "column": name,
                "as": f"g{number}",
                **({"granularity": self.choice.by} if self._gathered(name) else {}),
            }
            for number, name in enumerate(names)
        ]
        measure = {"function": self.choice.function, "as": "v"}
        if self.choice.function != "count":
            measure["column"] = self.choice.measure
        return aggregate(
            resource_id=self.resource_id,
            columns={column.name: column.table for column in self.state.columns.values()},
            group_by=groups,
            measures=[measure],
            filters=None,
            sort=sort,
            limit=limit,
            offset=0,
            milliseconds=self.milliseconds,
            where=self.condition(),
        )

    def _gathered(self, name: str) -> bool:
        return name == self.choice.x and bool(self.choice.by)

    def empty(self, **more: Any) -> Chart:
        measure = measure_label(self.choice, self.state.columns)
        return Chart(
            self.choice,
            title=title_of(self.choice, self.state.columns),
            x_label=self.x.full_label,
            y_label=measure,
            unit=self.y.unit if self.y and self.choice.function not in ("count", "count_distinct") else "",
            ordered=self.over_time,
            totals=bool(self.totals) and any(self.totals.values()),
            **more,
        )


def title_of(choice: Choice, columns: Mapping[str, Column]) -> str:
    """“Lượt khách theo tháng”, from the labels of the columns."""
    x = columns[choice.x]
    if choice.chart == "scatter":
        y = columns.get(choice.measure)
        return tk._("{y} against {x}").format(y=y.label if y else "", x=_lowered(x.label))
    title = tk._("{measure} by {column}").format(
        measure=measure_label(choice, columns, unit=False), column=_lowered(x.label)
    )
    return f"{title}, {_lowered(columns[choice.series].label)}" if choice.series else title


def measure_label(choice: Choice, columns: Mapping[str, Column], *, unit: bool = True) -> str:
    """What is measured, as an axis names it."""
    column = columns.get(choice.measure)
    each_row = choice.chart == "scatter"
    if column is None or (choice.function == "count" and not each_row):
        return tk._("Number of rows")
    label = column.full_label if unit and choice.function != "count_distinct" else column.label
    if each_row or choice.function == "sum":
        return label
    words = {
        "avg": tk._("{column}, average"),
        "min": tk._("{column}, least"),
        "max": tk._("{column}, greatest"),
        "count_distinct": tk._("{column}, different values"),
    }
    return words[choice.function].format(column=label)


def figure(value: float | None) -> str:
    """A computed figure in the reader's form, with two decimals at most; more where it is small."""
    if value is None:
        return ""
    exact = Decimal(str(value))
    if abs(exact) >= WHOLE:
        return values.number(int(exact))
    digits = 2 if abs(exact) >= 1 or not exact else 1 - exact.adjusted()
    return values.number(round(exact, digits).normalize() + 0 if exact % 1 else int(exact))


def _share(value: float | None, largest: float) -> float:
    return max(0.0, 100 * (value or 0.0) / largest)


def _of_one(asked: _Asked) -> Chart:
    """One series over the groups of one column."""
    chart = asked.empty()
    if asked.over_time:
        answer = asked.groups([asked.choice.x], ["g0"], MAX_POINTS)
        if answer["total"] > MAX_POINTS:
            return asked.empty(problem=_too_many(answer["total"]))
        records = answer["records"]
        return asked.empty(
            categories=[_label(asked, record["g0"]) for record in records],
            series=[Series(chart.y_label, [_float(record["v"]) for record in records])],
            notes=_notes(asked),
        )
    top = TOP.get(asked.choice.chart, TOP["bar"])
    answer = asked.groups([asked.choice.x], ["v desc nulls last"], top + 1)
    records, total = answer["records"], answer["total"]
    shown = records if total <= top + 1 else records[:top]
    names, figures = [_label(asked, each["g0"]) for each in shown], [_float(each["v"]) for each in shown]
    notes = _notes(asked)
    if total > len(shown):
        rest = total - len(shown)
        if asked.choice.function in _ADDS_UP:
            whole = _float(asked.groups([], [], 1)["records"][0]["v"]) or 0.0
            names.append(tk._("Others ({number})").format(number=values.number(rest)))
            figures.append(_rest(whole, figures))
        else:
            notes.append(_the_first(len(shown), total))
    return asked.empty(categories=names, series=[Series(chart.y_label, figures)], notes=notes)


def _rest(whole: float, parts: Sequence[float | None]) -> float:
    """What a sum has beyond some of its parts; what the computer's own rounding leaves is nothing."""
    rest = whole - math.fsum(each or 0.0 for each in parts)
    return 0.0 if abs(rest) <= ROUNDING * abs(whole) else rest


def _with_series(asked: _Asked) -> Chart:
    """Several series over the groups of one column; smaller groups and series are gathered or left out."""
    answer = asked.groups([asked.choice.x, asked.choice.series], [], MAX_GROUPS)
    if answer["total"] > MAX_GROUPS:
        return asked.empty(problem=_too_many(answer["total"]))
    sums_up = asked.choice.function in _ADDS_UP
    table: dict[Any, dict[str, float]] = {}
    weights: dict[str, float] = {}
    line = asked.state.columns[asked.choice.series]
    for record in answer["records"]:
        value = _float(record["v"])
        if value is None:
            continue
        name = _text(record["g1"], line)
        table.setdefault(record["g0"], {})[name] = value
        weights[name] = weights.get(name, 0.0) + (abs(value) if sums_up else 1.0)
    groups, notes = list(table), _notes(asked)
    if not asked.over_time:
        groups.sort(key=lambda group: -sum(table[group].values()))
    most = TOP["bar"] if not asked.over_time else MAX_POINTS
    if len(groups) > most:
        notes.append(_the_first(most, len(groups)))
        groups = groups[:most]
    names = sorted(weights, key=lambda name: -weights[name])
    kept, rest = names[:TOP_SERIES], names[TOP_SERIES:]
    series = [Series(name, [table[group].get(name) for group in groups]) for name in kept]
    if rest and sums_up:
        others = [sum(table[group].get(name, 0.0) for name in rest) for group in groups]
        series.append(Series(tk._("Others ({number})").format(number=values.number(len(rest))), list(others)))
    elif rest:
        notes.append(_the_first(len(kept), len(names)))
    return asked.empty(categories=[_label(asked, group) for group in groups], series=series, notes=notes)


def _scatter(asked: _Asked) -> Chart:
    """Two numbers of each row: all of few rows, evenly taken ones of many."""
    x, y = asked.x, asked.y
    if y is None or x.kind != "number" or y.kind != "number":
        return asked.empty(problem=tk._("Points need two columns of numbers."))
    source = querying.table(asked.resource_id)
    condition = sa.and_(where(asked.state), x.table.sql.is_not(None), y.table.sql.is_not(None))
    total = querying.ask(sa.select(sa.func.count()).select_from(source).where(condition), asked.milliseconds)[
        0
    ]
    step = -(-total // MAX_SCATTERED) or 1
    numbered = (
        sa.select(
            sa.cast(x.table.sql, sa.Double).label("x"),
            sa.cast(y.table.sql, sa.Double).label("y"),
            sa.func.row_number().over(order_by=sa.column("_id")).label("n"),
        )
        .select_from(source)
        .where(condition)
        .subquery("numbered")
    )
    pairs = sa.func.json_build_array(numbered.c["x"], numbered.c["y"])
    taken = sa.select(sa.cast(sa.func.json_agg(pairs), sa.Text)).where(numbered.c["n"] % step == 0)
    found = json.loads(querying.ask(taken, asked.milliseconds)[0] or "[]")
    points = [
        (float(a), float(b)) for a, b in found if isinstance(a, (int, float)) and isinstance(b, (int, float))
    ]
    if not points:
        return asked.empty(problem=tk._("No row has values for this chart."))
    notes = []
    if step > 1:
        notes.append(
            tk._("{shown} of {total} rows are drawn, taken evenly.").format(
                shown=values.number(len(points)), total=values.number(total)
            )
        )
    if len(points) > LISTED_POINTS:
        notes.append(
            tk._("The table of figures has the first {shown} points.").format(
                shown=values.number(LISTED_POINTS)
            )
        )
    return asked.empty(points=points, notes=notes)


def _notes(asked: _Asked) -> list[str]:
    found = sorted({value for each in asked.left_out.values() for value in each})
    if not found:
        return []
    names = ", ".join(f"“{name[:40]}”" for name in found[:3])
    return [tk._("Without the rows {names}, which would be counted twice.").format(names=names)]


def _the_first(shown: int, total: int) -> str:
    return tk._("The first {shown} of {total} values are shown.").format(
        shown=values.number(shown), total=values.number(total)
    )


def _too_many(total: int) -> str:
    return tk._(
        "{number} values are too many for a chart."
        " Choose a column with fewer values, a longer period or a filter."
    ).format(number=values.number(total))


def _label(asked: _Asked, value: Any) -> str:
    if asked.choice.by and value:
        return period_label(str(value), asked.choice.by)
    return _text(value, asked.x)


def period_label(text: str, by: str) -> str:
    """How the period reads that begins on this day: 2024, quý 1/2024, 01/2024 or 31/12/2024."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return text
    if by == "year":
        return str(day.year)
    if by == "quarter":
        return tk._("Q{quarter}/{year}").format(quarter=(day.month + 2) // 3, year=day.year)
    if by == "month":
        return f"{day.month:02}/{day.year}"
    return f"{day.day:02}/{day.month:02}/{day.year}"


def _text(value: Any, column: Column) -> str:
    shown = values.cell(value, column.kind, grouped=column.grouped)
    return (shown.text + shown.rest)[:MAX_LABEL] or tk._("(empty)")


def _float(value: Any) -> float | None:
    """A number that JSON and a chart can hold."""
    if value is None or isinstance(value, str):
        return None
    number = float(value)
    return number if abs(number) < 1e300 else None


def _lowered(text: str) -> str:
    """A label within a sentence; abbreviations keep their capitals."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
