"""The score counts what the method of data.europa.eu counts: each metric can be lost alone."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from rdflib import Graph, URIRef

from ckanext.hue.quality import scoring
from ckanext.hue.schemas import vocabulary

DATASET = URIRef("https://cong.example.vn/id/dataset/1")
ACCESS, DOWNLOAD = "https://cong.example.vn/trang", "https://cong.example.vn/tep.csv"
STATUSES: Mapping[str, int | None] = {ACCESS: 200, DOWNLOAD: 206}
WHOLE = f"""
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
<{DATASET}> a dcat:Dataset ;
  dct:title "Trạm y tế"@vi ;
  dct:description "Các trạm y tế của thành phố."@vi ;
  dcat:keyword "y tế"@vi ;
  dcat:theme <http://publications.europa.eu/resource/authority/data-theme/HEAL> ;
  dct:spatial [ a dct:Location ] ;
  dct:temporal [ a dct:PeriodOfTime ; dcat:startDate "2024-01-01"^^xsd:date ] ;
  dct:accessRights <http://publications.europa.eu/resource/authority/access-right/PUBLIC> ;
  dcat:contactPoint [ a vcard:Kind ; vcard:hasEmail <mailto:a@example.vn> ] ;
  dct:publisher <https://cong.example.vn/id/agency/1> ;
  dct:issued "2024-01-01"^^xsd:date ;
  dct:modified "2024-05-01"^^xsd:date ;
  dcat:distribution <https://cong.example.vn/id/distribution/1> .
<https://cong.example.vn/id/agency/1> a foaf:Agent ; foaf:name "Sở Y tế"@vi .
<https://cong.example.vn/id/distribution/1> a dcat:Distribution ;
  dcat:accessURL <{ACCESS}> ;
  dcat:downloadURL <{DOWNLOAD}> ;
  dct:format <http://publications.europa.eu/resource/authority/file-type/CSV> ;
  dcat:mediaType <https://www.iana.org/assignments/media-types/text/csv> ;
  dct:license <http://publications.europa.eu/resource/authority/licence/CC_BY_4_0> ;
  dct:rights <https://cong.example.vn/dieu-kien> ;
  dcat:byteSize "1024"^^xsd:nonNegativeInteger .
