"""Every option is declared, read in one place, and documented."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
PLUGIN = ROOT / "ckanext-hue" / "ckanext" / "hue"
DECLARED: list[dict[str, Any]] = [
    option
    for group in yaml.safe_load((PLUGIN / "config_declaration.yaml").read_text(encoding="utf-8"))["groups"]
    for option in group["options"]
]


@pytest.mark.parametrize("option", DECLARED, ids=lambda option: option["key"])
def test_an_option_is_described_and_documented_with_its_default(option: dict[str, Any]) -> None:
    assert option["description"].strip()
    table = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    row = next(line for line in table.splitlines() if line.startswith(f"| `{option['key']}` |"))
    assert str(option.get("default", "(empty)")) in row


def test_options_are_named_in_config_py_alone() -> None:
    declared = {option["key"] for option in DECLARED}
    assert (
        set(re.findall(r'"(ckanext\.hue\.[^"]+)"', (PLUGIN / "config.py").read_text(encoding="utf-8")))
        == declared
    )
    for path in PLUGIN.rglob("*.py"):
        if path.name != "config.py":
            named = set(re.findall(r'\["(ckanext\.hue\.[^"]+)"\]', path.read_text(encoding="utf-8")))
            assert not named & declared, path
