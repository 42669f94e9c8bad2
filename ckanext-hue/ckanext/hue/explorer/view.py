"""The explorer of one table as a page shows it: the tab asked for, and what leads to the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from werkzeug.datastructures import MultiDict

from ckanext.hue import config
from ckanext.hue.tables.files.errors import FileError, NoTable

from . import areas, charting, columns, places, profiles, proposal, rows
from . import state as states
from .columns import Column
from .filtering import Filter
from .state import CHARTS, Choice, State
from .traits import Role, Trait, traits_of

FILTERS_SHOWN = 200  # columns in the form of filters
OPTIONS = 300  # columns to choose from for a chart


@dataclass(frozen=True, slots=True)
class Source:
    """Which table this is: what charts and embedded pages name as their source."""

    resource_id: str
    title: str
    dataset: str
    dataset_name: str
    agency: str
    page: str


@dataclass(frozen=True, slots=True)
class FilterField:
    """A column in the form of filters, with the values to choose from where they are few."""

    column: Column
    kept: Filter
    choices: Sequence[profiles.Bar]
    suggestions: Sequence[str]


@dataclass(frozen=True, slots=True)
class View:
    """What the templates show. Only the chosen tab's part is there; `problem` says why it is not."""

    source: Source
    state: State
    total: int
    tabs: Sequence[str]
    embedded: bool = False
    rows: rows.Rows | None = None
    chart: charting.Chart | None = None
    proposed: bool = False
    links: Mapping[str, str] = field(default_factory=dict)
    place: places.Place | None = None
    areas: areas.Areas | None = None
    described: Sequence[profiles.Described] = ()
    filters: Sequence[FilterField] = ()
    problem: str = ""

    @property
    def columns(self) -> list[Column]:
        """All columns of the table."""
        return list(self.state.columns.values())

    @property
    def query(self) -> str:
        """What is asked beyond the whole table; empty for nothing."""
        return self.state.q or ("…" if self.state.filters else "")

    @property
    def options(self) -> list[Column]:
        return [column for column in self.columns if column.filterable][:OPTIONS]

    @property
    def map_style(self) -> str:
        return config.map_style()


def view(resource_id: str, arguments: MultiDict[str, str], *, embedded: bool = False) -> View | None:
    """The explorer as an address asks for it; None without a table. Who may read it, the caller checks."""
    try:
        known = columns.of_table(resource_id)
    except (tk.ObjectNotFound, tk.ValidationError, NoTable):
        return None
    state = states.read(arguments, known)
    made = View(source_of(resource_id), state, 0, ["table"], embedded)
    limit = config.query_timeout()
    try:
        total = rows.total_of(resource_id, limit)
        profile = profiles.at_hand(resource_id, known, total, limit)
        place = places.place_of(known, profile)
        matched = areas.of_table(known, profile) if not place else None
        tabs = ["table", "chart", *(["map"] if place or matched else []), "columns"]
        if state.tab not in tabs:
            state = replace(state, tab="table")
        made = replace(made, state=state, total=total, tabs=tabs, place=place)
        made = replace(made, areas=matched, filters=_fields(state, profile))
        return _with_tab(made, profile, limit)
    except tk.ValidationError as error:
        # Mostly a question that takes longer than the reader's time limit.
        return replace(made, problem=" ".join(error.error_summary.values()))
    except FileError as error:
        return replace(made, problem=str(error))


def source_of(resource_id: str) -> Source:
    """What a table is called and who publishes it."""
    resource = model.Session.get(model.Resource, resource_id)
    package = model.Session.get(model.Package, resource.package_id) if resource else None
    if resource is None or package is None:
        return Source(resource_id, "", "", "", "", "")
    agency = model.Group.get(package.owner_org) if package.owner_org else None
    dataset = package.title or package.name
    return Source(
        resource_id,
        resource.name or dataset,
        dataset,
        package.name,
        (agency.title or agency.name) if agency else "",
        tk.h.url_for(f"{package.type}_resource.read", id=package.name, resource_id=resource_id),
    )


def _with_tab(made: View, profile: dict[str, Any] | None, limit: int) -> View:
    state, resource_id = made.state, made.source.resource_id
    if state.tab == "chart":
        return _with_chart(made, profile, limit)
    if state.tab == "columns":
        whole = profile or profiles.whole(resource_id, state.columns, limit)
        return replace(made, described=profiles.described(state.columns, whole))
    if state.tab == "map" and made.areas and profile:
        return replace(made, areas=areas.compute(resource_id, state, made.areas, profile, limit))
    return replace(made, rows=rows.read(resource_id, state, made.total, limit))


def _with_chart(made: View, profile: dict[str, Any] | None, limit: int) -> View:
    state, resource_id = made.state, made.source.resource_id
    whole = profile or profiles.whole(resource_id, state.columns, limit)
    traits = traits_of(state.columns, whole)
    proposed = proposal.propose(traits, whole["rows"])
    choice = state.choice or (
        _as(state.chart, proposed, proposed, traits) if proposed and state.chart else proposed
    )
    if choice is None:
        return _without_proposal(made, traits)
    totals = {trait.column.name: trait.totals for trait in traits if trait.totals}
    chart = charting.compute(resource_id, state, choice, totals, limit)
    links = {kind: state.link(choice=_as(kind, choice, proposed, traits)) for kind in CHARTS}
    return replace(made, chart=chart, proposed=state.choice is None, links=links)


def _without_proposal(made: View, traits: Sequence[Trait]) -> View:
    """Columns to choose from, where none of them makes a chart by itself."""
    problem = tk._("No columns of this table make a chart by themselves.")
    if not made.options:
        return replace(made, problem=problem)
    choice = Choice("bar", x=made.options[0].name)
    links = {kind: made.state.link(choice=_as(kind, choice, None, traits)) for kind in CHARTS}
    return replace(made, chart=charting.Chart(choice, problem=problem), links=links)


def _as(kind: str, choice: Choice, proposed: Choice | None, traits: Sequence[Trait]) -> Choice:
    """The same chart of another kind; columns are exchanged only where they cannot serve."""
    if kind != "scatter" and choice.chart == "scatter" and proposed:
        choice = proposed
    if kind == "scatter" and choice.chart != "scatter":
        numbers = [trait.column.name for trait in traits if trait.role is Role.MEASURE]
        first = [choice.measure] if choice.measure in numbers else []
        pair = [*first, *(name for name in numbers if name not in first)]
        if len(pair) > 1:
            return Choice("scatter", x=pair[1], measure=pair[0])
    return replace(choice, chart=kind, series="" if kind in ("pie", "scatter") else choice.series)


def _fields(state: State, profile: Mapping[str, Any] | None) -> list[FilterField]:
    filterable = [column for column in state.columns.values() if column.filterable]
    shown = filterable[:FILTERS_SHOWN]
    shown += [column for column in filterable[FILTERS_SHOWN:] if column.name in state.filters]
    return [
        FilterField(
            column,
            state.filters.get(column.name, Filter()),
            profiles.choices(column, profile),
            profiles.suggestions(column, profile),
        )
        for column in shown
    ]
