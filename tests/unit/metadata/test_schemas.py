"""The YAML schemas: complete labels, presets and validators that exist, a document that names all fields."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import yaml
from ckanext.dcat.validators import dcat_validators
from ckanext.scheming.validation import all_validators

from ckanext.hue import choices, validators
from ckanext.hue.schemas import FOLDER, vocabulary

SCHEMAS = FOLDER.parent
DOCUMENT = Path(__file__).parents[3] / "docs" / "metadata.md"
KNOWN_VALIDATORS = {*all_validators, *dcat_validators, *validators.__all__}

Field = dict[str, Any]


def load(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    return json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)


def package_file(package: str, name: str) -> Path:
    spec = find_spec(package)
    assert spec is not None and spec.submodule_search_locations
    return Path(next(iter(spec.submodule_search_locations))) / name


OWN_PRESETS = {
    preset["preset_name"]: preset["values"] for preset in load(SCHEMAS / "presets.yaml")["presets"]
}
PRESETS = {
    preset["preset_name"]: preset["values"]
    for package, name in (("ckanext.dcat.schemas", "presets.yaml"), ("ckanext.scheming", "presets.json"))
    for preset in load(package_file(package, name))["presets"]
} | OWN_PRESETS


def expanded(field: Field) -> Field:
    return {**PRESETS[field["preset"]], **field} if "preset" in field else field


def sections() -> Iterator[tuple[str, list[Field]]]:
    """Each list of fields with the heading under which the document describes it."""
    dataset = load(SCHEMAS / "dataset.yaml")
    yield "Bộ dữ liệu", dataset["dataset_fields"]
    yield "Tài nguyên", dataset["resource_fields"]
    yield "Cơ quan", load(SCHEMAS / "organization.yaml")["fields"]
    yield "Lĩnh vực", load(SCHEMAS / "group.yaml")["fields"]


def all_fields() -> Iterator[tuple[str, str, Field]]:
    """(heading, path of the field, the field with its preset's values), parts included."""
    for heading, fields in sections():
        for field in fields:
            yield heading, field["field_name"], expanded(field)
            for part in field.get("repeating_subfields", ()):
                yield heading, f"{field['field_name']}.{part['field_name']}", expanded(part)


FIELDS = list(all_fields())
IDS = [f"{heading}: {path}" for heading, path, _ in FIELDS]


def exists(validator: str) -> bool:
    if validator in KNOWN_VALIDATORS:
        return True
    try:
        return bool(tk.get_validator(validator))
    except tk.UnknownValidator:
        return False


def test_presets_of_the_portal_hide_no_others() -> None:
    assert OWN_PRESETS
    assert all(name.startswith("hue_") for name in OWN_PRESETS)


def test_every_preset_is_used() -> None:
    used = {field.get("preset") for _, _, field in FIELDS}
    assert set(OWN_PRESETS) - used == set()


@pytest.mark.parametrize(("heading", "path", "field"), FIELDS, ids=IDS)
def test_labels_and_help_are_in_both_languages(heading: str, path: str, field: Field) -> None:
    choices_given = [choice["label"] for choice in field.get("choices", ())]
    for text in (field["label"], field.get("help_text"), field.get("repeating_label"), *choices_given):
        assert text is None or (set(text) == {"vi", "en"} and all(text.values()))


@pytest.mark.parametrize(("heading", "path", "field"), FIELDS, ids=IDS)
def test_validators_exist(heading: str, path: str, field: Field) -> None:
    if "repeating_subfields" in field:
        assert "validators" not in field
        return
    named = f"{field['validators']} {field.get('output_validators', '')}".split()
    assert [name for name in named if not exists(name.partition("(")[0])] == []


def test_validators_of_whole_schemas_exist() -> None:
    for name in ("dataset", "organization", "group"):
        schema = load(SCHEMAS / f"{name}.yaml")
        for when in ("before_validators", "after_validators"):
            assert all(exists(validator) for validator in schema.get(when, "").split())


@pytest.mark.parametrize(("heading", "path", "field"), FIELDS, ids=IDS)
def test_choices_come_from_vocabularies(heading: str, path: str, field: Field) -> None:
    uses_concepts = "hue_concept" in field.get("validators", "")
    assert uses_concepts == ("vocabulary" in field) == ("choices_helper" in field)
    if uses_concepts:
        assert field["choices_helper"] in choices.__all__
        assert vocabulary(field["vocabulary"])
        assert field["stores"] in ("code", "uri")


def test_only_a_title_a_description_and_an_agency_are_asked_for() -> None:
    required = {
        (heading, path)
        for heading, path, field in FIELDS
        if field.get("required", "not_empty" in field.get("validators", ""))
    }
    assert required == {
        ("Bộ dữ liệu", "title"),
        ("Bộ dữ liệu", "notes"),
        ("Bộ dữ liệu", "owner_org"),
        ("Cơ quan", "title"),
        ("Lĩnh vực", "title"),
    }


def test_what_only_machines_write_is_in_no_form() -> None:
    hidden = {path for heading, path, field in FIELDS if field.get("form_snippet", "") is None}
    harvest = {"harvest_source", "harvest_id", "harvest_state"}
    assert hidden == harvest | {"mimetype", "size", "hash", "hash_algorithm"}


def test_the_theme_is_not_edited() -> None:
    assert "theme" not in {path for _, path, _ in FIELDS}


def documented() -> dict[tuple[str, str], list[str]]:
    """The cells of each field's row in the document, by heading and path."""
    rows = {}
    heading = ""
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ")
        if found := re.fullmatch(r"\| `([a-z_.]+)` \| (.*) \|", line):
            rows[heading, found[1]] = found[2].split(" | ")
    return rows


def test_the_document_has_a_row_for_every_field_and_no_other() -> None:
    described = {(heading, path) for heading, path in documented() if heading in dict(sections())}
    assert described == {(heading, path) for heading, path, _ in FIELDS}


@pytest.mark.parametrize(("heading", "path", "field"), FIELDS, ids=IDS)
def test_the_document_says_what_the_schema_says(heading: str, path: str, field: Field) -> None:
    label, dcat, required, values = documented()[heading, path]
    assert label == field["label"]["vi"]
    assert dcat and values
    is_required = field.get("required", "not_empty" in field.get("validators", ""))
    assert (required == "có") == is_required
    if "vocabulary" in field:
        kept = "mã" if field["stores"] == "code" else "địa chỉ"
        assert f"`{field['vocabulary']}`" in values
        assert f"lưu {kept}" in values or path.startswith("harvest_")


def test_the_document_names_every_vocabulary() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert [path.stem for path in FOLDER.glob("*.yaml") if f"`{path.stem}`" not in text] == []
