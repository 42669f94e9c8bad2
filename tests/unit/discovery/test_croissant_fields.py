"""How columns of tables become fields of Croissant."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from ckanext.hue.discovery import croissant
from ckanext.hue.discovery.croissant import version
from ckanext.hue.discovery.tables import Table

ODD = ["a b", "a%20b", "a/b", "a%2Fb", "a#b", "a?b", "đơn vị", "đơn_vị", "a", "a.", "..", "«»", "\n", "日本"]
TYPES = {
    "bigint": "sc:Integer",
    "numeric": "sc:Float",
    "double precision": "sc:Float",
    "boolean": "sc:Boolean",
    "date": "sc:Date",
    "timestamp without time zone": "sc:DateTime",
    "timestamp(3) without time zone": "sc:DateTime",
    "text": "sc:Text",
    "text[]": "sc:Text",
    "json": "sc:Text",
    "": "sc:Text",
}


@pytest.fixture
def fields() -> Any:
    def of(names: list[str], kind: str = "text") -> list[dict[str, Any]]:
        table = Table([{"id": name, "type": kind, "info": {}} for name in names], {})
        return croissant._records("r", "Bảng", table)["field"]

    return of


def test_odd_names_of_columns_have_different_ids(fields: Any) -> None:
    ids = [field["@id"] for field in fields(ODD)]
    assert all(one != other for one, other in itertools.combinations(ids, 2))
    assert not any(set(each.removeprefix("records-r/")) & set(" #?/\n") for each in ids)


def test_columns_are_named_as_in_the_file(fields: Any) -> None:
    assert [field["source"]["extract"]["column"] for field in fields(ODD)] == ODD


@pytest.mark.parametrize(("kind", "expected"), TYPES.items())
def test_types_are_those_of_the_table(fields: Any, kind: str, expected: str) -> None:
    assert fields(["a"], kind)[0]["dataType"] == expected


@pytest.mark.parametrize(
    ("given", "modified", "expected"),
    [
        ("1.2.3", "2024", "1.2.3"),
        ("", "2024-05-06", "2024.5.6"),
        ("", "2024-05-06T07:08:09", "2024.5.6"),
        ("", "2024-05", "2024.5.0"),
        ("", "2024", "2024.0.0"),
        ("bản 2", "2024-12-31", "2024.12.31"),
        ("01.2.3", "2024-12-31", "2024.12.31"),
        (None, "2024-12-31", "2024.12.31"),
    ],
)
def test_a_version_has_three_numbers(given: str | None, modified: str, expected: str) -> None:
    assert version({"version": given, "modified": modified}) == expected
