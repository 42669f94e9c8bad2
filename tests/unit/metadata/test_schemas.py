"""The YAML schemas: complete labels, presets and validators that exist, a document that names all fields."""

from __future__ import annotations

import re
from pathlib import Path

import ckan.plugins.toolkit as tk
import pytest
from ckanext.dcat.validators import dcat_validators
from ckanext.scheming.validation import all_validators
from click.testing import CliRunner

from ckanext.hue import choices, validators
from ckanext.hue.metadata.cli import schema
from ckanext.hue.metadata.document import document
from ckanext.hue.metadata.fields import Field, all_fields, load
from ckanext.hue.schemas import FOLDER, vocabulary

SCHEMAS = FOLDER.parent
DOCUMENT = Path(__file__).parents[3] / "docs" / "metadata.md"
KNOWN_VALIDATORS = {*all_validators, *dcat_validators, *validators.__all__}
FIELDS = all_fields()
IDS = [f"{field.section}: {field.path}" for field in FIELDS]
OWN_PRESETS = {
    preset["preset_name"]: preset["values"] for preset in load(SCHEMAS / "presets.yaml")["presets"]
}


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
    used = {field.values.get("preset") for field in FIELDS}
    assert set(OWN_PRESETS) - used == set()


@pytest.mark.parametrize("field", FIELDS, ids=IDS)
def test_labels_and_help_are_in_both_languages(field: Field) -> None:
    values = field.values
    choices_given = [choice["label"] for choice in values.get("choices", ())]
    for text in (values["label"], values["help_text"], values.get("repeating_label"), *choices_given):
        assert text is None or (set(text) == {"vi", "en"} and all(text.values()))


@pytest.mark.parametrize("field", FIELDS, ids=IDS)
def test_validators_exist(field: Field) -> None:
    values = field.values
    if "repeating_subfields" in values:
        assert "validators" not in values
        return
    named = f"{values['validators']} {values.get('output_validators', '')}".split()
    assert [name for name in named if not exists(name.partition("(")[0])] == []


def test_validators_of_whole_schemas_exist() -> None:
    for name in ("dataset", "organization", "group"):
        schema = load(SCHEMAS / f"{name}.yaml")
        for when in ("before_validators", "after_validators"):
            assert all(exists(validator) for validator in schema.get(when, "").split())


@pytest.mark.parametrize("field", FIELDS, ids=IDS)
def test_choices_come_from_vocabularies(field: Field) -> None:
    values = field.values
    uses_concepts = "hue_concept" in values.get("validators", "")
    assert uses_concepts == ("vocabulary" in values)
    assert values.get("choices_helper", "hue_vocabulary_choices") in choices.__all__
    if uses_concepts:
        assert values["choices_helper"] == "hue_vocabulary_choices"
        assert vocabulary(values["vocabulary"])
        assert values["stores"] in ("code", "uri")


def test_only_a_title_a_description_and_an_agency_are_asked_for() -> None:
    required = {(field.section, field.path) for field in FIELDS if field.is_required}
    assert required == {
        ("Bộ dữ liệu", "title"),
        ("Bộ dữ liệu", "notes"),
        ("Bộ dữ liệu", "owner_org"),
        ("Cơ quan", "title"),
        ("Lĩnh vực", "title"),
    }


def test_what_only_machines_write_is_in_no_form() -> None:
    hidden = {field.path for field in FIELDS if field.values.get("form_snippet", "") is None}
    harvest = {"harvest_source", "harvest_id", "harvest_state"}
    assert hidden == harvest | {"mimetype", "size", "hash", "hash_algorithm"}


def test_the_theme_is_not_edited() -> None:
    assert "theme" not in {field.path for field in FIELDS}


@pytest.mark.parametrize("field", FIELDS, ids=IDS)
def test_every_field_has_help_an_example_and_a_place_in_dcat(field: Field) -> None:
    values = field.values
    assert values["help_text"]
    assert values["example"]
    assert values["dcat"]
    assert values["accepts"]


@pytest.mark.parametrize("field", FIELDS, ids=IDS)
def test_what_a_field_accepts_names_its_vocabulary(field: Field) -> None:
    values = field.values
    if "vocabulary" in values and values.get("form_snippet", "") is not None:
        kept = "mã" if values["stores"] == "code" else "địa chỉ"
        assert f"`{values['vocabulary']}`" in values["accepts"]
        assert f"lưu {kept}" in values["accepts"]


def test_the_document_is_made_from_the_schemas() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), (
        "run ckan hue schema document > docs/metadata.md"
    )


def test_the_command_prints_the_document() -> None:
    assert CliRunner().invoke(schema, ["document"]).output == document()


def test_the_document_has_a_row_for_every_field() -> None:
    rows = re.findall(r"^\| `([a-z_.]+)` \| ", document(), flags=re.MULTILINE)
    assert [path for path in rows if path in {field.path for field in FIELDS}][: len(FIELDS)] == [
        field.path for field in FIELDS
    ]


def test_a_label_with_a_bar_does_not_break_the_table() -> None:
    heading = "| Trường | Tên"
    tables = [part for part in document().split("\n\n") if part.startswith(heading)]
    columns = {len(re.split(r"(?<!\\)\|", row)) for table in tables for row in table.splitlines()}
    assert columns == {9}


def test_the_document_names_every_vocabulary() -> None:
    text = document()
    assert [path.stem for path in FOLDER.glob("*.yaml") if f"`{path.stem}`" not in text] == []


def test_forms_come_in_parts_with_headings_in_both_languages() -> None:
    headings = [field.values["form_group"] for field in FIELDS if "form_group" in field.values]
    assert len(headings) >= 10
    assert all(set(heading) == {"vi", "en"} for heading in headings)
