"""Validators of single values: what they accept, what they store, what they refuse."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, date, datetime
from typing import Any

import ckan.plugins.toolkit as tk
import pytest

from ckanext.hue import validators

EU = "http://publications.europa.eu/resource/authority/"
SCHEMA = {"dataset_fields": [{"field_name": "contact", "repeating_subfields": [{"field_name": "name"}]}]}


def run_flat(validator: Any, data: dict[Any, Any], key: tuple[Any, ...], **context: Any) -> dict[Any, Any]:
    """Run a validator of four arguments as CKAN does; the data afterwards."""
    validator(key, data, {}, context)
    return data


# Text


def test_texts_are_cleaned_wherever_they_stand() -> None:
    decomposed = unicodedata.normalize("NFD", "Huế")
    data: dict[Any, Any] = {
        ("title",): f"{decomposed}\x00\u202e\ud800",
        ("resources", 0, "name"): decomposed,
        ("resources", 0, "__extras"): {"note": [decomposed]},
        ("documentation",): [decomposed],
        ("private",): True,
        ("notes",): "một\nhai\t ba",
    }
    run_flat(validators.hue_clean(None, SCHEMA), data, ("__before",))
    assert data == {
        ("title",): "Huế",
        ("resources", 0, "name"): "Huế",
        ("resources", 0, "__extras"): {"note": ["Huế"]},
        ("documentation",): ["Huế"],
        ("private",): True,
        ("notes",): "một\nhai\t ba",
    }


def test_parts_that_the_schema_does_not_name_are_dropped() -> None:
    data = {("contact", 0, "name"): "A", ("contact", 0, "__extras"): {"x": "1"}}
    run_flat(validators.hue_clean(None, SCHEMA), data, ("__before",))
    assert data == {("contact", 0, "name"): "A"}


def test_keywords_keep_the_signs_that_ckan_accepts() -> None:
    data = {("tags", 0, "name"): "Bưu chính – Viễn thông", ("tags", 0, "state"): "active"}
    run_flat(validators.hue_clean(None, SCHEMA), data, ("__before",))
    assert data[("tags", 0, "name")] == "Bưu chính - Viễn thông"
    assert validators.hue_tag_string("du lịch, <giá>/vé ,, !") == "du lịch,giá vé"


def test_text_has_a_limit() -> None:
    assert validators.hue_line(5)(" một\nhai"[:5]) == "một"
    assert validators.hue_text(10)("  a\nb ") == "a\nb"
    for check in (validators.hue_line(5), validators.hue_text(5)):
        assert check("đđđđđ") == "đđđđđ"
        with pytest.raises(tk.Invalid, match="6 characters, where at most 5"):
            check("đđđđđđ")


# Concepts


FREQUENCY = {"vocabulary": "frequencies", "stores": "uri"}


@pytest.mark.parametrize("given", ["hang-thang", "HANG-THANG", f"{EU}frequency/MONTHLY"])
def test_a_concept_is_stored_as_the_field_says(given: str) -> None:
    assert validators.hue_concept(FREQUENCY, {})(given) == f"{EU}frequency/MONTHLY"
    assert validators.hue_concept({**FREQUENCY, "stores": "code"}, {})(given) == "hang-thang"


def test_no_concept_stays_none() -> None:
    assert validators.hue_concept(FREQUENCY, {})("") == ""


@pytest.mark.parametrize("given", ["monthly?", "<script>alert(1)</script>", "x" * 5000])
def test_an_unknown_concept_is_refused_with_the_choices(given: str) -> None:
    with pytest.raises(tk.Invalid) as refusal:
        validators.hue_concept(FREQUENCY, {})(given)
    assert "hang-ngay, hang-tuan" in refusal.value.error
    assert len(refusal.value.error) < 400


@pytest.mark.parametrize("given", [["vi", "vie", "eng"], '["vi", "ENG"]'])
def test_concepts_are_stored_once_each(given: Any) -> None:
    stored = validators.hue_concepts({"vocabulary": "languages", "stores": "uri"}, {})(given)
    assert json.loads(stored) == [f"{EU}language/VIE", f"{EU}language/ENG"]


@pytest.mark.parametrize("given", [["vi", "xx"], [1], '["vi"', {"vi": 1}])
def test_unknown_concepts_among_others_are_refused(given: Any) -> None:
    with pytest.raises(tk.Invalid):
        validators.hue_concepts({"vocabulary": "languages", "stores": "uri"}, {})(given)


# Dates and places


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("2024", "2024"),
        ("2024-05", "2024-05"),
        ("5/2024", "2024-05"),
        ("2024-05-31", "2024-05-31"),
        ("3/4/2024", "2024-04-03"),  # the day first, as in Vietnam
        ("31/12/2024", "2024-12-31"),
        ("2024-05-31T08:00:00", "2024-05-31T08:00:00+07:00"),
        ("2024-05-31 08:00:00.123456Z", "2024-05-31T08:00:00.123456+00:00"),
        (date(2024, 5, 31), "2024-05-31"),
        (datetime(2024, 5, 31, 8, tzinfo=UTC), "2024-05-31T08:00:00+00:00"),
    ],
)
def test_dates_are_stored_as_iso_8601(given: Any, stored: str) -> None:
    assert validators.hue_date(given) == stored
    assert validators.hue_date(stored) == stored


@pytest.mark.parametrize(
    "given",
    [
        "31/02/2024",
        "13/2024",
        "2024-13",
        "2024-02-30",
        "0000",
        "hôm qua",
        "99999999999",
        "5/31/2024",
        ["2024"],
        "9" * 5000,
    ],
)
def test_what_is_no_date_is_refused(given: Any) -> None:
    with pytest.raises(tk.Invalid, match="is not a date"):
        validators.hue_date(given)


@pytest.mark.parametrize(("start", "end"), [("2023", "2023-12"), ("2023-05", "2023"), ("2023", tk.missing)])
def test_a_period_may_be_of_any_precision(start: str, end: Any) -> None:
    key = ("temporal_coverage", 0, "start")
    data = {key: start, ("temporal_coverage", 0, "end"): end}
    assert run_flat(validators.hue_period_start, data, key)[key] == start


def test_a_period_does_not_end_before_it_starts() -> None:
    data = {("temporal_coverage", 0, "start"): "2024-05", ("temporal_coverage", 0, "end"): "2024-04-30"}
    with pytest.raises(tk.Invalid):
        run_flat(validators.hue_period_start, data, ("temporal_coverage", 0, "start"))


def test_codes_of_units_have_two_three_or_five_digits() -> None:
    assert [validators.hue_unit_code(code) for code in ("46", " 474 ", "19900")] == ["46", "474", "19900"]
    for wrong in ("4", "1990", "199000", "H57", "４６"):
        with pytest.raises(tk.Invalid):
            validators.hue_unit_code(wrong)


def test_a_unit_gets_its_name_from_its_code_unless_it_has_one() -> None:
    key = ("spatial_coverage", 0, "text")
    code = ("spatial_coverage", 0, "code")
    assert run_flat(validators.hue_unit_text, {key: tk.missing, code: "46"}, key)[key] == "Thành phố Huế"
    assert run_flat(validators.hue_unit_text, {key: "Cố đô", code: "46"}, key)[key] == "Cố đô"
    assert run_flat(validators.hue_unit_text, {key: tk.missing, code: tk.missing}, key)[key] is tk.missing


def test_a_rectangle_is_stored_as_geojson() -> None:
    ring = [[107.0, 15.9], [108.3, 15.9], [108.3, 16.8], [107.0, 16.8], [107.0, 15.9]]
    expected = {"type": "Polygon", "coordinates": [ring]}
    for given in ("107, 15.9, 108.3, 16.8", [107, 15.9, 108.3, 16.8], expected, json.dumps(expected)):
        assert json.loads(validators.hue_bbox(given)) == expected


@pytest.mark.parametrize(
    "given",
    [
        "1,2,3",
        "a,b,c,d",
        "108,15,107,16",
        "0,0,181,1",
        "NaN,0,1,1",
        "[" * 100_000,
        "{}",
        '{"coordinates": []}',
        5,
        "",
    ],
)
def test_what_is_no_rectangle_is_refused(given: Any) -> None:
    with pytest.raises(tk.Invalid):
        validators.hue_bbox(given)


# References


@pytest.mark.parametrize(
    "address", ["https://hue.gov.vn/a?b=c#d", "http://hue.gov.vn:8080", "HTTPS://Huế.vn/dữ-liệu"]
)
def test_web_addresses_are_accepted(address: str) -> None:
    assert validators.hue_url(f" {address} ") == address


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "hue.gov.vn",
        "https://",
        "ftp://a.vn",
        'https://a.vn/"><b>',
        "https://[",
        "//a.vn",
        "https://a b",
    ],
)
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(tk.Invalid):
        validators.hue_url(address)


@pytest.mark.parametrize("address", ["bang-gia.csv", "https://a.vn/x y.csv", "ftp://a.vn/x", "a.vn/x:y", ""])
def test_a_resource_links_to_files_and_the_web(address: str) -> None:
    assert validators.hue_address(address) == address


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", " JavaScript:x", "java\tscript:x", "data:text/html,x", "x" * 2001]
)
def test_a_resource_links_to_nothing_that_runs(address: str) -> None:
    with pytest.raises(tk.Invalid):
        validators.hue_address(address)


def test_a_wrong_email_is_refused_for_people_and_left_out_for_harvested_tables() -> None:
    key = ("contact", 0, "email")
    assert run_flat(validators.hue_email, {key: " a@hue.vn "}, key)[key] == "a@hue.vn"
    with pytest.raises(tk.Invalid):
        run_flat(validators.hue_email, {key: "không có"}, key)
    harvested = {key: "không có", ("harvest_source",): "so-hoa"}
    with pytest.raises(tk.StopOnError):
        run_flat(validators.hue_email, harvested, key)
    assert key not in harvested


def test_items_are_distinct_and_few() -> None:
    key = ("conforms_to",)
    data = run_flat(validators.hue_items("text"), {key: json.dumps(["A  b", "", "A b", "Đ"])}, key)
    assert json.loads(data[key]) == ["A b", "Đ"]
    for wrong in ([str(number) for number in range(51)], ["x" * 1001]):
        with pytest.raises(tk.Invalid):
            run_flat(validators.hue_items("text"), {key: json.dumps(wrong)}, key)


def test_items_of_addresses_are_addresses() -> None:
    key = ("documentation",)
    with pytest.raises(tk.Invalid):
        run_flat(validators.hue_items("url"), {key: '["https://a.vn", "javascript:x"]'}, key)


def test_no_items_leave_no_field() -> None:
    data = {("conforms_to",): '["", " "]'}
    with pytest.raises(tk.StopOnError):
        run_flat(validators.hue_items("text"), data, ("conforms_to",))
    assert data == {}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("H57", "H57"),
        (" h57.12 ", "H57.12"),
        ("000.00.14.h57", "000.00.14.H57"),
        ("H57.12.003", "H57.12.003"),
        ("", ""),
    ],
)
def test_agency_codes_of_both_forms_are_accepted(given: str, code: str) -> None:
    assert validators.hue_agency_code(given) == code


@pytest.mark.parametrize(
    "given",
    [
        "57",
        "H5",
        "HUE",
        "H57.",
        "H57..12",
        "H57-12",
        "000.00.14",
        "H57.12;DROP",
        "Đ57",
        "H５７",
        "<b>H57</b>",
        "H57" * 99,
    ],
)
def test_nonsense_is_no_agency_code(given: str) -> None:
    with pytest.raises(tk.Invalid, match="is not an agency code"):
        validators.hue_agency_code(given)


@pytest.mark.parametrize(("given", "size"), [("12", 12), (0, 0), ("", None), (None, None)])
def test_sizes_are_whole_bytes(given: Any, size: int | None) -> None:
    assert validators.hue_byte_size(given) == size


@pytest.mark.parametrize("given", [-1, "1 MB", 2**63, "9" * 5000, float("inf"), [1]])
def test_other_sizes_are_refused(given: Any) -> None:
    with pytest.raises(tk.Invalid):
        validators.hue_byte_size(given)
