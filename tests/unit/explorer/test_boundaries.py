"""A file of boundaries that cannot be read costs the coloured maps, not the pages of tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from ckanext.hue import config
from ckanext.hue.explorer import areas

UNITS = '{"features": [{"id": "19735", "properties": {"name": "Phường Thuận Hóa"}}]}'


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"features": 1}', '{"features": [1]}', "\x00"])
def test_what_cannot_be_read_holds_no_unit(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "ranh-gioi.geojson"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    monkeypatch.setattr(config, "boundaries", lambda: str(file))
    assert areas.codes() == {}


def test_units_are_known_by_code_and_by_name_without_accents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "ranh-gioi.geojson"
    file.write_text(UNITS, encoding="utf-8")
    monkeypatch.setattr(config, "boundaries", lambda: str(file))
    assert areas.codes() == {"19735": "19735", "phuong thuan hoa": "19735"}
