"""The vocabularies of fields and agencies agree with the facts and with the administrative units."""

from __future__ import annotations

import re

from vietnam_provinces import Ward
from vietnam_provinces.codes import ProvinceCode

from ckanext.hue.harvesters.sandbox.content.places import districts, wards
from ckanext.hue.harvesters.sandbox.vocabularies import agencies, fields
from ckanext.hue.schemas import vocabulary

EU_THEMES = {concept.code for concept in vocabulary("eu_themes")}
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def test_there_are_21_fields_each_with_a_real_eu_theme_and_a_description() -> None:
    assert len(fields()) == 21
    for code, field in fields().items():
        assert SLUG.fullmatch(code)
        assert field["eu_theme"] in EU_THEMES
        assert field["description"].endswith(".")


def test_codes_of_agencies_can_be_names_of_organizations() -> None:
    for code, agency in agencies().items():
        assert SLUG.fullmatch(code) and len(code) <= 100
        assert agency["level"] in ("tinh", "huyen", "xa")
        assert agency["kind"]


def test_only_known_agency_codes_are_given() -> None:
    given = {code: agency["agency_code"] for code, agency in agencies().items() if agency["agency_code"]}
    assert given == {"ubnd-tinh": "H57", "so-thong-tin-truyen-thong": "000.00.14.H57"}


def test_every_ward_and_district_has_its_committee_and_its_middle() -> None:
    units = {str(ward.code.value) for ward in Ward.iter_by_province(ProvinceCode(46))}
    assert {place.code for place in wards()} == units
    assert len(units) == 40
    committees = {agency.get("unit_code"): agency for agency in agencies().values()}
    for place in (*wards(), *districts()):
        assert committees[place.code].name == f"UBND {place.within}"
