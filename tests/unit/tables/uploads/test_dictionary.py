"""What a person enters for a column is checked, and what is not named stays."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from ckanext.hue.tables.uploads import dictionary

KEY = ("fields", 0, "info")


def check(entry: Any, stored: dict[str, Any] | None = None) -> tuple[Any, list[str]]:
    data: dict[Any, Any] = {KEY: entry}
    errors: dict[Any, list[str]] = defaultdict(list)
    context: Any = {"plugin_data": {0: {"_current": {"_info": stored or {}}}}}
    dictionary.check_entry(KEY, data, errors, context)
    return data[KEY], errors[KEY]


@pytest.fixture(autouse=True)
def untranslated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dictionary.tk, "_", lambda text: text)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"label": "Khách", "unit": "  lượt  khách "}, {"label": "Khách", "unit": "lượt khách"}),
        ({"is_key": "true"}, {"is_key": True}),
        ({"is_key": True}, {"is_key": True}),
        ({"is_key": ""}, {}),
        ({"is_key": "có lẽ"}, {}),
        ({"type_override": "DATE"}, {"type_override": "date"}),
        ({"type_override": "integer"}, {"type_override": "int"}),
        ({"type_override": ""}, {}),
        ({"của bên khác": 1}, {"của bên khác": 1}),
        ({}, {}),
    ],
)
def test_an_entry_is_stored_in_its_plain_form(given: dict[str, Any], kept: dict[str, Any]) -> None:
    assert check(given) == (kept, [])


def test_what_a_form_does_not_send_of_ours_stays() -> None:
    stored = {"label": "Cũ", "unit": "lượt", "is_key": True, "type_override": "int"}
    assert check({"label": "Mới"}, stored) == (
        {"label": "Mới", "unit": "lượt", "is_key": True, "type_override": "int"},
        [],
    )


def test_what_is_emptied_goes() -> None:
    stored = {"unit": "lượt", "is_key": True, "type_override": "int"}
    assert check({"unit": "", "is_key": "", "type_override": ""}, stored) == ({}, [])


@pytest.mark.parametrize(
    "given",
    [
        "văn bản",
        ["a"],
        {"type_override": "blob"},
        {"type_override": {"a": 1}},
        {"unit": "x" * 101},
        {"label": "x" * 501},
        {"notes": "x" * 10_001},
    ],
)
def test_nonsense_is_refused(given: Any) -> None:
    assert check(given)[1]


def test_columns_whose_declared_type_waits_for_a_load_are_named() -> None:
    fields = [
        {"id": "a", "type": "text", "info": {"type_override": "int"}},
        {"id": "b", "type": "int8", "info": {"type_override": "int"}},
        {"id": "c", "type": "text", "info": {}},
        {"id": "d", "type": "text"},
        {"id": "e", "type": "timestamp", "info": {"type_override": "date"}},
        {"id": "f", "type": "text", "info": {"type_override": "không rõ"}},
    ]
    assert dictionary.not_applied(fields) == ["a", "e"]
