"""Dates as the portal says them: whole ones, months and years."""

from __future__ import annotations

import pytest
from rdflib import Graph, URIRef
from rdflib.namespace import DCAT

from ckanext.hue.quality import compliance

DATASET = URIRef("https://cong.example.vn/id/dataset/1")


def broken(start: str) -> list[URIRef]:
    text = f"""
    @prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
    <{DATASET}> dct:title "Tên"@vi ; dct:description "Mô tả"@vi ; dct:temporal [ dcat:startDate {start} ] .
    """
    return compliance.broken(Graph().parse(data=text, format="turtle"), DATASET)


@pytest.mark.parametrize(
    "start", ['"2024-13"^^xsd:gYearMonth', '"tháng 5"^^xsd:gYearMonth', '"24"^^xsd:gYear', '"2024"', "[]"]
)
def test_a_period_that_begins_at_no_time_breaks_a_rule(start: str) -> None:
    assert broken(start) == [DCAT.startDate]


@pytest.mark.parametrize(
    "start",
    ['"2024-05-31"^^xsd:date', '"2024-05"^^xsd:gYearMonth', '"2024"^^xsd:gYear'],
)
def test_a_period_may_begin_with_a_day_a_month_or_a_year(start: str) -> None:
    assert broken(start) == []
