"""SEMIC's shapes, and a catalogue of demonstration tables, real exports and datasets that use every field."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, RDF, SKOS

SHARED = Path(__file__).parents[4] / "shared"
EU = "http://publications.europa.eu/resource/authority/"
SH = Namespace("http://www.w3.org/ns/shacl#")
PAGE = 100
OBLIGATIONS = ("shapes.ttl", "range.ttl", "mdr-vocabularies.shape.ttl")
RECOMMENDATIONS = ("shapes_recommended.ttl",)
FORMATS = ("csv", "tsv", "xlsx", "json", "ndjson", "parquet", "geojson")
# Concepts that the portal uses beside those of its own vocabularies' files, as their registers list them.
CONCEPTS = {
    f"{EU}planned-availability": ("AVAILABLE", "EXPERIMENTAL", "STABLE", "TEMPORARY"),
    f"{EU}country": ("VNM",),
    f"{EU}data-theme": ("GOVE",),
    "http://purl.org/adms/licencetype/1.0": (
        "Attribution",
        "PublicDomain",
        "ViralEffect-ShareAlike",
        "UnknownIPR",
    ),
    "http://purl.org/adms/publishertype/1.0": (
        "Company",
        "LocalAuthority",
        "NationalAuthority",
        "RegionalAuthority",
    ),
}
VOCABULARIES = (
    "access_rights",
    "dataset_types",
    "eu_themes",
    "formats",
    "frequencies",
    "languages",
    "licenses",
    "statuses",
)


@dataclass(frozen=True, order=True)
class Finding:
    """What a shape finds: its severity, the property, and the value or, where one lacks, the node's class."""

    severity: str
    property: str
    about: str


@pytest.fixture(scope="session")
def shapes() -> dict[str, Graph]:
    """SEMIC's shapes: obligations (with classes and vocabularies) and recommendations."""
    folder = SHARED / "shacl"
    if not folder.is_dir():
        pytest.skip("SEMIC's shapes (../shared/shacl) are not beside this checkout")
    loaded = {}
    for kind, names in (("obligations", OBLIGATIONS), ("recommendations", RECOMMENDATIONS)):
        loaded[kind] = Graph()
        for name in names:
            loaded[kind].parse(folder / name)
    return loaded


@pytest.fixture(scope="session")
def eu_concepts() -> Graph:
    """The concepts that the portal uses out of vocabularies of others, typed and in their schemes."""
    from ckanext.hue.schemas import vocabulary

    graph = Graph()
    for scheme, codes in CONCEPTS.items():
        for code in codes:
            _add_concept(graph, scheme, f"{scheme.removesuffix('/1.0')}/{code}")
    for name in VOCABULARIES:
        for entry in vocabulary(name):
            if entry.uri:
                _add_concept(graph, entry.uri.rpartition("/")[0], entry.uri)
    return graph


def _add_concept(graph: Graph, scheme: str, concept: str) -> None:
    graph.add((URIRef(scheme), RDF.type, SKOS.ConceptScheme))
    graph.add((URIRef(scheme), DCTERMS.title, Literal(scheme)))
    graph.add((URIRef(concept), RDF.type, SKOS.Concept))
    graph.add((URIRef(concept), SKOS.inScheme, URIRef(scheme)))
    graph.add((URIRef(concept), SKOS.prefLabel, Literal(concept.rpartition("/")[2])))


@pytest.fixture(scope="session")
def find(shapes: dict[str, Graph], eu_concepts: Graph) -> Callable[[Graph, str], set[Finding]]:
    """What the shapes of a kind find in a graph."""
    from pyshacl import validate

    def run(graph: Graph, kind: str) -> set[Finding]:
        data = graph + eu_concepts
        _, report, _ = validate(data, shacl_graph=shapes[kind], inference="none")
        return set(_findings(report, data)) if isinstance(report, Graph) else set()

    return run


def _findings(report: Graph, data: Graph) -> Iterator[Finding]:
    for result in report.objects(None, SH.result):  # those within another one only explain it
        severity = str(report.value(result, SH.resultSeverity)).rpartition("#")[2]
        about = report.value(result, SH.value) or data.value(
            report.value(result, SH.focusNode), RDF.type, any=True
        )
        yield Finding(severity, str(report.value(result, SH.resultPath)), str(about))