"""
EU_CSV = "<http://publications.europa.eu/resource/authority/file-type/CSV>"
# What stands in the graph, what in its place, and the metrics that are lost by it.
LOSSES = [
    ('dcat:keyword "y tế"@vi ;', "", {"keyword"}),
    ("dcat:theme <http://publications.europa.eu/resource/authority/data-theme/HEAL> ;", "", {"category"}),
    ("dct:spatial [ a dct:Location ] ;", "", {"spatial"}),
    (
        'dct:temporal [ a dct:PeriodOfTime ; dcat:startDate "2024-01-01"^^xsd:date ] ;',
        "",
        {"temporal"},
    ),
    (f"dcat:downloadURL <{DOWNLOAD}> ;", "", {"download-url", "download-url-status"}),
    (
        f"dct:format {EU_CSV} ;",
        "",
        {"format", "format-vocabulary", "non-proprietary", "machine-readable"},
    ),
    (EU_CSV, "<http://publications.europa.eu/resource/authority/file-type/XLSX>", {"non-proprietary"}),
    (EU_CSV, "<http://publications.europa.eu/resource/authority/file-type/PNG>", {"machine-readable"}),
    (
        "dcat:mediaType <https://www.iana.org/assignments/media-types/text/csv> ;",
        "",
        {"media-type", "format-vocabulary"},
    ),
    ("https://www.iana.org/assignments/media-types/text/csv", "urn:kieu:csv", {"format-vocabulary"}),
    (
        "dct:license <http://publications.europa.eu/resource/authority/licence/CC_BY_4_0> ;",
        "",
        {"licence", "licence-vocabulary"},
    ),
    (
        "http://publications.europa.eu/resource/authority/licence/CC_BY_4_0",
        "https://example.vn/giay-phep",
        {"licence-vocabulary"},
    ),
    (
        "dct:accessRights <http://publications.europa.eu/resource/authority/access-right/PUBLIC> ;",
        "",
        {"access-rights", "access-rights-vocabulary"},
    ),
    (
        "http://publications.europa.eu/resource/authority/access-right/PUBLIC",
        "http://publications.europa.eu/resource/authority/access-right/BIA",
        {"access-rights-vocabulary"},
    ),
    ("dcat:contactPoint [ a vcard:Kind ; vcard:hasEmail <mailto:a@example.vn> ] ;", "", {"contact"}),
    ("dct:publisher <https://cong.example.vn/id/agency/1> ;", "", {"publisher"}),
    ("dct:rights <https://cong.example.vn/dieu-kien> ;", "", {"rights"}),
    ('dcat:byteSize "1024"^^xsd:nonNegativeInteger .', "a dcat:Distribution .", {"byte-size"}),
    ('dct:issued "2024-01-01"^^xsd:date ;', "", {"issued"}),
    ('dct:modified "2024-05-01"^^xsd:date ;', "", {"modified"}),
    ('dct:description "Các trạm y tế của thành phố."@vi ;', "", {"dcat-ap"}),
    ('dct:title "Trạm y tế"@vi ;', 'dct:title " " ;', {"dcat-ap"}),
    ('"2024-01-01"^^xsd:date ;\n  dct:modified', '"hôm qua" ;\n  dct:modified', {"dcat-ap"}),
    ('foaf:name "Sở Y tế"@vi .', "foaf:age 3 .", {"dcat-ap"}),
    ('"1024"^^xsd:nonNegativeInteger', '"-1"^^xsd:integer', {"dcat-ap"}),
    ("dct:rights <https://cong.example.vn/dieu-kien>", 'dct:rights "Ghi nguồn"', {"dcat-ap"}),
]


def counted(text: str = WHOLE, statuses: Mapping[str, int | None] = STATUSES) -> scoring.Score:
    return scoring.score(Graph().parse(data=text, format="turtle"), DATASET, statuses)


def lost(score: scoring.Score) -> set[str]:
    return {metric.code for metric in scoring.missing(score.points)}


def test_all_there_is_to_gain_is_405_points() -> None:
    whole = counted()
    assert (whole.total, lost(whole), whole.broken) == (405, set(), ())
    dimensions = scoring.of_dimensions(whole.points)
    assert list(dimensions.values()) == [100, 100, 110, 75, 20]
    assert {entry.code: entry["points"] for entry in vocabulary("quality_scores")} == {
        "total": 405,
        **dimensions,
    }


@pytest.mark.parametrize(("there", "instead", "expected"), LOSSES)
def test_what_is_missing_loses_its_points_and_no_others(there: str, instead: str, expected: set[str]) -> None:
    assert there in WHOLE
    assert lost(counted(WHOLE.replace(there, instead, 1))) == expected


@pytest.mark.parametrize("status", [None, 404, 500, 199, 400])
@pytest.mark.parametrize(
    ("address", "metric"), [(ACCESS, "access-url-status"), (DOWNLOAD, "download-url-status")]
)
def test_a_link_that_does_not_answer_loses_its_points(address: str, metric: str, status: int | None) -> None:
    assert lost(counted(statuses={**STATUSES, address: status})) == {metric}


def test_a_link_that_nobody_asked_has_no_points() -> None:
    assert lost(counted(statuses={})) == {"access-url-status", "download-url-status"}


def test_every_metric_can_be_lost() -> None:
    named = set().union(*(expected for _, _, expected in LOSSES))
    assert named | {"access-url-status"} == {metric.code for metric in scoring.metrics()}


def test_a_dataset_of_which_nothing_is_said_has_no_points() -> None:
    nothing = counted(f"<{DATASET}> a <http://www.w3.org/ns/dcat#Dataset> .")
    assert nothing.total == 0
    assert nothing.broken == ("http://purl.org/dc/terms/title", "http://purl.org/dc/terms/description")


def test_the_best_distribution_counts() -> None:
    bare = (
        f"<{DATASET}> dcat:distribution <https://cong.example.vn/id/distribution/2> ."
        "<https://cong.example.vn/id/distribution/2> dcat:accessURL <https://x.example/> ."
    )
    assert counted(WHOLE + bare).total == 405


def test_points_of_two_distributions_are_not_added_up() -> None:
    apart = WHOLE.replace(f"dcat:downloadURL <{DOWNLOAD}> ;", "") + (
        f"<{DATASET}> dcat:distribution <https://cong.example.vn/id/distribution/2> ."
        f"<https://cong.example.vn/id/distribution/2> dcat:accessURL <{ACCESS}> ;"
        f" dcat:downloadURL <{DOWNLOAD}> ."
    )
    assert lost(counted(apart)) == {"download-url", "download-url-status"}


def test_dates_may_stand_on_the_distribution() -> None:
    moved = WHOLE.replace('dct:issued "2024-01-01"^^xsd:date ;', "", 1).replace(
        "dct:rights <https", 'dct:issued "2024-01-01"^^xsd:date ; dct:rights <https'
    )
    assert counted(moved).total == 405


def test_what_gains_most_is_advised_first() -> None:
    left = scoring.missing(counted(statuses={}).points)
    assert [metric.code for metric in left] == ["access-url-status", "download-url-status"]
    assert all(metric["advice"] and metric["advice_en"] for metric in scoring.metrics())


@pytest.mark.parametrize(
    ("points", "code"),
    [
        *((405, "excellent"), (351, "excellent"), (350, "good"), (221, "good")),
        *((220, "sufficient"), (121, "sufficient"), (120, "bad"), (0, "bad")),
    ],
)
def test_ratings_begin_where_the_method_says(points: int, code: str) -> None:
    assert scoring.rating(points).code == code


def test_each_address_is_asked_once() -> None:
    assert scoring.addresses(Graph().parse(data=WHOLE, format="turtle"), DATASET) == [ACCESS, DOWNLOAD]
