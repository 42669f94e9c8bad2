"""What other catalogues say becomes datasets that CKAN takes, whatever they say."""

from __future__ import annotations

import json
import uuid
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from pyoxigraph import NamedNode

from ckanext.hue.harvesters import rdf
from ckanext.hue.harvesters.base import TableEntry
from ckanext.hue.harvesters.errors import BadEntry

AGENCY = "co-quan-danh-muc"
PREFIXES = """\
@prefix adms: <http://www.w3.org/ns/adms#> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> . @prefix e: <http://e.vn/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix gsp: <http://www.opengis.net/ont/geosparql#> . @prefix locn: <http://www.w3.org/ns/locn#> .
@prefix prov: <http://www.w3.org/ns/prov#> . @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix spdx: <http://spdx.org/rdf/terms#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
e:a a dcat:Dataset ; dct:title "Chợ"@vi, "Markets"@en .
"""
EU = "http://publications.europa.eu/resource/authority/"


def a_source(kind: str) -> Any:
    from ckanext.hue.harvest import sources

    return sources.add(f"thu-{uuid.uuid4().hex[:8]}", kind=kind, url="https://e.vn")


def described(form: str, document: str, **values: Any) -> dict[str, Any]:
    """The dataset that the document stands for."""
    from ckanext.hue.harvest import documents

    source = a_source(form)
    given: dict[str, Any] = {"remote_id": "a", "title": "Chợ", "access": "mo", **values}
    entry = TableEntry(document=document, document_form=form, **given)  # pyright: ignore[reportArgumentType]
    return documents.dataset(source, entry, organization_id=AGENCY, group=None)


def dcat(turtle: str, **values: Any) -> dict[str, Any]:
    graph = rdf.read((PREFIXES + turtle).encode(), "text/turtle", "http://e.vn/")
    return described("dcat", rdf.document(graph, NamedNode("http://e.vn/a")), **values)


def ckan(**package: Any) -> dict[str, Any]:
    return described("ckan", json.dumps({"id": "a", "title": "Chợ", **package}, default=str))


def published(dataset: dict[str, Any]) -> dict[str, Any]:
    """The dataset as CKAN keeps it."""
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    context = {"ignore_auth": True, "user": user}
    if model.Group.get(AGENCY) is None:
        tk.get_action("organization_create")(dict(context), {"name": AGENCY, "title": "Cơ quan"})
    return tk.get_action("package_create")(context, {**dataset, "name": f"thu-{uuid.uuid4().hex}"})


def test_a_rich_dcat_description_is_kept() -> None:
    dataset = published(
        dcat(
            f"""
            e:a dct:issued "2025-01-31"^^xsd:date ; dct:identifier "H57-1" ;
              dct:provenance [ rdfs:label "Từ báo cáo" ] ;
              dcat:version "2.0" ; adms:versionNotes "Thêm cột" ;
              dcat:landingPage e:trang ; foaf:page e:tai-lieu ;
              dct:language <{EU}language/VIE> ; dct:type <{EU}dataset-type/CODE_LIST> ;
              dct:conformsTo "QCVN 102" ;
              dct:temporal [ dcat:startDate "2024-01-01"^^xsd:date ; dcat:endDate "2024-12-31"^^xsd:date ] ;
              dct:spatial [ a dct:Location ; skos:prefLabel "Huế" ;
                dcat:bbox "POLYGON((107 16, 108 16, 108 17, 107 17, 107 16))"^^gsp:wktLiteral ] ;
              dct:creator [ foaf:name "Chi cục" ; foaf:mbox <mailto:cc@e.vn> ] ; dcat:distribution e:tep .
            e:tep a dcat:Distribution ; dct:title "Tệp"@vi ;
              dcat:accessURL e:truy-cap ; dcat:downloadURL e:tep.csv ;
              dct:format <{EU}file-type/CSV> ; dcat:byteSize "1234"^^xsd:nonNegativeInteger ;
              dcat:mediaType <https://www.iana.org/assignments/media-types/text/csv> ;
              dct:license <https://creativecommons.org/licenses/by/4.0/> ;
              spdx:checksum [ spdx:algorithm spdx:checksumAlgorithm_sha256 ;
                spdx:checksumValue "{"ab" * 32}" ] .
            """
        )
    )
    assert (dataset["title"], dataset["title_en"], dataset["identifier"]) == ("Chợ", "Markets", "H57-1")
    assert (dataset["issued"], dataset["version"], dataset["version_notes"]) == (
        "2025-01-31",
        "2.0",
        "Thêm cột",
    )
    assert (dataset["provenance"], dataset["url"]) == ("Từ báo cáo", "http://e.vn/trang")
    assert (dataset["documentation"], dataset["conforms_to"]) == (["http://e.vn/tai-lieu"], ["QCVN 102"])
    assert (dataset["language"], dataset["dcat_type"]) == ([f"{EU}language/VIE"], "danh-muc")
    assert dataset["temporal_coverage"] == [{"start": "2024-01-01", "end": "2024-12-31"}]
    assert dataset["spatial_coverage"][0]["text"] == "Huế"
    assert json.loads(dataset["spatial_coverage"][0]["bbox"])["coordinates"][0][0] == [107, 16]
    assert dataset["creator"][0]["name"] == "Chi cục"
    [file] = dataset["resources"]
    assert (file["url"], file["name"], file["format"]) == ("http://e.vn/tep.csv", "Tệp", "CSV")
    assert (file["mimetype"], file["size"], file["hash"]) == ("text/csv", 1234, "ab" * 32)
    assert file["hash_algorithm"].endswith("sha256") and file["license"].endswith("CC_BY_4_0")
    assert (dataset["harvest_id"], dataset["harvest_state"]) == ("a", "active")


