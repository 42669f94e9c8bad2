"""docs/harvest.md, docs/sources.md and docs/api.md name all that a person may type or read of a harvest."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from ckanext.hue.auth import AUTH_FUNCTIONS
from ckanext.hue.harvest import states
from ckanext.hue.harvest.commands import harvest, source
from ckanext.hue.harvesters.kinds import KINDS

DOCS = Path(__file__).parents[2] / "docs"
ENGINE = (DOCS / "harvest.md").read_text("utf-8")
SOURCES = (DOCS / "sources.md").read_text("utf-8")
API = (DOCS / "api.md").read_text("utf-8")
SECTIONS = {
    "platform": "Another platform's names",
    "warehouse": "A PostgreSQL warehouse",
    "files": "Files on the web",
    "dcat": "DCAT catalogues (`dcat`)",
    "ckan": "CKAN portals (`ckan`)",
}


def options(command: click.Command) -> set[str]:
    """The options of a command as they are typed."""
    return {name for each in command.params for name in (*each.opts, *each.secondary_opts) if name[0] == "-"}


@pytest.mark.parametrize("group", [source, harvest])
def test_every_command_and_option_is_told(group: click.Group) -> None:
    for name, command in group.commands.items():
        assert re.search(rf"ckan hue {group.name} {name}\s", ENGINE)
        assert [option for option in options(command) if not re.search(rf"{option}\b", ENGINE)] == []


@pytest.mark.parametrize("words", [states.JOB_STATES, states.ITEM_STATES, states.ACTIONS])
def test_every_state_and_action_is_explained(words: dict[str, str]) -> None:
    explained = set(re.findall(r"^\| `(\w+)` \|", ENGINE, re.MULTILINE))
    assert set(words) <= explained


def test_every_action_of_the_api_is_listed() -> None:
    listed = set(re.findall(r"`(hue_(?:source|harvest)_\w+)`", API))
    assert listed == {name for name in AUTH_FUNCTIONS if name.startswith(("hue_source_", "hue_harvest_"))}


def test_every_kind_has_its_section() -> None:
    listed = re.findall(r"^\| `(\w+)` \| an? ", SOURCES, re.MULTILINE)
    assert listed == list(KINDS) == list(SECTIONS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_setting_stands_in_the_section_of_its_kind(kind: str) -> None:
    section = SOURCES.split(f"\n## {SECTIONS[kind]}\n")[1].split("\n## ")[0]
    named = set(re.findall(r"`(\w+)`", section))
    assert [setting.name for setting in KINDS[kind].settings if setting.name not in named] == []
