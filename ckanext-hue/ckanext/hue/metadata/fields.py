"""The schemas' fields, with what their presets give, read without a running CKAN."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from ckanext.hue.schemas import FOLDER
from ckanext.hue.schemas.rules import RULES, Rule

SCHEMAS = FOLDER.parent
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """section: the heading of its part of the document. path: its name, with the composite's before a dot."""

    section: str
    path: str
    values: Values

    @property
    def is_required(self) -> bool:
        return self.values.get("required", "not_empty" in self.values.get("validators", ""))

    @property
    def rules(self) -> list[Rule]:
        return [rule for rule in RULES if self.section == "Bộ dữ liệu" and rule.field == self.path]


def all_fields() -> list[Field]:
    """Every field of datasets, resources, agencies and fields (lĩnh vực), parts of composites included."""
    return [field for section, values in _sections() for field in _with_parts(section, values)]


def load(path: Path) -> Values:
    text = path.read_text(encoding="utf-8")
    return json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)


@cache
def presets() -> Values:
    """By name, the presets of ckanext-scheming, of ckanext-dcat and the portal's own."""
    files = (
        _package_file("ckanext.scheming", "presets.json"),
        _package_file("ckanext.dcat.schemas", "presets.yaml"),
        SCHEMAS / "presets.yaml",
    )
    return {preset["preset_name"]: preset["values"] for file in files for preset in load(file)["presets"]}


def _sections() -> Iterator[tuple[str, list[Values]]]:
    dataset = load(SCHEMAS / "dataset.yaml")
    yield "Bộ dữ liệu", dataset["dataset_fields"]
    yield "Tài nguyên", dataset["resource_fields"]
    yield "Cơ quan", load(SCHEMAS / "organization.yaml")["fields"]
    yield "Lĩnh vực", load(SCHEMAS / "group.yaml")["fields"]


def _with_parts(section: str, fields: list[Values], above: str = "") -> Iterator[Field]:
    for values in fields:
        path = above + values["field_name"]
        preset = presets()[values["preset"]] if "preset" in values else {}
        yield Field(section, path, {**preset, **values})
        yield from _with_parts(section, values.get("repeating_subfields", []), f"{path}.")


def _package_file(package: str, name: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"{package} is not installed")
    return Path(next(iter(spec.submodule_search_locations))) / name
