"""Columns that say where are known by their names."""

from __future__ import annotations

import pytest

from ckanext.hue.tables.files.coordinates import place_of
from ckanext.hue.tables.files.selection import Column


def columns(*names: str, kind: str = "numeric", labels: tuple[str, ...] = ()) -> list[Column]:
    said = [*labels, *[""] * len(names)]
    return [
        Column(id=name, type=kind, info={"label": label} if label else {})
        for name, label in zip(names, said, strict=False)
    ]


@pytest.mark.parametrize(
    "names",
    [
        ("kinhdo", "vido"),
        ("kinh_do", "vi_do"),
        ("Kinh độ", "Vĩ độ"),
        ("KINH ĐỘ", "VĨ ĐỘ"),
        ("longitude", "latitude"),
        ("lon", "lat"),
        ("Lng", "Lat"),
        ("ten", "vido", "kinhdo"),
    ],
)
def test_a_pair_of_coordinates_is_found_by_name(names: tuple[str, ...]) -> None:
    place = place_of(columns(*names))
    assert place
    assert place.numeric
    assert place.longitude
    assert place.longitude["id"].lower()[0] in "kl"
    assert place.longitude != place.latitude


def test_a_pair_of_coordinates_is_found_by_label() -> None:
    place = place_of(columns("cot_7", "cot_8", labels=("Vĩ độ", "Kinh độ")))
    assert place
    assert place.longitude
    assert place.longitude["id"] == "cot_8"


@pytest.mark.parametrize("names", [("x", "y"), ("kinhdo",), ("lat",), ("vi_do_cao", "kinh_doanh"), ("ten",)])
def test_other_columns_are_no_coordinates(names: tuple[str, ...]) -> None:
    assert place_of(columns(*names)) is None


def test_columns_of_other_types_are_no_coordinates() -> None:
    assert place_of(columns("kinhdo", "vido", kind="date")) is None
    assert place_of(columns("hinh_hoc", kind="numeric")) is None


def test_text_columns_may_hold_coordinates() -> None:
    place = place_of(columns("kinhdo", "vido", kind="text"))
    assert place
    assert not place.numeric


def test_a_column_of_geometries_goes_first() -> None:
    place = place_of([*columns("kinhdo", "vido"), *columns("hinh_hoc", kind="text")])
    assert place
    assert place.geometry
    assert place.longitude is None
