"""GeoJSON: properties become columns, points longitude and latitude."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from ckanext.hue.tables import errors

Read = Callable[..., Any]
NAME = "bang.geojson"
POINT = '{"type": "Point", "coordinates": [107.583, 16.4832]}'
LINE = '{"type": "LineString", "coordinates": [[107.5, 16.4], [107.6, 16.5]]}'


def collection(*features: str, extra: str = "") -> str:
    return '{"features": [' + ", ".join(features) + '], "type": "FeatureCollection"' + extra + "}"


def feature(properties: str, geometry: str, extra: str = "") -> str:
    return f'{{"type": "Feature", "geometry": {geometry}, "properties": {properties}{extra}}}'


def test_points_are_two_columns(read: Read) -> None:
    table = read(
        collection(feature('{"ten": "Chợ", "so": 1.50}', POINT), feature('{"ten": "x"}', "null")), NAME
    )
    assert table.records() == [
        {"ten": "Chợ", "so": Decimal("1.50"), "kinhdo": Decimal("107.583"), "vido": Decimal("16.4832")},
        {"ten": "x", "so": None, "kinhdo": None, "vido": None},
    ]
    assert table.row_numbers == [1, 2]


def test_other_shapes_are_text(read: Read) -> None:
    table = read(collection(feature('{"ten": "a"}', LINE), feature('{"ten": "b"}', POINT)), NAME)
    first, second = table.records()
    assert json.loads(first["hinh_hoc"]) == json.loads(LINE)
    assert (first["kinhdo"], second["kinhdo"], second["hinh_hoc"]) == (None, Decimal("107.583"), None)


def test_points_are_text_where_properties_have_their_names(read: Read) -> None:
    [record] = read(collection(feature('{"kinhdo": 1, "hinh_hoc": "x"}', POINT)), NAME).records()
    assert record["kinhdo"] == 1
    assert record["hinh_hoc"] == "x"
    assert json.loads(record["hinh_hoc (2)"]) == json.loads(POINT)


def test_identifiers_of_features_are_a_column(read: Read) -> None:
    [record] = read(collection(feature('{"ten": "a"}', POINT, ', "id": "46"')), NAME).records()
    assert record["id"] == "46"
    [record] = read(collection(feature('{"id": 5}', POINT, ', "id": "46"')), NAME).records()
    assert record["id"] == 5


def test_features_without_properties_are_rows(read: Read) -> None:
    [record] = read(collection(feature("null", POINT)), NAME).records()
    assert record == {"kinhdo": Decimal("107.583"), "vido": Decimal("16.4832")}


@pytest.mark.parametrize(
    ("name", "is_degrees"), [("urn:ogc:def:crs:OGC:1.3:CRS84", True), ("urn:ogc:def:crs:EPSG::9217", False)]
)
def test_other_reference_systems_give_no_longitude_and_latitude(
    read: Read, name: str, is_degrees: bool
) -> None:
    extra = f', "crs": {{"type": "name", "properties": {{"name": "{name}"}}}}'
    table = read(collection(feature('{"ten": "a"}', POINT), extra=extra), NAME)
    assert ("kinhdo" in table.names) is is_degrees
    assert bool(table.told("WGS 84")) is not is_degrees


@pytest.mark.parametrize("bad", ["3", '{"type": "Feature", "properties": [1], "geometry": null}'])
def test_what_is_no_feature_is_refused(read: Read, bad: str) -> None:
    with pytest.raises(errors.BadJson, match="feature"):
        read(collection(feature('{"ten": "a"}', POINT), bad), NAME)


def test_no_features_are_no_table(read: Read) -> None:
    with pytest.raises(errors.NoTableInFile):
        read(collection(), NAME)


def test_a_truncated_file_is_refused(read: Read) -> None:
    with pytest.raises(errors.BrokenFile):
        read(collection(feature('{"ten": "a"}', POINT))[:-30], NAME)
