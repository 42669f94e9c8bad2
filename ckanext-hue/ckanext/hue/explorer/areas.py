"""Areas of a map coloured by a measure: rows gathered by the code or name of their administrative unit.

Boundaries come from a file of the operator's (`ckanext.hue.explorer.boundaries`). With the outline of the
province alone, which is what the portal ships, there is nothing to tell apart, and no such map.
"""

from __future__ import annotations

import json
import logging
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ckanext.hue import config
from ckanext.hue.slug import fold

from . import charting
from .columns import Column
from .proposal import best_measure, function_of
from .state import Choice, State
from .traits import Role, traits_of

log = logging.getLogger(__name__)

CLASSES = 5
MAX_BYTES = 20_000_000  # of the file
MIN_AREAS = 3  # fewer tell nothing
MIN_SHARE = 0.5  # of a column's frequent values that must be units


@dataclass(frozen=True, slots=True)
class Areas:
    """Which column names units; once computed, a figure for each by its boundary's code, and class limits."""

    column: Column
    choice: Choice | None = None
    label: str = ""
    title: str = ""
    values: Mapping[str, float] | None = None
    names: Mapping[str, str] | None = None
    limits: tuple[float, ...] = ()
    unmatched: int = 0
    notes: tuple[str, ...] = ()

    @property
    def figures(self) -> list[tuple[str, float]]:
        """(unit, figure) for the table beside the map, the greatest first."""
        values, names = self.values or {}, self.names or {}
        return sorted(((names[code], value) for code, value in values.items()), key=lambda each: -each[1])

    def as_json(self) -> dict[str, Any]:
        return {"values": self.values, "limits": self.limits, "label": self.label}


def of_table(columns: Mapping[str, Column], profile: Mapping[str, Any] | None) -> Areas | None:
    """The column by whose values areas can be coloured; None without one, or without boundaries."""
    known = codes()
    if profile is None or len(known) < MIN_AREAS:
        return None
    for entry in profile["columns"]:
        column = columns.get(entry["id"])
        top = [str(each["value"]) for each in entry.get("top", ())]
        if column is None or column.kind != "text" or len(top) < MIN_AREAS:
            continue
        if sum(fold(value) in known for value in top) >= MIN_SHARE * len(top):
            return Areas(column)
    return None


def compute(
    resource_id: str, state: State, found: Areas, profile: Mapping[str, Any], milliseconds: int
) -> Areas:
    """The figures of the areas, for the measure that the state names, else the first that is one."""
    traits = traits_of(state.columns, profile)
    choice = state.choice if state.choice and state.choice.x == found.column.name else None
    if choice is None:
        measure = best_measure([trait for trait in traits if trait.role is Role.MEASURE], profile["rows"])
        choice = Choice("bar", x=found.column.name)
        if measure:
            choice = Choice("bar", found.column.name, "", measure.column.name, function_of(measure))
    totals = {trait.column.name: trait.totals for trait in traits if trait.totals}
    groups, notes = charting.by_group(resource_id, state, choice, totals, milliseconds)
    known, values, names, unmatched = codes(), {}, {}, 0
    for text, value in groups:
        code = known.get(fold(text))
        joined = _joined(choice.function, values.get(code), value) if code and value is not None else None
        if code is None or joined is None:
            unmatched += 1
        else:
            values[code] = joined
            names.setdefault(code, text)
    return Areas(
        column=found.column,
        choice=choice,
        label=charting.measure_label(choice, state.columns),
        title=charting.title_of(choice, state.columns),
        values=values,
        names=names,
        limits=class_limits(list(values.values())),
        unmatched=unmatched,
        notes=tuple(notes),
    )


def _joined(function: str, figure: float | None, another: float) -> float | None:
    """The figure of a unit that a table writes in more than one way; None where two figures give none."""
    if figure is None:
        return another
    join = {"count": operator.add, "sum": operator.add, "min": min, "max": max}.get(function)
    return join(figure, another) if join else None


def class_limits(values: list[float]) -> tuple[float, ...]:
    """Where one class ends and the next begins, about as many areas in each; at most `CLASSES` classes."""
    ordered = sorted(values)
    if len(ordered) < CLASSES:
        return tuple(sorted(set(ordered))[1:])
    cuts = {ordered[len(ordered) * number // CLASSES] for number in range(1, CLASSES)}
    return tuple(sorted(cuts - {ordered[0]}))


def codes() -> Mapping[str, str]:
    """The codes of the units with boundaries, by code and by folded name; empty without a file.

    A file that cannot be read costs the coloured maps, not the pages of tables; the log says what is wrong.
    """
    path = config.boundaries()
    if not path:
        return {}
    try:
        return _codes(path, Path(path).stat().st_mtime_ns)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        log.exception("ckanext.hue.explorer.boundaries: %s cannot be read", path)
        return {}


@lru_cache(maxsize=2)
def _codes(path: str, _changed: int) -> Mapping[str, str]:
    file = Path(path)
    if file.stat().st_size > MAX_BYTES:
        raise ValueError(f"ckanext.hue.explorer.boundaries: {path} has more than {MAX_BYTES} bytes")
    found: dict[str, str] = {}
    for feature in json.loads(file.read_text(encoding="utf-8"))["features"]:
        properties = feature.get("properties") or {}
        code = str(feature.get("id") or properties.get("code") or "")
        for name in (code, properties.get("name"), properties.get("fullName")):
            if code and name:
                found.setdefault(fold(str(name)), code)
    return found
