"""The demonstration catalogue is excellent, counted from outside: by its RDF and its links over HTTP alone.

The scorer here shares nothing with the portal's: it asks the catalogue's graphs by SPARQL and follows links.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests
from rdflib import Graph, URIRef
from rdflib.namespace import DCAT, RDF

HYDRA_NEXT = URIRef("http://www.w3.org/ns/hydra/core#next")
PATIENCE = 30
EXCELLENT = 351
EU = "http://publications.europa.eu/resource/authority/"
PREFIXES = """
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX dqv: <http://www.w3.org/ns/dqv#>
"""
OF_THE_DATASET = {
    "?d dcat:keyword ?x": 30,
    "?d dcat:theme ?x": 30,
    "?d dct:spatial ?x": 20,
    "?d dct:temporal ?x": 20,
    "?d dct:accessRights ?x": 10,
    f'?d dct:accessRights ?x . FILTER(STRSTARTS(STR(?x), "{EU}access-right/"))': 5,
    "?d dcat:contactPoint ?x": 20,
    "?d dct:publisher ?x": 10,
}
OF_A_DISTRIBUTION = {
    "?f dcat:downloadURL ?x": 20,
    "?f dct:format ?x": 20,
    "?f dcat:mediaType ?x": 10,
    f'?f dct:format ?x ; dcat:mediaType ?m . FILTER(STRSTARTS(STR(?x), "{EU}file-type/")'
    ' && CONTAINS(STR(?m), "www.iana.org/assignments/media-types/"))': 10,
    f'?f dct:format ?x . FILTER(REPLACE(STR(?x), "{EU}file-type/", "")'
    ' IN ("CSV", "TSV", "JSON", "GEOJSON", "ODS", "PARQUET", "XML", "TXT", "HTML"))': 20,
    f'?f dct:format ?x . FILTER(REPLACE(STR(?x), "{EU}file-type/", "")'
    ' IN ("CSV", "TSV", "JSON", "GEOJSON", "ODS", "PARQUET", "XML", "XLS", "XLSX"))': 20,
    "?f dct:license ?x": 20,
    f'?f dct:license ?x . FILTER(STRSTARTS(STR(?x), "{EU}licence/"))': 10,
    "?f dct:rights ?x": 5,
    "?f dcat:byteSize ?x": 5,
    "{ ?d dct:issued ?x } UNION { ?f dct:issued ?x }": 5,
    "{ ?d dct:modified ?x } UNION { ?f dct:modified ?x }": 5,
}
NOT_COMPLIANT = """
    { FILTER NOT EXISTS { ?d dct:title ?x } } UNION { FILTER NOT EXISTS { ?d dct:description ?x } }
    UNION { ?d dct:publisher ?x . FILTER NOT EXISTS { ?x foaf:name ?n } }
    UNION { ?d dcat:distribution ?x . FILTER NOT EXISTS { ?x dcat:accessURL ?n } }
    UNION { ?d dct:publisher ?x , ?y . FILTER(?x != ?y) }