@pytest.mark.parametrize(
    "turtle",
    [
        "e:a dct:creator _:x . _:x foaf:name 'S' ; prov:actedOnBehalfOf _:y . _:y prov:actedOnBehalfOf _:x .",
        "e:a dct:creator e:a . e:a foaf:name 'Sở' ; prov:actedOnBehalfOf e:a .",
        "e:a prov:wasGeneratedBy [ prov:wasAssociatedWith e:b ] . e:b prov:actedOnBehalfOf e:b .",
        "e:a dcat:distribution [ dcat:accessURL e:x ; dcat:byteSize '1e999' ] .",
        "e:a dcat:distribution [ dcat:accessURL e:x ; dcat:byteSize 'NaN', '-5', 'lớn' ] .",
        "e:a dct:spatial [ a dct:Location ; locn:geometry e:b, [ rdfs:label 'x' ] ; dcat:bbox e:c ] .",
        "e:a dct:spatial [ a dct:Location ; dcat:bbox 'POLYGON(('^^gsp:wktLiteral, '{'^^gsp:wktLiteral ] .",
        'e:a dct:spatial [ a dct:Location ; dcat:bbox \'{"type": "Polygon", "coordinates": 5}\' ] .',
        "e:a dct:spatial 'Huế', e:noi ; dct:temporal 'năm 2024', e:nam, [ dcat:startDate 'x' ] .",
        "e:a dct:temporal [ dcat:startDate '2025' ; dcat:endDate '2024' ] ; dct:issued 'hôm qua' .",
        "e:a dct:title '<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>'^^rdf:XMLLiteral ; dct:description 5 .",
        "e:a dct:issued '99999999999'^^xsd:dateTime ; dcat:version '" + "9" * 6000 + "'^^xsd:integer .",
        "e:a dcat:landingPage <javascript:alert(1)> ; foaf:page <data:text/html,x> ; dct:conformsTo '' .",
        "e:a dct:language 'tlh' ; dct:type 'x' ; dct:accessRights [] ; dcat:theme [] ; dcat:keyword e:b .",
        "e:a dct:title 'x'@zz-toolongsubtag-1 ; dct:license 5 ; dcat:distribution 5, 'x', [] , e:b .",
        "e:a dcat:contactPoint 'x', [ ] ; dct:publisher 'S', [ foaf:name [ foaf:name 'x' ] ] .",
        "e:a dct:title '" + "dài " * 2**18 + "' ; dct:provenance '" + "x" * 2**20 + "' .",
    ],
)
def test_odd_dcat_never_costs_the_dataset(turtle: str) -> None:
    dataset = published(dcat(turtle))
    assert dataset["harvest_id"] == "a"
    assert "javascript:" not in json.dumps(dataset) and "data:text" not in json.dumps(dataset)


@pytest.mark.parametrize(
    "package",
    [
        {"extras": "x", "resources": "y", "tags": 1, "groups": None, "organization": []},
        {"extras": [1, {"key": 1}, {"key": "issued"}], "resources": [1, None, [], {}]},
        {"version": ["1"], "provenance": {"a": 1}, "rights": 5, "title_en": None, "identifier": True},
        {"issued": 20250131, "language": '["vi", 5, {"a": 1}]', "documentation": "[[[", "url": "//x"},
        {"conforms_to": [["a"], {}, None, "QCVN"], "temporal_coverage": "x", "spatial_coverage": [1]},
        {"temporal_coverage": [{"start": "2025", "end": "2024"}, {"start": {}}], "creator": [[]]},
        {"spatial_coverage": [{"bbox": "{" * 5000}, {"code": "x"}, {"bbox": "0,0,1e999,nan"}]},
        {"resources": [{"url": "https://e.vn/a", "size": "1e999", "hash": {}, "format": "<b>", "name": 5}]},
        {
            "resources": [
                {"url": "https://e.vn/a b", "size": 2**70, "mimetype": "text/html; x", "license": {}}
            ]
        },
        {
            "url": "https://[",
            "documentation": ["https://[", "javascript:alert(1)"],
            "dcat_type": "x" * 10_000,
        },
        {"title_en": "\u202e\u200bx", "provenance": "a\x0bb\ud800", "version": "v" * 500},
    ],
)
def test_odd_packages_never_cost_the_dataset(package: dict[str, Any]) -> None:
    assert published(ckan(**package))["harvest_id"] == "a"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        " JavaScript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "/dataset/x",
        "",
        "x" * 9,
        "https://",
        "https://[",
        "https://e.vn/" + "a" * 3000,
        None,
        5,
        ["https://e.vn"],
        "vbscript:x",
        "java\nscript:x",
    ],
)
def test_a_file_without_an_address_that_can_be_linked_is_left_out(url: Any) -> None:
    dataset = ckan(resources=[{"id": "1", "url": url}, {"id": "2", "url": "https://e.vn/2"}])
    assert [resource["url"] for resource in dataset["resources"]] == ["https://e.vn/2"]


