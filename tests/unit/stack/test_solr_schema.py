"""Our search schema against CKAN's own."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import ckan
import pytest
from lxml import etree

CONF = Path(__file__).parents[3] / "config" / "solr" / "conf"
OURS = etree.parse(CONF / "schema.xml").getroot()
CKANS = etree.parse(Path(ckan.__file__).parent / "config" / "solr" / "schema.xml").getroot()
TEXT_TYPES = ["text", "text_general", "text_ngram"]


def test_ckan_takes_it_for_its_own_version() -> None:
    assert OURS.get("name") == CKANS.get("name")


@pytest.mark.parametrize("kind", ["field", "dynamicField", "copyField"])
def test_every_field_of_ckan_is_there_as_ckan_has_it(kind: str) -> None:
    ours = [element.attrib for element in OURS.iter(kind)]
    assert [element.attrib for element in CKANS.iter(kind) if element.attrib not in ours] == []


@pytest.mark.parametrize("name", TEXT_TYPES)
def test_text_is_folded_when_indexed_and_when_searched(name: str) -> None:
    (field_type,) = (found for found in OURS.iter("fieldType") if found.get("name") == name)
    for analyzer in field_type.iter("analyzer"):
        used = [element.get("class") for element in analyzer]
        assert used[0] == "solr.ICUNormalizer2CharFilterFactory"
        assert "solr.ICUFoldingFilterFactory" in used


def test_only_english_is_stemmed_and_nothing_is_stopped() -> None:
    for field_type in OURS.iter("fieldType"):
        used = {element.get("class", "") for element in field_type.iter("filter")}
        odd = {name for name in used if "Stem" in name or "Porter" in name or "Stop" in name}
        expected = (
            {"solr.EnglishMinimalStemFilterFactory"} if field_type.get("name") == "text_english" else set()
        )
        assert odd == expected


def test_both_places_of_every_tone_mark_are_mapped_onto_one() -> None:
    mapped = dict(
        re.findall(r'^"(.+)" => "(.+)"$', (CONF / "mapping-tones.txt").read_text("utf-8"), re.MULTILINE)
    )
    tones = "\u0300\u0301\u0309\u0303\u0323"
    assert mapped == {
        unicodedata.normalize("NFC", first + tone + second): unicodedata.normalize(
            "NFC", first + second + tone
        )
        for first, second in ("oa", "oe", "uy")
        for tone in tones
    }


def test_synonyms_are_written_as_queries_are_folded() -> None:
    for line in (CONF / "synonyms.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            assert line.isascii()
            assert line == line.lower()
            assert re.fullmatch(r"[a-z0-9 ]+((, | => )[a-z0-9 ]+)+", line)
