"""The first chart of a table: what a careful reader would draw from its columns, before anybody chose one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from .state import Choice
from .traits import Role, Trait

MIN_MOMENTS = 4  # fewer points make no line
MAX_LINES = 5
FEW = 30  # bars that are read at a glance
HOURLY_DAYS = 3  # moments of so short a span are shown as they are


def propose(traits: Sequence[Trait], rows: int) -> Choice | None:
    """The chart to begin with; None when no column is good for one.

    traits: of all columns; rows: how many the table has. Codes, years and coordinates are never measures.
    """
    if rows < 2:
        return None
    times = [trait for trait in traits if trait.role is Role.TIME and trait.distinct >= MIN_MOMENTS]
    years = [trait for trait in traits if trait.role is Role.YEAR and trait.distinct >= MIN_MOMENTS]
    measures = [trait for trait in traits if trait.role is Role.MEASURE and trait.distinct > 1]
    categories = [trait for trait in traits if trait.role is Role.CATEGORY and trait.distinct <= FEW]
    names = [trait for trait in traits if trait.role is Role.NAME and trait.distinct <= FEW]
    measure = best_measure(measures, rows)
    if _is_register(traits, rows):
        return _of_register(categories, times, years)
    if measure and (times or years):
        return _over_time(times, years, measure, categories)
    if measure and (categories or names):
        few = names if rows <= FEW else []
        group = next(iter(few), None) or _best_category(categories) or names[0]
        return _by_group(group, measure, _split(group, categories, rows))
    if len(measures) >= 2:
        return Choice("scatter", x=measures[0].column.name, measure=measures[1].column.name)
    return _of_register(categories, times, years) or _of_wide_group(traits, measure)


def _is_register(traits: Sequence[Trait], rows: int) -> bool:
    """Whether each row is a thing with a name (a school, a festival), rather than a figure."""
    names = [trait for trait in traits if trait.role is Role.NAME]
    dates = any(trait.role is Role.TIME and trait.distinct * 2 < rows for trait in traits)
    return (rows > FEW and bool(names) and not dates) or _has_text_key(traits, rows)


def _has_text_key(traits: Sequence[Trait], rows: int) -> bool:
    return rows > FEW and any(
        trait.column.is_key and trait.column.kind == "text" and trait.distinct == rows for trait in traits
    )


def _of_register(
    categories: Sequence[Trait], times: Sequence[Trait], years: Sequence[Trait]
) -> Choice | None:
    group = _best_category(categories)
    if group:
        return Choice("bar", x=group.column.name)
    if years:
        return Choice("bar", x=years[0].column.name)
    return Choice("bar", x=times[0].column.name, by=period(times[0])) if times else None


def _of_wide_group(traits: Sequence[Trait], measure: Trait | None) -> Choice | None:
    wide = next((trait for trait in traits if trait.role is Role.CATEGORY), None)
    if wide is None:
        return None
    return _by_group(wide, measure, None) if measure else Choice("bar", x=wide.column.name)


def _over_time(
    times: Sequence[Trait], years: Sequence[Trait], measure: Trait, categories: Sequence[Trait]
) -> Choice:
    moment = times[0] if times else years[0]
    lines = next(
        (
            trait
            for trait in categories
            if trait.distinct <= MAX_LINES and trait.column.kind == "text" and not trait.secondary
        ),
        None,
    )
    return Choice(
        "line",
        x=moment.column.name,
        by=period(moment) if times else "",
        measure=measure.column.name,
        function=function_of(measure),
        series=lines.column.name if lines else "",
    )


def _by_group(group: Trait, measure: Trait, split: Trait | None) -> Choice:
    return Choice(
        "bar",
        x=group.column.name,
        measure=measure.column.name,
        function=function_of(measure),
        series=split.column.name if split else "",
    )


def _split(group: Trait, categories: Sequence[Trait], rows: int) -> Trait | None:
    """A second grouping where the first and it together tell every row."""
    others = [trait for trait in categories if trait is not group and trait.column.kind == "text"]
    return next(
        (
            trait
            for trait in others
            if group.distinct < rows <= FEW
            and trait.distinct <= MAX_LINES
            and (trait.distinct < group.distinct or rows == group.distinct * trait.distinct)
        ),
        None,
    )


def best_measure(measures: Sequence[Trait], rows: int) -> Trait | None:
    """The first that adds up and is mostly filled; a total before its parts."""
    return min(
        measures,
        key=lambda trait: (trait.filled * 2 < rows, trait.averaged, not trait.is_total),
        default=None,
    )


def _best_category(categories: Sequence[Trait]) -> Trait | None:
    """Text before yes and no; neither two values nor dozens where there is something between."""
    return min(
        categories,
        key=lambda trait: (
            trait.column.kind == "bool",
            trait.secondary,
            not 3 <= trait.distinct <= 15,
            trait.distinct > 15,
        ),
        default=None,
    )


def function_of(measure: Trait) -> str:
    """What joins the values of a measure: their sum, or their mean where sums mean nothing."""
    return "avg" if measure.averaged else "sum"


def period(moment: Trait) -> str:
    """The period into which the dates of a column are gathered, for a few dozen points; empty for none."""
    low, high = date.fromisoformat(moment.low[:10]), date.fromisoformat(moment.high[:10])
    span = (high - low).days
    if moment.column.kind == "time" and span <= HOURLY_DAYS:
        return ""
    return next((name for name, days in (("day", 62), ("month", 1_500)) if span <= days), "year")
