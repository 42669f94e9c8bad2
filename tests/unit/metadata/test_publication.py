"""Validators that look at the whole dataset: its name, its pledge, what the harvester and the loader say."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any

import ckan.plugins.toolkit as tk
import pytest

from ckanext.hue import validators
from ckanext.hue.metadata.fields import all_fields
from ckanext.hue.schemas import concept
from ckanext.hue.schemas.rules import RULES
from ckanext.hue.validators import names, rules

NAME = ("name",)
TITLE = ("title",)
PLEDGE = ("no_personal_data",)


def package(**values: Any) -> SimpleNamespace:
    """Stands for the stored dataset that CKAN's actions put into the context."""
    return SimpleNamespace(**{"name": "da-co", "state": "active", "private": False, "extras": {}, **values})


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names that stand in the database."""
    stored: set[str] = set()
    monkeypatch.setattr(names, "_taken", lambda candidates, table: stored.intersection(candidates))
    return stored


# Names


@pytest.mark.parametrize("validator", [validators.hue_dataset_name, validators.hue_group_name])
@pytest.mark.parametrize("blank", ["", "  ", None, tk.missing])
def test_a_missing_name_is_made_from_the_title(validator: Any, blank: Any, taken: set[str]) -> None:
    data = {NAME: blank, TITLE: "Đường phố Huế"}
    validator(NAME, data, {}, {})
    assert data[NAME] == "duong-pho-hue"


def test_a_name_that_is_taken_gets_a_number(taken: set[str]) -> None:
    taken |= {"so-lieu", "so-lieu-2"}
    data = {NAME: "", TITLE: "Số liệu"}
    validators.hue_dataset_name(NAME, data, {}, {})
    assert data[NAME] == "so-lieu-3"


def test_hundreds_of_the_same_name_are_counted_through(taken: set[str]) -> None:
    taken |= {"so-lieu", *(f"so-lieu-{number}" for number in range(2, 251))}
    data = {NAME: "", TITLE: "Số liệu"}
    validators.hue_dataset_name(NAME, data, {}, {})
    assert data[NAME] == "so-lieu-251"


def test_counting_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "_taken", lambda candidates, table: set(candidates))
    with pytest.raises(tk.Invalid, match="Too many"):
        validators.hue_dataset_name(NAME, {NAME: "", TITLE: "Số liệu"}, {}, {})


@pytest.mark.parametrize("title", ["New", "edit", "Search"])
def test_words_of_ckans_own_addresses_are_no_names(title: str, taken: set[str]) -> None:
    data = {NAME: "", TITLE: title}
    validators.hue_dataset_name(NAME, data, {}, {})
    assert data[NAME] == f"{title.lower()}-2"


def test_without_a_title_only_the_title_is_complained_of() -> None:
    data: dict[Any, Any] = {NAME: "", TITLE: tk.missing}
    with pytest.raises(tk.StopOnError):
        validators.hue_dataset_name(NAME, data, {}, {})
    assert NAME not in data


@pytest.mark.parametrize("given", ["", tk.missing, "da-co"])
def test_a_dataset_keeps_its_name_when_its_title_changes(given: Any) -> None:
    data = {NAME: given, TITLE: "Tên khác"}
    validators.hue_dataset_name(NAME, data, {}, {"package": package()})
    assert data[NAME] == "da-co"


def test_a_published_dataset_cannot_be_renamed_but_a_draft_can() -> None:
    data = {NAME: "ten-khac", TITLE: "Tên khác"}
    with pytest.raises(tk.Invalid):
        validators.hue_dataset_name(NAME, data, {}, {"package": package()})
    validators.hue_dataset_name(NAME, data, {}, {"package": package(state="draft")})
    assert data[NAME] == "ten-khac"


def test_a_group_keeps_its_name_when_none_is_given() -> None:
    data = {NAME: "", TITLE: "Tên khác"}
    validators.hue_group_name(NAME, data, {}, {"group": package()})
    assert data[NAME] == "da-co"


# The pledge


def errors_of_pledge(data: dict[Any, Any], **context: Any) -> list[str]:
    errors: dict[Any, list[str]] = {PLEDGE: []}
    validators.hue_rules(("__after",), data, errors, context)
    return errors[PLEDGE]


@pytest.mark.parametrize(
    ("data", "context"),
    [
        ({}, {}),
        ({("private",): False, PLEDGE: False}, {}),
        ({PLEDGE: "true"}, {}),  # only what boolean_validator made counts
        ({PLEDGE: False}, {"package": package()}),
        ({("private",): False}, {"package": package(private=True)}),
        ({("state",): "active"}, {"package": package(state="draft")}),
        ({("state",): "draft", ("private",): False}, {}),
        ({}, {"package": package(state="draft")}),
    ],
)
def test_a_public_dataset_needs_the_pledge(data: dict[Any, Any], context: dict[str, Any]) -> None:
    assert len(errors_of_pledge(data, **context)) == 1


@pytest.mark.parametrize(
    ("data", "context"),
    [
        ({PLEDGE: True}, {}),
        ({("private",): True}, {}),
        ({}, {"package": package(private=True)}),
        ({("state",): "deleted"}, {"package": package()}),
    ],
)
def test_what_is_not_public_needs_none(data: dict[Any, Any], context: dict[str, Any]) -> None:
    assert errors_of_pledge(data, **context) == []


# Rules


def test_every_rule_names_fields_concepts_and_checks_that_exist() -> None:
    paths = {field.path for field in all_fields() if field.section == "Bộ dữ liệu"}
    for rule in RULES:
        assert {rule.field, *rule.when} <= paths
        assert not rule.part or f"{rule.field}.{rule.part}" in paths
        assert rule.needs in rules.NEEDS
        assert all(concept(vocabulary, code) for vocabulary, code in rule.when.values())


def test_every_rule_speaks_both_languages() -> None:
    for rule in RULES:
        assert set(rule.says) == set(rule.condition) == {"vi", "en"}
        assert rule.message("en") != rule.message("vi") == rule.message("fr") == rule.message("")


# Harvested datasets


def test_people_must_describe_and_harvested_tables_need_not() -> None:
    data: dict[Any, Any] = {("notes",): ""}
    with pytest.raises(tk.Invalid):
        validators.hue_described(("notes",), data, {}, {})
    data[("harvest_source",)] = "so-hoa"
    validators.hue_described(("notes",), data, {}, {})


def harvest_value(given: Any, **context: Any) -> Any:
    key = ("harvest_state",)
    data = {key: given}
    try:
        validators.hue_harvest_only(key, data, {}, context)
    except tk.StopOnError:
        assert key not in data
        return None
    return data[key]


def test_the_harvester_says_the_state_of_a_dataset() -> None:
    assert harvest_value("active", ignore_auth=True) == "active"
    stored = package(extras={"harvest_state": "active"})
    assert harvest_value("withdrawn", ignore_auth=True, package=stored) == "withdrawn"
    assert harvest_value("", ignore_auth=True, package=stored) is None


def test_other_people_can_neither_set_nor_change_it() -> None:
    assert harvest_value("active") is None
    assert harvest_value("archived", package=package(extras={"harvest_state": "active"})) == "active"
    assert harvest_value("", package=package(extras={"harvest_state": "active"})) == "active"


def test_an_edit_that_does_not_send_it_keeps_it() -> None:
    stored = package(extras={"harvest_state": "active"})
    assert harvest_value(tk.missing, package=stored) == "active"
    assert harvest_value(tk.missing, ignore_auth=True, package=stored) == "active"
    assert harvest_value(tk.missing) is None


# Properties of files


def file_property(name: str, url: str, *, uploaded: bool = False, url_type: str = "") -> Any:
    """What becomes of a stored property when a form sends the resource without it."""
    stored = SimpleNamespace(
        id="r1", url="gia.csv", url_type=url_type, hash="abc", size=12, extras={"hash_algorithm": "sha256"}
    )
    key = ("resources", 0, name)
    data: dict[Any, Any] = {
        key: tk.missing,
        ("resources", 0, "id"): "r1",
        ("resources", 0, "url"): url,
        ("resources", 0, "last_modified"): datetime(2024, 1, 1) if uploaded else tk.missing,
    }
    try:
        validators.hue_file_property(key, data, {}, {"package": package(resources=[stored])})
    except tk.StopOnError:
        return data.get(key, "dropped")
    return data[key]


def test_properties_stay_while_the_file_stays() -> None:
    assert file_property("hash", "gia.csv") == "abc"
    assert file_property("hash_algorithm", "gia.csv") == "sha256"
    assert file_property("size", "https://hue.vn/download/gia.csv", url_type="upload") == 12


def test_properties_go_with_the_file() -> None:
    assert file_property("hash", "khac.csv") is None
    assert file_property("hash_algorithm", "khac.csv") == "dropped"
    assert file_property("hash", "gia.csv", uploaded=True) is None


def test_a_given_property_is_taken() -> None:
    key = ("resources", 0, "hash")
    data = {key: "def"}
    validators.hue_file_property(key, data, {}, {})
    assert data[key] == "def"


def test_a_new_resource_has_none() -> None:
    key = ("resources", 0, "hash")
    data: dict[Any, Any] = {key: tk.missing, ("resources", 0, "id"): tk.missing}
    with pytest.raises(tk.StopOnError):
        validators.hue_file_property(key, data, {}, {})
    assert data[key] is None