@pytest.fixture(scope="session")
def act(application: Any) -> Callable[..., dict[str, Any]]:
    """Call an action as the portal itself."""
    import ckan.plugins.toolkit as tk

    def call(name: str, /, **values: Any) -> dict[str, Any]:
        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        return tk.get_action(name)({"ignore_auth": True, "user": user}, values)

    return call


@pytest.fixture(scope="session")
def agency(application: Any, act: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """An agency that says all that an agency can say."""
    name = f"so-{uuid.uuid4().hex[:8]}"
    with application.test_request_context():
        return act(
            "organization_create",
            name=name,
            title='Sở Y tế <thành phố> & "Huế"',
            title_en="Department of Health",
            agency_code="H57.99",
            level="tinh",
            kind="so",
            email=f"{name}@example.vn",
            address="1 Lê Lợi, Huế",
            phone="0234 3822 000; 0234 3822 001",
            url="https://example.vn/so?a=1&b=đ",
        )


@pytest.fixture(scope="session")
def described(
    application: Any, act: Callable[..., dict[str, Any]], agency: dict[str, Any]
) -> list[dict[str, Any]]:
    """Datasets made by hand: one with every field, one with the fewest, odd ones, a series and its member."""
    with application.test_request_context():
        whole = whole_dataset(agency["id"])
        act("group_create", name=whole["groups"][0]["name"], title="Lĩnh vực thử", eu_theme="HEAL")
        made = [
            act("package_create", **values)
            for values in (whole, least_dataset(agency["id"]), odd_dataset(agency["id"]))
        ]
        series = act("package_create", **least_dataset(agency["id"]))
        made.append(act("package_create", **{**least_dataset(agency["id"]), "in_series": [series["id"]]}))
        table = act(
            "resource_create", package_id=made[1]["id"], name="Bảng", format="CSV", url_type="datastore"
        )
        act("datastore_create", resource_id=table["id"], force=True, records=[{"ten": "Trạm", "so": 1}])
        return [act("package_show", id=dataset["id"]) for dataset in (*made, series)]


def least_dataset(agency_id: str) -> dict[str, Any]:
    """What a dataset cannot be without."""
    mark = uuid.uuid4().hex[:12]
    return {"title": f"Bộ {mark}", "notes": "Mô tả", "owner_org": agency_id, "no_personal_data": True}


def odd_dataset(agency_id: str) -> dict[str, Any]:
    """Values that the schema takes of a source, and RDF does not, or not as they are."""
    return {
        **least_dataset(agency_id),
        "notes": 'Ngoặc "kép", \\ gạch chéo, <b>thẻ</b>, ]]> và \U0001f600',
        "harvest_source": "nguon-la",
        "identifier": "https://example.vn/ma so/1",
        "url": "https://example.vn/%zz?a=[1]&b='x'",
        "documentation": ["https://example.vn/a%2", "https://[::1]/tài-liệu"],
        "license_id": "other",
        "contact": [{"phone": "gọi sau 8 giờ"}, {"email": "a+b@example.vn"}],
        "creator": [{"email": "chi-co-thu@example.vn"}],
        "temporal_coverage": [{"start": "2024"}, {"end": "2025-03"}, {"start": "2024-01-01T00:00:00+07:00"}],
        "spatial_coverage": [
            {"code": "474", "text": "Thành phố Huế (cũ)"},
            {"text": "Phá Tam Giang"},
            {"bbox": "107.5,16.3,107.7,16.5"},
        ],
        "resources": [
            {"name": "Không địa chỉ", "format": "dạng lạ", "mimetype": "không/phải kiểu"},
            {"url": "https://example.vn/a b.csv?x={1}", "format": "CSV", "hash": "không phải mã", "size": 0},
            {"url": "ftp://example.vn/b.zip", "format": "ZIP", "hash": "AB" * 20, "license": "other"},
        ],
    }


def whole_dataset(agency_id: str) -> dict[str, Any]:
    """A dataset in which every field has a value."""
    mark = uuid.uuid4().hex[:12]
    people = {"name": "Phòng Nghiệp vụ", "email": "nghiep-vu@example.vn", "url": "https://example.vn/phong"}
    return {
        **least_dataset(agency_id),
        "title": f"Cơ sở khám, chữa bệnh {mark}",
        "title_en": f"Hospitals {mark}",
        "notes": "Danh sách **cơ sở** khám, chữa bệnh.",
        "groups": [{"name": f"linh-vuc-{mark}"}],
        "tags": [{"name": "bệnh viện"}, {"name": "y tế"}],
        "license_id": "cc-by-4.0",
        "rights": "Ghi rõ nguồn.",
        "frequency": "hang-quy",
        "next_update": "2026-12-31",
        "dcat_type": "ho-so",
        "access_rights": "mo",
        "identifier": f"H57.99-{int(mark, 16) % 10**8}",
        "version": "1.0",
        "version_notes": "Bản đầu",
        "provenance": "Tổng hợp từ báo cáo",
        "source_system": "so-hoa",
        "issued": "2025-01-31",
        "modified": "2025-10-14",
        "language": ["vie", "eng"],
        "documentation": ["https://example.vn/tai-lieu"],
        "conforms_to": ["QCVN 102:2016/BTTTT", "https://example.vn/tieu-chuan"],
        "applicable_legislation": ["Nghị định số 47/2020/NĐ-CP", "https://vanban.example.vn/47"],
        "url": "https://example.vn/gioi-thieu",
        "temporal_coverage": [{"start": "2024-01-01", "end": "2024-12-31"}],
        "spatial_coverage": [
            {"code": "46", "bbox": "107.0, 15.9, 108.3, 16.8"},
            {"uri": "https://sws.geonames.org/1580240/", "text": "Huế"},
        ],
        "creator": [{**people, "identifier": "H57.99.01"}],
        "contact": [{**people, "phone": "0234 3822 000"}],
        "resources": [
            {
                "name": "Danh sách",
                "description": "Bảng gốc",
                "url": "https://example.vn/danh-sach.csv?ban=1&kieu=đầy+đủ",
                "format": "CSV",
                "mimetype": "text/csv",
                "size": 123_456,
                "hash": "ab" * 32,
                "hash_algorithm": "sha256",
                "license": "cc0-1.0",
                "status": "hoan-thanh",
                "conforms_to": ["QCVN 102:2016/BTTTT"],
                "temporal_resolution": "P3M",
                "issued": "2025-01-31",
                "modified": "2025-10-14",
            }
        ],
    }


@pytest.fixture(scope="session")
def harvested(application: Any) -> list[dict[str, Any]]:
    """The demonstration's tables and the real exports, harvested, with their files written."""
    import ckan.plugins.toolkit as tk

    from ckanext.hue.harvest import jobs, sources, worker
    from ckanext.hue.harvesters.sandbox import Settings, start_sandbox
    from ckanext.hue.tables.files.jobs import write_files

    names = []
    with application.test_request_context():
        for settings in (Settings(), Settings(data=SHARED / "real-tables")):
            if settings.data and not settings.data.is_dir():
                continue
            with start_sandbox(settings) as base:
                names.append(f"thu-{uuid.uuid4().hex[:12]}")
                source = sources.add(names[-1], kind="platform", url=base, allow_private_host=True)
                jobs.create(source)
                worker.work()
        write_files()
        chosen = " OR ".join(f"extras_harvest_source:{name}" for name in names)
        return tk.get_action("package_search")({}, {"fq": f"({chosen})", "rows": 1000})["results"]


@pytest.fixture(scope="session")
def pages(application: Any, harvested: list[dict[str, Any]], described: list[dict[str, Any]]) -> list[Graph]:
    """The catalogue's pages, each with the catalogue and at most a hundred of its datasets."""
    from ckanext.hue.catalog import addresses, graphs
    from ckanext.hue.catalog.profile import lookups

    datasets = described + harvested
    made = []
    with application.test_request_context():
        for start in range(0, len(datasets), PAGE):
            batch = datasets[start : start + PAGE]
            known = lookups.of(batch)
            page = graphs.of_catalog()
            for dataset in batch:
                page += graphs.of_dataset(dataset, known)
                page.add(
                    (URIRef(addresses.catalog()), DCAT.dataset, URIRef(addresses.dataset(dataset["id"])))
                )
            made.append(page)
    return made
