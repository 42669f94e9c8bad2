"""What the portal says of a dataset is read by ckanext-dcat's own profile, and costs few statements."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from ckanext.dcat.profiles import EuropeanDCATAP3Profile
from rdflib import Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, DCTERMS, RDF, XSD
from sqlalchemy import event

from ckanext.hue.catalog import addresses, graphs
from ckanext.hue.catalog.profile import lookups
from ckanext.hue.tables.files.records import StoredFile

EU = "http://publications.europa.eu/resource/authority/"
FORMATS = ("turtle", "xml", "json-ld", "nt")


class StockProfile(EuropeanDCATAP3Profile):
    """ckanext-dcat's profile as in a portal without our metadata schema."""

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph)
        self._dataset_schema = None
        self._form_languages = None


@pytest.fixture
def read(described: list[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    """The dataset with every field, what the stock profile reads of it, and its extras by key."""
    dataset = described[0]
    body = graphs.of_dataset(dataset).serialize(format="turtle")
    subject = URIRef(addresses.dataset(dataset["id"]))
    found = StockProfile(Graph().parse(data=body, format="turtle")).parse_dataset({}, subject)
    return dataset, found, {extra["key"]: extra["value"] for extra in found["extras"]}


Read = tuple[dict[str, Any], dict[str, Any], dict[str, str]]


def test_its_texts_come_back(read: Read) -> None:
    dataset, found, extras = read
    for key in ("title", "notes", "url", "version"):
        assert found[key] == dataset[key]
    for key in (
        "identifier",
        "version_notes",
        "provenance",
        "frequency",
        "issued",
        "modified",
        "access_rights",
    ):
        assert extras[key] == dataset[key]
    assert {tag["name"] for tag in found["tags"]} == {tag["name"] for tag in dataset["tags"]}


def test_its_lists_come_back(read: Read) -> None:
    dataset, _, extras = read
    for key in ("language", "documentation"):
        assert sorted(json.loads(extras[key])) == sorted(dataset[key])
    for key in ("conforms_to", "applicable_legislation"):
        assert dataset[key][1] in json.loads(extras[key])
        assert len(json.loads(extras[key])) == 2
    assert f"{EU}data-theme/HEAL" in json.loads(extras["theme"])


def test_its_people_come_back(read: Read, agency: dict[str, Any]) -> None:
    dataset, _, extras = read
    for key in ("name", "email", "url"):
        assert extras[f"contact_{key}"] == dataset["contact"][0][key]
        assert extras[f"creator_{key}"] == dataset["creator"][0][key]
    assert extras["creator_identifier"] == "H57.99.01"
    assert extras["publisher_uri"] == addresses.agency(agency["id"])
    said = [extras[f"publisher_{key}"] for key in ("name", "email", "url", "identifier")]
    assert said == [agency[key] for key in ("title", "email", "url", "agency_code")]


def test_its_period_and_places_come_back(read: Read) -> None:
    _, _, extras = read
    assert (extras["temporal_start"], extras["temporal_end"]) == ("2024-01-01", "2024-12-31")
    assert extras["spatial_uri"] in (addresses.concept("units", "46"), "https://sws.geonames.org/1580240/")
    assert "Huế" in extras["spatial_text"]
    assert json.loads(extras["spatial_bbox"])["coordinates"][0][0] == [107.0, 15.9]
    assert json.loads(extras["spatial_centroid"])["coordinates"] == [107.65, 16.35]


def test_its_files_come_back(read: Read) -> None:
    dataset, found, _ = read
    [ours], [theirs] = dataset["resources"], found["resources"]
    kept = ("name", "description", "url", "size", "hash", "hash_algorithm", "license", "status")
    for key in (*kept, "temporal_resolution", "issued", "modified"):
        assert theirs[key] == ours[key]
    assert theirs["rights"] == dataset["rights"]
    assert theirs["mimetype"].endswith("/text/csv")
    assert theirs["format"] == f"{EU}file-type/CSV"
    assert theirs["availability"] == f"{EU}planned-availability/AVAILABLE"


def test_our_own_profile_reads_standards_and_laws_by_their_names(described: list[dict[str, Any]]) -> None:
    from ckanext.hue.catalog.profile import HueDCATAPProfile

    dataset = described[0]
    profile = HueDCATAPProfile(graphs.of_dataset(dataset))
    found = profile.parse_dataset({}, URIRef(addresses.dataset(dataset["id"])))
    assert found["title_en"] == dataset["title_en"]
    for key in ("conforms_to", "applicable_legislation"):
        assert sorted(found[key]) == sorted(dataset[key])


def test_every_serialisation_says_the_same(
    described: list[dict[str, Any]], harvested: list[dict[str, Any]]
) -> None:
    datasets = [*described, *harvested[:3]]
    known = lookups.of(datasets)
    for dataset in datasets:
        graph = graphs.of_dataset(dataset, known)
        for name in FORMATS:
            again = Graph().parse(data=graph.serialize(format=name, encoding="utf-8"), format=name)
            assert isomorphic(again, graph)


def test_a_graph_is_the_same_each_time(described: list[dict[str, Any]]) -> None:
    for dataset in described:
        assert set(graphs.of_dataset(dataset)) == set(graphs.of_dataset(dataset))


def test_strict_parsers_read_every_graph(described: list[dict[str, Any]]) -> None:
    import pyoxigraph

    for dataset in described:
        body = graphs.of_dataset(dataset).serialize(format="nt", encoding="utf-8")
        assert list(pyoxigraph.parse(body, format=pyoxigraph.RdfFormat.N_TRIPLES))


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent meanwhile, to CKAN's database and to the DataStore's."""
    from ckan import model
    from ckanext.datastore.backend.postgres import get_read_engine

    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    engines = (model.meta.engine, get_read_engine())
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


def test_any_number_of_datasets_cost_five_statements(
    described: list[dict[str, Any]], harvested: list[dict[str, Any]]
) -> None:
    datasets = described + harvested
    with counted() as sent:
        known = lookups.of(datasets)
        for dataset in datasets:
            graphs.of_dataset(dataset, known)
    assert len(sent) == 5, sent


def test_a_series_and_its_member_know_each_other(described: list[dict[str, Any]]) -> None:
    *_, member, series = described
    whole, part = graphs.of_dataset(series), graphs.of_dataset(member)
    series_ref, member_ref = (URIRef(addresses.dataset(one["id"])) for one in (series, member))
    assert {DCAT.Dataset, URIRef(f"{DCAT}DatasetSeries")} <= set(whole.objects(series_ref, RDF.type))
    assert (series_ref, URIRef(f"{DCAT}seriesMember"), member_ref) in whole
    assert (member_ref, URIRef(f"{DCAT}inSeries"), series_ref) in part
    assert set(part.objects(series_ref, DCTERMS.title)) == set(whole.objects(series_ref, DCTERMS.title))


def test_nothing_is_said_of_a_series_or_member_that_is_not_public(
    described: list[dict[str, Any]],
    act: Callable[..., dict[str, Any]],
    dataset: Callable[..., dict[str, Any]],
) -> None:
    hidden = dataset(private=True)
    member = dataset(in_series=[hidden["id"]])
    assert hidden["id"] not in graphs.of_dataset(member).serialize(format="nt")
    secret = dataset(private=True, in_series=[member["id"]])
    assert secret["id"] not in graphs.of_dataset(member).serialize(format="nt")


def test_a_table_is_offered_in_every_format_that_is_kept(harvested: list[dict[str, Any]]) -> None:
    dataset = next(one for one in harvested if one["resources"])
    [resource] = dataset["resources"][:1]
    graph = graphs.of_dataset(dataset)
    stored = lookups.of([dataset]).files[resource["id"]]
    own = URIRef(addresses.distribution(resource["id"]))
    sizes = {str(graph.value(own, DCAT.byteSize))} | {
        str(graph.value(URIRef(f"{own}#{key}"), DCAT.byteSize))
        for key in stored
        if key not in ("csv", "csv-bom")
    }
    assert sizes == {str(file.size) for key, file in stored.items() if key != "csv-bom"}
    assert str(graph.value(own, DCAT.accessURL)).endswith(f"/resource/{resource['id']}")
    assert str(graph.value(own, DCAT.downloadURL)).endswith(f"/download/{resource['id']}.csv")
    assert (own, DCAT.accessService, URIRef(addresses.service())) in graph


def test_an_uploaded_file_stands_beside_the_files_of_its_table(
    dataset: Callable[..., dict[str, Any]],
) -> None:
    made = dataset(resources=[{"name": "Tệp", "url": "https://example.vn/a.xlsx", "format": "XLSX"}])
    [resource] = made["resources"]
    uploaded = {**resource, "url_type": "upload", "datastore_active": True}
    csv = StoredFile(resource["id"], "csv", "a/b", 42, "ab" * 32, datetime.now(UTC))
    known = lookups.Lookups(files={resource["id"]: {"csv": csv}})
    graph = graphs.of_dataset({**made, "resources": [uploaded]}, known)
    own = URIRef(addresses.distribution(resource["id"]))
    table = URIRef(f"{own}#csv")
    assert set(graph.subjects(RDF.type, DCAT.Distribution)) == {own, table}
    assert str(graph.value(own, DCAT.downloadURL)) == "https://example.vn/a.xlsx"
    assert str(graph.value(table, DCAT.downloadURL)).endswith(f"/download/{resource['id']}.csv")
    assert graph.value(own, DCAT.accessURL) == graph.value(table, DCAT.accessURL)
    assert graph.value(table, DCAT.byteSize) == Literal(42, datatype=XSD.nonNegativeInteger)


def test_a_link_is_a_download_only_where_its_name_says_so(dataset: Callable[..., dict[str, Any]]) -> None:
    links = ["https://example.vn/a.csv?b=1", "https://example.vn/trang", "https://example.vn/a.html"]
    made = dataset(resources=[{"name": url, "url": url, "format": "CSV"} for url in links])
    graph = graphs.of_dataset(made)
    assert {str(url) for url in graph.objects(None, DCAT.accessURL)} == set(links)
    assert [str(url) for url in graph.objects(None, DCAT.downloadURL)] == links[:1]


def test_a_dataset_without_a_contact_has_its_agencys(
    described: list[dict[str, Any]], agency: dict[str, Any]
) -> None:
    graph = graphs.of_dataset(described[1])
    [contact] = graph.objects(URIRef(addresses.dataset(described[1]["id"])), DCAT.contactPoint)
    said = {str(value) for value in graph.objects(contact)}
    assert {agency["title"], f"mailto:{agency['email']}", "tel:+842343822000", "tel:+842343822001"} <= said


def test_what_people_put_into_extras_is_not_taken_for_metadata(
    dataset: Callable[..., dict[str, Any]],
) -> None:
    made = dataset()
    extras = [
        {"key": key, "value": "https://x.example/lạ"} for key in ("uri", "theme", "spatial", "publisher_uri")
    ]
    assert set(graphs.of_dataset({**made, "extras": extras})) == set(graphs.of_dataset(made))
