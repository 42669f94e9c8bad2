"""What a public dataset needs of people, and what harvested tables may lack."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import pytest

FUTURE = "2999-01-01"
LACKING = {"dcat_type": "thong-ke", "license_id": "", "modified": "2020-01-01", "issued": "2024-01-01"}


@pytest.mark.parametrize("periods", [None, [], [{}], [{"start": "", "end": ""}]])
def test_statistics_without_a_period_are_refused(editor: Any, periods: Any) -> None:
    errors = editor.refused(dcat_type="thong-ke", temporal_coverage=periods or [])
    assert list(errors) == ["temporal_coverage"]
    assert "phải có giai đoạn" in errors["temporal_coverage"][0]["start"][0]


@pytest.mark.parametrize("period", [{"start": "2024"}, {"end": "31/12/2024"}])
def test_half_a_period_is_a_period(editor: Any, period: dict[str, str]) -> None:
    assert editor.create(dcat_type="thong-ke", temporal_coverage=[period])["temporal_coverage"]


@pytest.mark.parametrize("licence", ["", "other", "cc-by-nc-4.0"])
def test_open_data_without_an_open_licence_is_refused(editor: Any, licence: str) -> None:
    errors = editor.refused(license_id=licence)
    assert list(errors) == ["license_id"]


@pytest.mark.parametrize(
    "said", ["mo", "MO", "http://publications.europa.eu/resource/authority/access-right/PUBLIC"]
)
def test_open_is_open_however_it_is_written(editor: Any, said: str) -> None:
    assert list(editor.refused(access_rights=said, license_id="")) == ["license_id"]


def test_what_is_not_open_may_go_without_an_open_licence(editor: Any) -> None:
    assert editor.create(access_rights="dung-chung", license_id="other", private=True)


def test_a_dataset_without_the_pledge_is_refused(editor: Any) -> None:
    assert list(editor.refused(no_personal_data=False)) == ["no_personal_data"]


def test_all_that_is_wrong_is_said_at_once(editor: Any) -> None:
    errors = editor.refused(dcat_type="thong-ke", license_id="", no_personal_data=False)
    assert set(errors) == {"license_id", "no_personal_data", "temporal_coverage"}


def test_a_private_dataset_is_asked_when_it_becomes_public(editor: Any) -> None:
    made = editor.create(dcat_type="thong-ke", private=True)
    with pytest.raises(tk.ValidationError) as refusal:
        editor.act("package_patch", id=made["id"], private=False)
    assert list(refusal.value.error_dict) == ["temporal_coverage"]


def test_the_modification_is_not_before_the_release(editor: Any) -> None:
    assert list(editor.refused(issued="2024-05-02", modified="2024-05-01")) == ["modified"]
    assert editor.create(issued="2024-05-02", modified="2024")


def test_what_happened_is_not_in_the_future(editor: Any) -> None:
    errors = editor.refused(issued=FUTURE, modified=FUTURE)
    assert set(errors) == {"issued", "modified"}
    assert editor.create(next_update=FUTURE)


def test_a_harvested_table_may_lack_what_people_must_say(dataset: Any) -> None:
    made = dataset(harvest_source="so-hoa", notes="", access_rights="mo", **LACKING)
    assert made["harvest_source"] == "so-hoa"


def test_a_harvested_table_still_needs_its_sources_pledge(dataset: Any) -> None:
    with pytest.raises(tk.ValidationError) as refusal:
        dataset(harvest_source="so-hoa", no_personal_data=False)
    assert list(refusal.value.error_dict) == ["no_personal_data"]


def test_nobody_calls_a_dataset_harvested_to_escape_the_rules(editor: Any) -> None:
    assert "temporal_coverage" in editor.refused(harvest_source="so-hoa", dcat_type="thong-ke")


def test_empty_parts_are_not_kept_and_the_others_stay_in_order(editor: Any) -> None:
    parts = [
        {"name": ""},
        {"name": "Phòng A", "phone": "0234 3123 456"},
        {},
        {"name": "B", "email": "b@example.vn"},
    ]
    made = editor.create(contact=parts)
    assert [part["name"] for part in made["contact"]] == ["Phòng A", "B"]


def test_an_error_stands_beside_the_part_that_it_is_about(editor: Any) -> None:
    errors = editor.refused(contact=[{"name": ""}, {"name": "Phòng A", "email": "không phải thư"}])
    assert errors["contact"][0] == {}
    assert list(errors["contact"][1]) == ["email"]


def test_a_contact_that_nobody_can_reach_is_refused(editor: Any) -> None:
    errors = editor.refused(contact=[{"name": "Phòng A"}])
    assert "thư điện tử" in errors["contact"][0]["email"][0]
