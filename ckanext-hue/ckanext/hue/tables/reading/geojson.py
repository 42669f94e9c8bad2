"""GeoJSON: a feature is a row, its properties are columns, a point is two more, any other shape is text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import ijson

from ckanext.hue.harvesters.base import Batch
from ckanext.hue.tables.errors import BadJson, NoTableInFile

from . import encodings, header, json_lists, json_survey
from .base import Finding, Findings, Limits

LONGITUDE, LATITUDE, SHAPE, IDENTIFIER = "kinhdo", "vido", "hinh_hoc", "id"
FEATURES = "features"
_DEGREES = ("CRS84", "EPSG::4326", "EPSG:4326")  # in which GeoJSON gives longitude and latitude


def is_collection(found: json_survey.Survey) -> bool:
    return found.values.get("type") == "FeatureCollection" and FEATURES in found.lists


class GeoJson:
    """An opened FeatureCollection. Points go to `kinhdo` and `vido`, unless properties have these names."""

    sheets: Sequence[str] = ("",)

    def __init__(
        self,
        path: Path,
        filename: str,
        limits: Limits,
        encoding: encodings.Encoding,
        found: json_survey.Survey,
    ) -> None:
        self.findings = Findings()
        self._path = path
        self._filename = filename
        self._encoding = encoding
        self._features = found.lists[FEATURES]
        if not self._features.items:
            raise NoTableInFile(filename=filename, reason="không có đối tượng (feature) nào")
        if self._features.records != self._features.items:
            raise _bad(filename, self._features.first_other)
        properties = self._features.property_names
        self._has_identifier = IDENTIFIER in self._features.names and IDENTIFIER not in properties
        self._has_degrees = _is_in_degrees(path, encoding, filename) if "crs" in found.values else True
        self._points_to_columns = self._has_degrees and not {LONGITUDE, LATITUDE} & set(properties)
        self._shape = header.free_name(SHAPE, properties)
        if not self._has_degrees:
            self.findings.add(
                Finding(
                    "Tọa độ trong tệp không theo hệ WGS 84 (kinh độ, vĩ độ) nên được giữ nguyên dạng GeoJSON "
                    f"trong cột «{self._shape}».",
                    column=self._shape,
                )
            )

    def batches(self, sheet: str) -> Iterator[Batch]:
        """Read the features. Raises TableError."""
        properties = tuple(self._features.property_names)
        number = 1
        with json_survey.parsing(self._filename), encodings.Utf8Stream(self._path, self._encoding) as file:
            for features in json_lists.in_batches(ijson.items(file, f"{FEATURES}.item")):
                names, rows = self._table(features, properties, number)
                if self._features.has_nul:
                    rows = json_lists.without_nul(rows, number, self.findings)
                yield Batch(names, rows, number)
                number += len(rows)

    def _table(
        self, features: list[dict[str, Any]], properties: tuple[str, ...], number: int
    ) -> tuple[tuple[str, ...], list[list[Any]]]:
        for place, feature in enumerate(features, number):
            if not isinstance(feature.get("properties") or {}, dict):
                raise _bad(self._filename, place)
        rows = json_lists.values_of([feature.get("properties") or {} for feature in features], properties)
        names = list(properties)
        if self._has_identifier:
            names.insert(0, IDENTIFIER)
            for row, feature in zip(rows, features, strict=True):
                row.insert(0, feature.get("id"))
        shapes = [feature.get("geometry") for feature in features]
        points = [self._point(shape) for shape in shapes]
        if self._points_to_columns and any(points):
            names += [LONGITUDE, LATITUDE]
            for row, point in zip(rows, points, strict=True):
                row += point or (None, None)
        texts = [
            None if shape is None or (point and self._points_to_columns) else _text(shape)
            for shape, point in zip(shapes, points, strict=True)
        ]
        if any(texts):
            names.append(self._shape)
            for row, text in zip(rows, texts, strict=True):
                row.append(text)
        return tuple(names), rows

    def _point(self, shape: Any) -> tuple[Any, Any] | None:
        """Longitude and latitude of a point; a height is no reason to keep it as text."""
        if not isinstance(shape, dict) or shape.get("type") != "Point":
            return None
        place = shape.get("coordinates")
        if not isinstance(place, list) or len(place) < 2:
            return None
        longitude, latitude = place[:2]
        numbers = all(isinstance(value, (int, Decimal)) for value in (longitude, latitude))
        return (longitude, latitude) if numbers else None


def _is_in_degrees(path: Path, encoding: encodings.Encoding, filename: str) -> bool:
    with json_survey.parsing(filename), encodings.Utf8Stream(path, encoding) as file:
        name = next(iter(ijson.items(file, "crs.properties.name")), "")
    return isinstance(name, str) and name.endswith(_DEGREES)


def _bad(filename: str, number: int) -> BadJson:
    return BadJson(filename=filename, reason=f"đối tượng (feature) thứ {number} không đúng cấu trúc")


def _text(shape: Any) -> str:
    return json.dumps(shape, ensure_ascii=False, separators=(",", ":"), default=float)
