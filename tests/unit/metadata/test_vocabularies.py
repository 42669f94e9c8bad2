"""The controlled vocabularies are well formed, and other people's addresses have the form of their scheme."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import pytest

from ckanext.hue import choices
from ckanext.hue.schemas import FOLDER, VocabularyError, concept, vocabulary
from ckanext.hue.slug import slugify_vi

NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
EU = "http://publications.europa.eu/resource/authority/"
SCHEMES = {
    "access_rights": EU + r"access-right/[A-Z_]+",
    "checksum_algorithms": r"http://spdx\.org/rdf/terms#checksumAlgorithm_[a-z0-9]+",
    "dataset_types": EU + r"dataset-type/[A-Z_]+",
    "eu_themes": EU + r"data-theme/[A-Z]{4}",
    "formats": EU + r"file-type/[A-Z]+",
    "frequencies": EU + r"frequency/[A-Z0-9_]+",
    "languages": EU + r"language/[A-Z]{3}",
    "licenses": EU + r"licence/[A-Z0-9_]+",
    "statuses": EU + r"distribution-status/[A-Z]+",
}


@pytest.mark.parametrize("name", NAMES)
def test_every_concept_has_a_code_and_a_name_in_both_languages(name: str) -> None:
    for entry in vocabulary(name):
        assert re.fullmatch(r"[A-Za-z0-9.-]+", entry.code)
        for language in ("vi", "en"):
            label = entry.label(language)
            assert label
            assert label == unicodedata.normalize("NFC", label).strip()


@pytest.mark.parametrize("name", NAMES)
def test_addresses_are_of_the_scheme_and_no_two_are_the_same(name: str) -> None:
    uris = [entry.uri for entry in vocabulary(name) if entry.uri]
    assert len(set(uris)) == len(uris)
    assert all(re.fullmatch(SCHEMES[name], uri) for uri in uris)


@pytest.mark.parametrize("name", NAMES)
def test_no_text_names_two_concepts(name: str) -> None:
    texts = [
        text.lower() for entry in vocabulary(name) for text in {entry.code, entry.uri, *entry.aliases} if text
    ]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("name", ["access_rights", "frequencies", "languages", "statuses", "eu_themes"])
def test_where_datasets_keep_addresses_every_concept_has_one(name: str) -> None:
    assert all(entry.uri for entry in vocabulary(name))


@pytest.mark.parametrize(
    ("code", "eu_code"),
    [
        ("hang-ngay", "DAILY"),
        ("hang-tuan", "WEEKLY"),
        ("hang-thang", "MONTHLY"),
        ("hang-quy", "QUARTERLY"),
        ("hang-nam", "ANNUAL"),
        ("khong-dinh-ky", "IRREG"),
    ],
)
def test_the_platforms_frequencies_are_the_eus(code: str, eu_code: str) -> None:
    found = concept("frequencies", code)
    assert found and found.uri == f"{EU}frequency/{eu_code}"


def test_a_concept_is_found_by_code_address_and_alias_in_any_case() -> None:
    expected = next(entry for entry in vocabulary("licenses") if entry.code == "cc-by-4.0")
    texts = [
        "cc-by-4.0",
        "CC-BY-4.0",
        " cc-by ",
        expected.uri,
        "https://creativecommons.org/licenses/by/4.0/",
    ]
    assert [concept("licenses", text) for text in texts] == [expected] * len(texts)


@pytest.mark.parametrize("text", ["", None, "cc-by-9", "<script>"])
def test_an_unknown_text_names_no_concept(text: str | None) -> None:
    assert concept("licenses", text) is None


@pytest.mark.parametrize("name", ["khong-co", "../dataset", "", "agencies.yaml"])
def test_an_unknown_vocabulary_is_an_error(name: str) -> None:
    with pytest.raises(VocabularyError):
        vocabulary(name)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("- {code: a, name: A, name_en: A}\n- {code: a, name: B, name_en: B}", "twice"),
        ("- {code: a, name: A}", "name_en"),
    ],
)
def test_a_wrong_file_is_an_error(
    text: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wrong.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr("ckanext.hue.schemas.FOLDER", tmp_path)
    with pytest.raises(VocabularyError, match=reason):
        vocabulary("wrong")


def test_fields_and_agencies_use_concepts_that_exist() -> None:
    for field in vocabulary("fields"):
        assert concept("eu_themes", field["eu_theme"])
    for agency in vocabulary("agencies"):
        assert concept("agency_levels", agency["level"])
        assert concept("agency_kinds", agency["kind"])


def test_fields_and_agencies_have_codes_that_are_names() -> None:
    for name in ("fields", "agencies"):
        assert all(slugify_vi(entry.code) == entry.code for entry in vocabulary(name))


def test_formats_have_media_types() -> None:
    for entry in vocabulary("formats"):
        assert re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", entry["media_type"])
        assert bool(entry.uri) == (entry.code != "ndjson")


def test_choices_carry_labels_in_both_languages_and_what_the_field_stores() -> None:
    field = {"vocabulary": "frequencies", "stores": "uri"}
    first = {"value": f"{EU}frequency/DAILY", "label": {"vi": "Hằng ngày", "en": "Daily"}}
    assert choices.hue_vocabulary_choices(field)[0] == first
    assert choices.hue_vocabulary_choices({**field, "stores": "code"})[0]["value"] == "hang-ngay"


def test_a_concept_without_address_is_stored_by_its_code() -> None:
    values = [
        choice["value"]
        for choice in choices.hue_vocabulary_choices({"vocabulary": "licenses", "stores": "uri"})
    ]
    assert values[0].startswith(EU)
    assert values[-1] == "other"


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("46", "Thành phố Huế"),
        ("01", "Thành phố Hà Nội"),
        ("19900", "Phường Thuận An"),
        ("478", "Huyện Phú Vang"),
        ("999", ""),
        ("x", ""),
    ],
)
def test_units_have_names(code: str, name: str) -> None:
    assert choices.hue_unit_name(code) == name


def test_the_licence_register_is_made_from_the_vocabulary(tmp_path: Path) -> None:
    choices.write_licenses(tmp_path / "licenses.json")
    made = (tmp_path / "licenses.json").read_text(encoding="ascii")
    assert choices.LICENSES_FILE.read_text(encoding="ascii") == made, "run write_licenses (docs/metadata.md)"
    assert [entry["id"] for entry in json.loads(made)] == [entry.code for entry in vocabulary("licenses")]
