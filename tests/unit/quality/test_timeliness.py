"""A dataset is in time as long as its update frequency says."""

from __future__ import annotations

from datetime import date

import pytest
from rdflib import Graph, URIRef

from ckanext.hue.quality import timeliness
from ckanext.hue.quality.timeliness import Timeliness
from ckanext.hue.schemas import vocabulary

DATASET = URIRef("https://cong.example.vn/id/dataset/1")


def graph(frequency: str, modified: str, on_file: str = "") -> Graph:
    said = [
        "@prefix dct: <http://purl.org/dc/terms/> . @prefix dcat: <http://www.w3.org/ns/dcat#> .",
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .",
        f"<{DATASET}> a dcat:Dataset ; dcat:distribution <urn:tep> .",
    ]
    if frequency:
        said.append(
            f"<{DATASET}> dct:accrualPeriodicity"
            f" <http://publications.europa.eu/resource/authority/frequency/{frequency}> ."
        )
    if modified:
        said.append(f"<{DATASET}> dct:modified {modified} .")
    if on_file:
        said.append(f"<urn:tep> dct:modified {on_file} .")
    return Graph().parse(data="\n".join(said), format="turtle")


@pytest.mark.parametrize(
    ("frequency", "modified", "expected"),
    [
        ("DAILY", '"2024-05-01"^^xsd:date', date(2024, 5, 2)),
        ("MONTHLY", '"2024-05-01"^^xsd:date', date(2024, 6, 1)),
        ("ANNUAL", '"2024-05-01T08:00:00+07:00"^^xsd:dateTime', date(2025, 5, 2)),
        ("IRREG", '"2024-05-01"^^xsd:date', None),
        ("NEVER", '"2024-05-01"^^xsd:date', None),
        ("KHONG_CO", '"2024-05-01"^^xsd:date', None),
        ("", '"2024-05-01"^^xsd:date', None),
        ("DAILY", "", None),
        ("DAILY", '"hôm qua"', None),
        ("DAILY", '"hôm qua"^^xsd:date', None),
        ("DAILY", "<urn:ngay>", None),
        ("QUINQUENNIAL", '"9998-01-01"^^xsd:date', None),
        ("ANNUAL", '"9999-12-31"^^xsd:date', None),
    ],
)
def test_the_next_update_is_due_when_the_frequency_says(
    frequency: str, modified: str, expected: date | None
) -> None:
    assert timeliness.due(graph(frequency, modified), DATASET) == expected


def test_a_file_tells_the_day_where_the_dataset_does_not() -> None:
    file_day = '"2024-05-03"^^xsd:date'
    assert timeliness.due(graph("DAILY", "", file_day), DATASET) == date(2024, 5, 4)
    assert timeliness.due(graph("DAILY", '"2024-05-01"^^xsd:date', file_day), DATASET) == date(2024, 5, 2)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2024, 5, 1), Timeliness("on-time")),
        (date(2024, 5, 2), Timeliness("on-time")),
        (date(2024, 5, 3), Timeliness("late", 1)),
        (date(2025, 5, 2), Timeliness("late", 365)),
    ],
)
def test_the_day_after_is_late(today: date, expected: Timeliness) -> None:
    assert timeliness.at(date(2024, 5, 2), today) == expected


def test_what_promises_nothing_is_never_late() -> None:
    assert timeliness.at(None, date(2024, 5, 2)) == Timeliness("unknown")


def test_every_frequency_is_one_that_the_portal_knows() -> None:
    assert set(timeliness.DAYS) < {entry.code for entry in vocabulary("frequencies")}
