"""Administrative units by name and code, over the API."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import pytest

Ask = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def ask(action: Callable[..., Any]) -> Ask:
    return lambda **values: action("hue_unit_search", **values)


@pytest.mark.parametrize(
    "text", ["phu xuan", "Phú Xuân", "phường phú xuân", "PHU  XUAN", unicodedata.normalize("NFD", "Phú Xuân")]
)
def test_a_ward_is_found_with_and_without_accents(ask: Ask, text: str) -> None:
    assert ask(q=text)[0]["code"] == "19768"


def test_the_beginning_of_a_name_finds_names_before_kinds(ask: Ask) -> None:
    assert all("Phú" in unit["name"] for unit in ask(q="phu", limit=3))


def test_former_districts_are_found_and_marked(ask: Ask) -> None:
    found = next(unit for unit in ask(q="huyen phu vang") if unit["former"])
    assert (found["code"], found["label"]) == ("478", "Huyện Phú Vang (đơn vị cũ)")


def test_a_code_finds_its_unit_first(ask: Ask) -> None:
    assert [ask(q=code)[0]["code"] for code in ("46", "478", "19900", "01")] == ["46", "478", "19900", "01"]


def test_units_of_other_provinces_are_found_behind_and_say_where(ask: Ask) -> None:
    found = ask(q="ba đình")
    assert found[0]["label"] == "Phường Ba Đình, Thành phố Hà Nội"
    names = [unit["province"] for unit in ask(q="an", limit=50)]
    assert names[0] == "46"
    assert names == sorted(names, key=lambda code: code != "46")


def test_nothing_asked_lists_the_portals_own_province(ask: Ask) -> None:
    found = ask(limit=50)
    assert found[0]["code"] == "46"
    assert {unit["province"] for unit in found} == {"46"}
    assert sum(unit["former"] for unit in found) > 0


def test_another_province_is_a_setting(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tk.config, "ckanext.hue.province", "48")
    assert ask()[0]["name"] == "Thành phố Đà Nẵng"


@pytest.mark.parametrize("text", ["%", "' OR 1=1", "<script>", "\x00", "😀", "()*", "zzzzzz"])
def test_texts_without_a_unit_find_none(ask: Ask, text: str) -> None:
    assert isinstance(ask(q=text), list)
    assert ask(q="zzzzzz") == []


@pytest.mark.parametrize("values", [{"q": "x" * 101}, {"limit": 51}, {"limit": -1}, {"limit": "nhiều"}])
def test_too_much_is_refused(ask: Ask, values: dict[str, Any]) -> None:
    with pytest.raises(tk.ValidationError):
        ask(**values)