"""


@dataclass(frozen=True)
class Seen:
    """The catalogue as somebody outside sees it: its graph, the demonstration's datasets, the API's word."""

    graph: Graph
    datasets: list[URIRef]
    told: dict[str, dict[str, Any]]
    median: int


@pytest.fixture(scope="module")
def site(ini: str, application: Any, serve: Any, free_address: Any, tmp_path_factory: Any) -> Iterator[str]:
    """The portal under an address of its own, which this process takes for the portal's as well."""
    import ckan.plugins.toolkit as tk

    address = free_address()
    served = tmp_path_factory.mktemp("portal") / "portal.ini"
    settings = {"ckan.site_url": f"http://{address}", "ckanext.dcat.base_uri": f"http://{address}"}
    lines = Path(ini).read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line.partition("=")[0].strip() not in settings]
    start = kept.index("[app:main]") + 1
    kept[start:start] = [f"{name} = {value}" for name, value in settings.items()]
    served.write_text("\n".join(kept), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.items():
            patch.setitem(tk.config, name, value)
        yield serve(served, address)


@pytest.fixture(scope="module")
def seen(site: str, application: Any) -> Iterator[Seen]:
    """Harvest the demonstration catalogue, let the portal's jobs run, and look at it from outside."""
    from ckanext.hue.catalog.fragments import keeping
    from ckanext.hue.harvest import jobs as harvests
    from ckanext.hue.harvest import reports, sources, worker
    from ckanext.hue.harvest.database import rows
    from ckanext.hue.harvesters.sandbox import Settings, start_sandbox
    from ckanext.hue.quality import jobs
    from ckanext.hue.tables.files import jobs as files

    with (
        application.test_request_context(),
        start_sandbox(Settings(tables=60, rows=30, open_tables=30)) as base,
    ):
        source = sources.add("thu-tu-ngoai", kind="platform", url=base, allow_private_host=True)
        job = harvests.create(source)
        worker.work()
        assert reports.status(job).done == 30
        files.write_files()
        rows("UPDATE hue_quality_score SET due = now()")
        jobs.run()
        keeping.rebuild(all_=True)
        yield _look(site, source.name)


def _look(site: str, source: str) -> Seen:
    graph, page = Graph(), f"{site}/catalog.ttl"
    while page:
        answer = requests.get(page, timeout=PATIENCE)
        answer.raise_for_status()
        one = Graph().parse(data=answer.text, format="turtle")
        graph += one
        page = str(next(one.objects(None, HYDRA_NEXT), ""))
    found = _ask(site, "package_search", fq=f"harvest_source:{source}", rows=100)["results"]
    told, median = _told(site)
    return Seen(graph, [URIRef(f"{site}/id/dataset/{each['id']}") for each in found], told, median)


def _told(site: str) -> tuple[dict[str, Any], int]:
    """What the portal says of all its datasets, by their ids, and the median that it names."""
    told: dict[str, Any] = {}
    while True:
        listed = _ask(site, "hue_quality_list", limit=1000, offset=len(told))
        told |= {each["id"]: each for each in listed["datasets"]}
        if not listed["datasets"]:
            return told, listed["median"]


def _ask(site: str, action: str, **values: Any) -> Any:
    answer = requests.get(f"{site}/api/3/action/{action}", params=values, timeout=PATIENCE)
    answer.raise_for_status()
    return answer.json()["result"]


@cache
def _answers(address: str) -> bool:
    answer = requests.head(address, timeout=PATIENCE, allow_redirects=True)
    return answer.status_code < 400


def _holds(graph: Graph, pattern: str, **nodes: Any) -> bool:
    found = graph.query(f"{PREFIXES} ASK {{ {pattern} }}", initBindings=nodes)
    return bool(found.askAnswer)


def _score(graph: Graph, dataset: URIRef, answers: Callable[[str], bool] = _answers) -> int:
    score = sum(points for pattern, points in OF_THE_DATASET.items() if _holds(graph, pattern, d=dataset))
    score += 0 if _holds(graph, NOT_COMPLIANT, d=dataset) else 30
    best = 0
    for file in graph.objects(dataset, DCAT.distribution):
        points = sum(
            points
            for pattern, points in OF_A_DISTRIBUTION.items()
            if _holds(graph, pattern, d=dataset, f=file)
        )
        for link, worth in ((DCAT.accessURL, 50), (DCAT.downloadURL, 30)):
            points += worth if any(answers(str(address)) for address in graph.objects(file, link)) else 0
        best = max(best, points)
    return score + best


@pytest.fixture(scope="module")
def scores(seen: Seen) -> dict[URIRef, int]:
    """The score of each dataset of the demonstration, counted from outside."""
    return {dataset: _score(seen.graph, dataset) for dataset in seen.datasets}


def test_the_whole_demonstration_is_in_the_catalogue(seen: Seen) -> None:
    assert len(seen.datasets) == 30
    assert set(seen.datasets) <= set(seen.graph.subjects(RDF.type, DCAT.Dataset))


def test_the_median_is_excellent(scores: dict[URIRef, int]) -> None:
    assert statistics.median(scores.values()) >= EXCELLENT


def test_the_portal_says_the_same_of_each_dataset(seen: Seen, scores: dict[URIRef, int]) -> None:
    told = {dataset: seen.told[dataset.rpartition("/")[2]]["score"] for dataset in seen.datasets}
    assert told == scores


def test_the_graphs_say_the_same_as_the_api(seen: Seen) -> None:
    question = f"""{PREFIXES} SELECT ?value WHERE {{ ?d dqv:hasQualityMeasurement ?m .
        ?m a dqv:QualityMeasurement ; dqv:computedOn ?d ; dqv:value ?value ; dqv:isMeasurementOf ?of .
        FILTER(STRENDS(STR(?of), "/quality_scores/total")) }}"""
    for dataset in seen.datasets:
        [[value]] = seen.graph.query(question, initBindings={"d": dataset})
        assert int(value) == seen.told[dataset.rpartition("/")[2]]["score"]


def test_the_portals_median_is_that_of_its_datasets(seen: Seen) -> None:
    assert seen.median == statistics.median_low(each["score"] for each in seen.told.values())


def test_what_is_measured_has_an_address_that_answers(seen: Seen) -> None:
    measured = set(seen.graph.objects(None, URIRef("http://www.w3.org/ns/dqv#isMeasurementOf")))
    assert len(measured) == 6
    for concept in measured:
        assert requests.get(str(concept), headers={"Accept": "text/turtle"}, timeout=PATIENCE).ok


def test_the_scorer_would_see_dead_links(seen: Seen, scores: dict[URIRef, int]) -> None:
    dataset = seen.datasets[0]
    assert _score(seen.graph, dataset, lambda _address: False) == scores[dataset] - 80


@pytest.mark.parametrize("pattern", [*OF_THE_DATASET, *OF_A_DISTRIBUTION])
def test_the_scorer_sees_nothing_where_nothing_is_said(pattern: str) -> None:
    dataset, file = URIRef("urn:d"), URIRef("urn:f")
    bare = Graph().add((dataset, DCAT.distribution, file))
    assert not _holds(bare, pattern, d=dataset, f=file)
