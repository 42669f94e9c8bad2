"""Which columns of a table say where: a pair of coordinates, or a geometry as GeoJSON text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ckanext.hue.slug import fold

from .selection import Column, label_of

GEOMETRY = "hinh_hoc"
_LONGITUDES = frozenset({"kinhdo", "longitude", "lon", "lng"})
_LATITUDES = frozenset({"vido", "latitude", "lat"})
_NUMBERS = frozenset({"smallint", "integer", "bigint", "numeric", "real", "double precision"})
_NOT_A_LETTER = re.compile(r"[^a-z]+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table's rows lie: `geometry`, or `longitude` and `latitude`. `numeric` tells that both hold
    numbers; else they are text, in which numbers may stand."""

    geometry: Column | None = None
    longitude: Column | None = None
    latitude: Column | None = None

    @property
    def numeric(self) -> bool:
        pair = [column for column in (self.longitude, self.latitude) if column]
        return all(column["type"] in _NUMBERS for column in pair)


def place_of(columns: Sequence[Column]) -> Place | None:
    """Find the columns that say where, by name, else by label. None when there are none.

    `x` and `y` are not taken: in Vietnam they mostly are VN-2000 metres, often the wrong way round.
    """
    for column in columns:
        if column["id"] == GEOMETRY and column["type"] == "text":
            return Place(geometry=column)
    longitude, latitude = _named(columns, _LONGITUDES), _named(columns, _LATITUDES)
    return Place(longitude=longitude, latitude=latitude) if longitude and latitude else None


def _named(columns: Sequence[Column], names: frozenset[str]) -> Column | None:
    fitting = [column for column in columns if column["type"] in _NUMBERS or column["type"] == "text"]
    for text_of in (lambda column: column["id"], label_of):
        for column in fitting:
            if _NOT_A_LETTER.sub("", fold(text_of(column))) in names:
                return column
    return None
