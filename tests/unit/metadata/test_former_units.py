"""The file of abolished units, which other provinces replace by their own."""

from __future__ import annotations

import re
from pathlib import Path

import ckan.plugins.toolkit as tk
import pytest

from ckanext.hue.metadata import units
from ckanext.hue.schemas import vocabulary


def test_former_units_have_codes_of_districts_and_a_province_in_force() -> None:
    for entry in vocabulary("former_units"):
        assert re.fullmatch(r"[0-9]{3}", entry.code)
        assert units.name_of(entry["province"])


def test_every_agency_of_a_unit_names_one_that_exists() -> None:
    codes = [agency["unit_code"] for agency in vocabulary("agencies") if agency.get("unit_code")]
    assert codes
    assert [code for code in codes if units.unit(code) is None] == []


def test_no_former_unit_hides_one_in_force() -> None:
    assert not units.name_of("46").startswith("Huyện")
    assert [unit.code for unit in units.provinces() if unit.former] == []


def test_another_province_brings_a_file_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "units.yaml"
    file.write_text(
        '- {code: "490", name: Quận Liên Chiểu, name_en: Lien Chieu, province: "48"}', encoding="utf-8"
    )
    monkeypatch.setitem(tk.config, "ckanext.hue.former_units", str(file))
    assert units.name_of("490") == "Quận Liên Chiểu"
    assert units.name_of("478") == ""
