"""Where a table's rows lie, as points of a map: GeoJSON with nothing but a number and a name of each."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa

from ckanext.hue.pages import values
from ckanext.hue.slug import fold
from ckanext.hue.tables import querying
from ckanext.hue.tables.files import coordinates
from ckanext.hue.tables.files.geojson import geometry_of
from ckanext.hue.tables.querying import Kind

from .columns import Column
from .conditions import refuse_words_without_index, where
from .state import State

MAX_POINTS = 50_000
MAX_SHAPES = 2_000  # rows with geometries of their own, which may be long
MAX_SHAPE = 200_000  # characters of one
MAX_NAME = 80  # characters of a point's name
MAX_POPUP = 8  # columns in a popup
DIGITS = 5  # of a degree: about a metre
# Plane coordinates (VN-2000) are metres and far outside; degrees of Việt Nam and its sea are within.
_LONGITUDES, _LATITUDES = (100, 120), (6, 25)
_PAIRS = (("x", "y"), ("toadox", "toadoy"), ("coordx", "coordy"))
_NUMBER = r"^-?\d{1,3}([.,]\d{1,30})?$"


@dataclass(frozen=True, slots=True)
class Place:
    """The columns that say where: `geometry`, or `longitude` and `latitude`."""

    longitude: Column | None = None
    latitude: Column | None = None
    geometry: Column | None = None

    @property
    def columns(self) -> list[Column]:
        return [column for column in (self.longitude, self.latitude, self.geometry) if column]


def place_of(columns: Mapping[str, Column], profile: Mapping[str, Any] | None) -> Place | None:
    """The columns that say where, by their names; where those are mere x and y, by what they hold."""
    described = [_described(column) for column in columns.values()]
    found = coordinates.place_of(described)
    if found:
        return Place(
            *(
                columns[each["id"]] if each else None
                for each in (found.longitude, found.latitude, found.geometry)
            )
        )
    return _of_plain_pair(columns, profile) if profile else None


def points(resource_id: str, state: State, place: Place, milliseconds: int) -> dict[str, Any]:
    """A GeoJSON FeatureCollection of the rows that a state asks for, at most `MAX_POINTS`.

    Beside it `note`, which says what is not there. Raises ValidationError, StillIndexing.
    """
    refuse_words_without_index(state, resource_id)
    if place.geometry:
        return _shapes(resource_id, state, place.geometry, milliseconds)
    longitude, latitude = (_degrees(column) for column in place.columns)
    title = title_column(state.columns)
    rows = (
        sa.select(
            sa.column("_id").label("id"),
            longitude.label("longitude"),
            latitude.label("latitude"),
            (sa.func.left(title.table.sql, MAX_NAME) if title else sa.null()).label("name"),
        )
        .select_from(querying.table(resource_id))
        .where(where(state))
        .cte("rows")
    )
    here = sa.and_(
        rows.c["longitude"].between(-180, 180),
        rows.c["latitude"].between(-90, 90),
        rows.c["longitude"] != rows.c["latitude"],  # 0, 0 and -1, -1 are nowhere, in many systems
    )
    some = sa.select(rows).where(here).order_by(rows.c["id"]).limit(MAX_POINTS).subquery("some")
    listed = sa.select(
        sa.func.json_agg(
            sa.func.json_build_array(
                some.c["id"],
                sa.func.round(sa.cast(some.c["longitude"], sa.Numeric), DIGITS),
                sa.func.round(sa.cast(some.c["latitude"], sa.Numeric), DIGITS),
                some.c["name"],
            )
        )
    )
    counts = sa.select(sa.func.count().filter(here), sa.func.count()).select_from(rows).subquery("counts")
    answer = querying.ask(sa.select(counts, sa.cast(listed.scalar_subquery(), sa.Text)), milliseconds)
    matched, total, text = answer
    features = [_point(*entry) for entry in json.loads(text or "[]")]
    return _collection(features, matched=matched, missing=total - matched)


def title_column(columns: Mapping[str, Column]) -> Column | None:
    """The column of text that says what a row is called; None without one."""
    texts = [column for column in columns.values() if column.table.kind is Kind.TEXT]
    named = [column for column in texts if re.match(r"^(ten|name|title)", fold(column.label))]
    plain = [column for column in texts if not re.match(r"^(ma|id)(\b|_)", fold(column.label))]
    return next(iter([*named, *plain, *texts]), None)


def popup_columns(columns: Mapping[str, Column], place: Place | None) -> list[Column]:
    """What a popup tells of a row: what it is called, then the table's first columns."""
    title = title_column(columns)
    away = {column.name for column in place.columns} if place else set()
    others = [column for column in columns.values() if column is not title and column.name not in away]
    useful = [column for column in others if fold(column.label) not in ("id", "stt", "sttbanghi")]
    return [*([title] if title else []), *useful[:MAX_POPUP]]