def test_resources_keep_their_ids_and_are_links() -> None:
    from ckanext.hue.harvest import documents

    source = a_source("ckan")
    files = [
        {"id": "r1", "url": "https://e.vn/1", "url_type": "upload", "datastore_active": True},
        {"url": "https://e.vn/2"},
        {"url": "https://e.vn/2"},
    ]
    entry = TableEntry("a", "Chợ", "mo", document=json.dumps({"resources": files}), document_form="ckan")
    dataset = documents.dataset(source, entry, organization_id=AGENCY, group="y-te")
    ids = [source.resource_id("a", "r1"), source.resource_id("a", "https://e.vn/2")]
    assert [resource["id"] for resource in dataset["resources"]] == ids
    assert not {"url_type", "datastore_active"} & dataset["resources"][0].keys()
    assert (dataset["id"], dataset["groups"]) == (source.dataset_id("a"), [{"name": "y-te"}])


def test_a_licence_that_nobody_gave_is_not_invented() -> None:
    assert "license_id" not in ckan()
    assert "license_id" not in dcat("")


def test_a_licence_that_the_portal_does_not_know_is_said_in_words() -> None:
    whole = described("ckan", "{}", license="uk-ogl")
    assert (whole["license_id"], whole["rights"]) == ("other", "Giấy phép do nguồn ghi: uk-ogl")
    of_a_file = ckan(resources=[{"url": "https://e.vn/1", "license": "http://e.vn/giay-phep"}])
    assert of_a_file["resources"][0]["license"] == "other"
    assert of_a_file["rights"] == "Giấy phép do nguồn ghi: http://e.vn/giay-phep"


def test_a_dataset_with_files_without_end_is_refused() -> None:
    with pytest.raises(BadEntry, match="500 tệp"):
        ckan(resources=[{"url": f"https://e.vn/{n}"} for n in range(501)])


def test_an_entry_that_its_source_could_not_read_is_refused_with_its_reason() -> None:
    with pytest.raises(BadEntry, match="trùng mã"):
        described("dcat", "", problem="trùng mã")


def test_a_document_without_a_dataset_is_refused() -> None:
    with pytest.raises(BadEntry):
        described("dcat", '<http://e.vn/a> <http://purl.org/dc/terms/title> "x" .')


def test_a_catalogue_of_others_cannot_bring_agencies_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    from ckanext.hue.harvest import agencies
    from ckanext.hue.harvest.errors import AgencyUnavailable

    monkeypatch.setattr(agencies, "MAX_AGENCIES", 2)
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    source, registry = a_source("ckan"), agencies.Registry(user)
    made = [registry.organization_of(source, "", f"Sở {number}") for number in range(2)]
    with pytest.raises(AgencyUnavailable, match="nhiều nhất"):
        registry.organization_of(source, "", "Sở 3")
    assert registry.organization_of(source, "", "Sở 1") == made[1]
    assert agencies.Registry(user).organization_of(source, "", "Sở 0") == made[0]


@pytest.mark.parametrize("belongs", [False, True])
def test_a_catalogue_of_others_speaks_for_no_agency_but_its_own(belongs: bool) -> None:
    from ckanext.hue.harvest import sources
    from ckanext.hue.harvest.agencies import Registry

    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    name = f"so-{uuid.uuid4().hex[:8]}"
    ours = tk.get_action("organization_create")(
        {"ignore_auth": True, "user": user}, {"name": name, "title": "Sở của cổng"}
    )
    source = a_source("ckan")
    if belongs:
        source = sources.add(
            source.name, kind="ckan", url=source.url, title="Cổng khác", owner_org=ours["id"], update=True
        )
    found = Registry(user).organization_of(source, name, "Sở của cổng")
    assert (found == ours["id"]) is belongs
    assert belongs or model.Group.get(found).title == f"Sở của cổng ({source.title})"
