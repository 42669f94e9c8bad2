"""GeoJSON (RFC 7946): a feature a row, its geometry from the table's coordinates, its properties all columns.

Coordinates that are missing, swapped or beyond the globe give a feature without geometry. PostgreSQL
writes the features; only a column of geometries, which is text from outside, is read and checked here.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

import ckan.plugins.toolkit as tk
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from .coordinates import Place, place_of
from .copying import copied
from .errors import Misfit
from .json_rows import copy_of, listed, one_line
from .selection import Column, Selection
from .snapshot import snapshot

NO_PLACE = "GeoJSON cần cột kinh độ và vĩ độ dạng số (hoặc cột «hinh_hoc»), bảng này không có."
_HEAD = b'{"type":"FeatureCollection","features":['
_TAIL = b"]}\n"
_NUMBER = r"^-?\d{1,3}([.,]\d{1,30})?$"
# How deep the numbers lie in `coordinates`.
_DEPTHS = {
    "Point": 1,
    "MultiPoint": 2,
    "LineString": 2,
    "MultiLineString": 3,
    "Polygon": 3,
    "MultiPolygon": 4,
}


def misfit(columns: Sequence[Column], _rows: int | None) -> str:
    return "" if place_of(columns) else tk._(NO_PLACE)


def geojson(selection: Selection) -> Iterator[bytes]:
    """A FeatureCollection. Raises Misfit when no columns say where, or hold other text than numbers."""
    place = place_of(selection.columns)
    if place is None:
        raise Misfit(reason=tk._(NO_PLACE))
    with snapshot(selection) as connection:
        if not place.numeric and not _all_numbers(connection, selection, place):
            raise Misfit(reason=tk._(NO_PLACE))
        query = _texts(selection, place.geometry) if place.geometry else _points(selection, place)
        with copied(connection, copy_of(query)) as lines:
            yield from listed(_features(lines) if place.geometry else lines, _HEAD, _TAIL)


def _all_numbers(connection: Connection, selection: Selection, place: Place) -> bool:
    """Whether columns of text hold numbers wherever they hold anything, and at least one."""
    tests = [
        sql.SQL("coalesce(bool_and(nullif(btrim({}::text), '') ~ {}), false)").format(
            sql.Identifier(column["id"]), sql.Literal(_NUMBER)
        )
        for column in (place.longitude, place.latitude)
        if column
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("SELECT {} FROM ({}) AS r").format(sql.SQL(" AND ").join(tests), selection.query())
        )
        return bool((cursor.fetchone() or (False,))[0])


def _points(selection: Selection, place: Place) -> sql.Composable:
    """A feature a row. Swapped coordinates of Vietnam are beyond the globe: its longitudes are over 90."""
    longitude, latitude = (
        _number(column) for column in (place.longitude, place.latitude) if column is not None
    )
    rows = selection.query(
        [
            sql.SQL("{} AS longitude").format(longitude),
            sql.SQL("{} AS latitude").format(latitude),
            _properties(selection.columns),
        ]
    )
    return sql.SQL(
        """SELECT '{{"type":"Feature","geometry":' ||
            CASE WHEN longitude BETWEEN -180 AND 180 AND latitude BETWEEN -90 AND 90
            THEN '{{"type":"Point","coordinates":[' || longitude || ',' || latitude || ']}}' ELSE 'null' END
            || ',"properties":' || {} || '}}' FROM ({}) AS r"""
    ).format(one_line("properties", selection.columns), rows)


def _number(column: Column) -> sql.Composable:
    name = sql.Identifier(column["id"])
    if column["type"] == "text":
        return sql.SQL("replace(nullif(btrim({}), ''), ',', '.')::numeric").format(name)
    return sql.SQL("{}::numeric").format(name)


def _properties(columns: Sequence[Column]) -> sql.Composable:
    names = [sql.Identifier(column["id"]) for column in columns]
    if not names:
        return sql.SQL("'{}'::json AS properties")
    return sql.SQL("(SELECT row_to_json(p.*) FROM (SELECT {}) AS p) AS properties").format(
        sql.SQL(", ").join(names)
    )


def _texts(selection: Selection, column: Column) -> sql.Composable:
    """Two JSON texts a line: the geometries' text as a JSON string, the other columns as an object."""
    others = [other for other in selection.columns if other is not column]
    rows = selection.query(
        [sql.SQL("{} AS geometry").format(sql.Identifier(column["id"])), _properties(others)]
    )
    return sql.SQL("SELECT coalesce(to_json(geometry)::text, 'null'), {} FROM ({}) AS r").format(
        one_line("properties", selection.columns), rows
    )


def _features(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Chunks of whole lines as `_texts` asks for them, turned into features."""
    for chunk in chunks:
        yield b"".join(_feature(line) for line in chunk.removesuffix(b"\n").split(b"\n"))


def _feature(line: bytes) -> bytes:
    text, properties = line.split(b"\x02")
    geometry = geometry_of(json.loads(text))
    if geometry is None and text != b"null":
        # What cannot be read as a geometry is not lost.
        comma = b"" if properties == b"{}" else b","
        properties = properties[:-1] + comma + b'"hinh_hoc":' + text + b"}"
    written = json.dumps(geometry, separators=(",", ":")).encode()
    return b'{"type":"Feature","geometry":%b,"properties":%b}\n' % (written, properties)


def geometry_of(text: str | None) -> dict[str, Any] | None:
    """The geometry that a text holds, with nothing but what a geometry needs; None when it holds none."""
    try:
        return _checked(json.loads(text)) if text else None
    except (ValueError, RecursionError):
        return None


def _checked(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        return None
    kind = value.get("type")
    if kind == "GeometryCollection":
        members = value.get("geometries")
        if not isinstance(members, list):
            return None
        parts = [_checked(member) for member in members]
        return None if None in parts else {"type": kind, "geometries": parts}
    if kind not in _DEPTHS or not _positions(value.get("coordinates"), _DEPTHS[kind]):
        return None
    return {"type": kind, "coordinates": value["coordinates"]}


def _positions(value: Any, depth: int) -> bool:
    if not isinstance(value, list) or not value:
        return False
    if depth > 1:
        return all(_positions(part, depth - 1) for part in value)
    return (
        2 <= len(value) <= 3
        and all(type(number) in (int, float) and math.isfinite(number) for number in value)
        and abs(value[0]) <= 180
        and abs(value[1]) <= 90
    )