def _of_plain_pair(columns: Mapping[str, Column], profile: Mapping[str, Any]) -> Place | None:
    profiled = {entry["id"]: entry for entry in profile["columns"]}
    by_name = {re.sub(r"[^a-z]", "", fold(name)): column for name, column in columns.items()}
    for pair in _PAIRS:
        first, second = (by_name.get(name) for name in pair)
        if first is None or second is None or first.kind != "number" or second.kind != "number":
            continue
        for longitude, latitude in ((first, second), (second, first)):
            if _within(profiled[longitude.name], _LONGITUDES) and _within(
                profiled[latitude.name], _LATITUDES
            ):
                return Place(longitude, latitude)
    return None


def _within(profile: Mapping[str, Any], bounds: tuple[int, int]) -> bool:
    """Whether a column holds such degrees, but for a few values that stand for "unknown"."""
    mean, high = profile.get("mean"), profile.get("max")
    if mean is None or high is None or isinstance(mean, str) or isinstance(high, str):
        return False
    return bounds[0] <= float(mean) <= bounds[1] and float(high) <= bounds[1]


def _degrees(column: Column) -> sa.ColumnElement[Any]:
    if column.table.kind is not Kind.TEXT:
        return sa.case((column.table.sql.between(-180, 180), sa.cast(column.table.sql, sa.Double)))
    text = sa.func.btrim(column.table.sql)
    number = sa.cast(sa.func.replace(text, ",", "."), sa.Double)
    return sa.case((text.op("~")(_NUMBER), number))


def _shapes(resource_id: str, state: State, column: Column, milliseconds: int) -> dict[str, Any]:
    title = title_column({name: each for name, each in state.columns.items() if each is not column})
    text = column.table.sql
    rows = (
        sa.select(
            sa.column("_id").label("id"),
            text.label("shape"),
            (sa.func.left(title.table.sql, MAX_NAME) if title else sa.null()).label("name"),
        )
        .select_from(querying.table(resource_id))
        .where(where(state), sa.func.char_length(text) <= MAX_SHAPE)
        .order_by(sa.column("_id"))
        .limit(MAX_SHAPES)
        .subquery("some")
    )
    listed = sa.select(
        sa.func.json_agg(sa.func.json_build_array(rows.c["id"], rows.c["shape"], rows.c["name"]))
    )
    count = sa.select(sa.func.count()).select_from(querying.table(resource_id)).where(where(state))
    total, found = querying.ask(
        sa.select(count.scalar_subquery(), sa.cast(listed.scalar_subquery(), sa.Text)), milliseconds
    )
    features = []
    for number, shape, name in json.loads(found or "[]"):
        geometry = geometry_of(shape)
        if geometry:
            features.append(_feature(number, geometry, name))
    # What lies beyond the bound was not looked at: it is counted with those that have a place.
    unread = max(0, total - MAX_SHAPES)
    matched = len(features) + unread
    return _collection(features, matched=matched, missing=total - matched)


def _point(number: int, longitude: float, latitude: float, name: str | None) -> dict[str, Any]:
    return _feature(number, {"type": "Point", "coordinates": [longitude, latitude]}, name)


def _feature(number: int, geometry: Mapping[str, Any], name: str | None) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": number,
        "geometry": geometry,
        "properties": {"name": name or f"#{number}"},
    }


def _collection(features: list[dict[str, Any]], *, matched: int, missing: int) -> dict[str, Any]:
    notes = []
    if len(features) < matched:
        notes.append(
            tk._("The map shows the first {shown} of {total} points. Filters bring up the others.").format(
                shown=values.number(len(features)), total=values.number(matched)
            )
        )
    if missing:
        notes.append(
            tk.ungettext(
                "{number} row has no coordinates.", "{number} rows have no coordinates.", missing
            ).format(number=values.number(missing))
        )
    if not matched:
        notes = [tk._("None of these rows has coordinates.")]
    return {"type": "FeatureCollection", "features": features, "note": " ".join(notes)}


def _described(column: Column) -> coordinates.Column:
    kind = {
        "int8": "bigint",
        "int4": "integer",
        "int2": "smallint",
        "float8": "double precision",
        "float4": "real",
    }
    return {
        "id": column.name,
        "type": kind.get(column.table.type, column.table.type),
        "info": {"label": column.label},
    }
