"""Distributions: each resource, and each file that the portal keeps of a resource's table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, urlsplit

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, RDF, XSD

from ckanext.hue import config
from ckanext.hue.catalog import addresses
from ckanext.hue.schemas import Concept, concept
from ckanext.hue.tables.files.records import StoredFile

from . import concepts, statements
from .terms import (
    ADMS,
    DCATAP,
    EU,
    IANA_MEDIA_TYPE,
    SPDX,
    add_date,
    add_texts,
    in_utc,
    iri,
    own_node,
    part_of,
)

CSV = "csv"
_SAME_AS_ANOTHER = frozenset({"csv-bom"})  # a CSV with a byte-order mark, for Excel
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*", re.IGNORECASE)
_HEX = re.compile(r"([0-9a-f]{2})+", re.IGNORECASE)
_ALGORITHM_BY_LENGTH = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}


@dataclass(frozen=True, slots=True)
class File:
    """What is known of a distribution's file. size in bytes; checksum in hexadecimal."""

    download: URIRef | None
    format: Concept | None
    media_type: str
    size: int | None = None
    checksum: str = ""
    algorithm: Concept | None = None


def add(
    graph: Graph,
    dataset: URIRef,
    values: Mapping[str, Any],
    resource: Mapping[str, Any],
    stored: Mapping[str, StoredFile],
) -> None:
    """Describe a resource of the dataset `values`: its own file, and the stored ones of its table."""
    subject = URIRef(addresses.distribution(resource["id"]))
    is_table = resource.get("url_type") == "datastore"
    file = _of_table(resource["id"], CSV, stored.get(CSV)) if is_table else _of_resource(resource)
    _add_described(graph, dataset, subject, values, resource)
    _add_file(graph, subject, file)
    if conforms_to := resource.get("conforms_to"):
        statements.add_standards(graph, subject, conforms_to)
    for key, written in stored.items():
        if key not in _SAME_AS_ANOTHER and not (is_table and key == CSV):
            other = part_of(subject, key)
            _add_described(graph, dataset, other, values, resource, written)
            _add_file(graph, other, _of_table(resource["id"], key, written))


def is_a_table(resource: Mapping[str, Any]) -> bool:
    """Whether the API gives access to the rows."""
    return resource.get("datastore_active") in (True, "true", "True")


def _of_table(resource_id: str, key: str, written: StoredFile | None) -> File:
    known = concept("formats", key)
    return File(
        iri(f"{config.site_url()}/download/{quote(resource_id, safe='')}.{known['extension']}")
        if known
        else None,
        known,
        known["media_type"] if known else "",
        written.size if written else None,
        written.sha256 if written else "",
        concept("checksum_algorithms", "sha256"),
    )


def _of_resource(resource: Mapping[str, Any]) -> File:
    known = concept("formats", resource.get("format"))
    checksum = str(resource.get("hash") or "").strip()
    algorithm = resource.get("hash_algorithm") or _ALGORITHM_BY_LENGTH.get(len(checksum), "")
    size = str(resource.get("size") or "")
    return File(
        _download(resource, known),
        known,
        str(resource.get("mimetype") or (known["media_type"] if known else "")),
        int(size) if size.isdecimal() else None,
        checksum,
        concept("checksum_algorithms", algorithm),
    )


def _download(resource: Mapping[str, Any], known: Concept | None) -> URIRef | None:
    """The address of the file itself: of an uploaded one, or of one whose name ends as its format's do."""
    address = iri(resource.get("url") or "")
    if address is None or resource.get("url_type") == "upload":
        return address
    suffix = PurePosixPath(urlsplit(address).path).suffix.lower().removeprefix(".")
    return address if known and concept("formats", suffix) == known else None


def _add_described(
    graph: Graph,
    dataset: URIRef,
    subject: URIRef,
    values: Mapping[str, Any],
    resource: Mapping[str, Any],
    written: StoredFile | None = None,
) -> None:
    """What all files of a resource have in common."""
    graph.add((dataset, DCAT.distribution, subject))
    graph.add((subject, RDF.type, DCAT.Distribution))
    table = resource.get("url_type") in ("datastore", "upload") or written is not None
    own_id = quote(resource["id"], safe="")
    page = URIRef(f"{config.site_url()}/dataset/{values['name']}/resource/{own_id}")
    graph.add((subject, DCAT.accessURL, page if table else iri(resource.get("url") or "") or page))
    _add_titles(graph, subject, values, resource, written)
    concepts.add_licence(graph, subject, resource.get("license") or values.get("license_id"))
    if rights := values.get("rights"):
        statements.add(graph, subject, DCTERMS.rights, DCTERMS.RightsStatement, rights)
    # What the portal keeps itself keeps its address; of what is elsewhere nobody here can promise that.
    availability = "STABLE" if table else "AVAILABLE"
    graph.add((subject, DCATAP.availability, EU[f"planned-availability/{availability}"]))
    status = concepts.known_uri("statuses", resource.get("status"))
    if status or table:
        graph.add((subject, ADMS.status, URIRef(status) if status else EU["distribution-status/COMPLETED"]))
    _add_dates(graph, subject, resource)
    if is_a_table(resource):
        graph.add((subject, DCAT.accessService, URIRef(addresses.service())))


def _add_titles(
    graph: Graph,
    subject: URIRef,
    values: Mapping[str, Any],
    resource: Mapping[str, Any],
    written: StoredFile | None,
) -> None:
    name = resource.get("name") or values.get("title") or values["name"]
    known = concept("formats", written.format) if written else None
    add_texts(graph, subject, DCTERMS.title, f"{name} ({known.name})" if known else name)
    kind = known.name if known else resource.get("format")
    description = resource.get("description") or (f"Bảng «{name}» dạng {kind}" if kind else "")
    add_texts(graph, subject, DCTERMS.description, description)


def _add_file(graph: Graph, subject: URIRef, file: File) -> None:
    if file.download:
        graph.add((subject, DCAT.downloadURL, file.download))
    if file.format and file.format.uri:
        graph.add((subject, DCTERMS.format, URIRef(file.format.uri)))
        graph.add((URIRef(file.format.uri), RDF.type, DCTERMS.MediaTypeOrExtent))
    if _MEDIA_TYPE.fullmatch(file.media_type):
        media_type = URIRef(IANA_MEDIA_TYPE + quote(file.media_type, safe="/+"))
        graph.add((subject, DCAT.mediaType, media_type))
        graph.add((media_type, RDF.type, DCTERMS.MediaType))
    if file.size is not None:
        graph.add((subject, DCAT.byteSize, Literal(file.size, datatype=XSD.nonNegativeInteger)))
    if file.algorithm and _HEX.fullmatch(file.checksum):
        checksum, algorithm = own_node(subject, "checksum"), URIRef(file.algorithm.uri)
        graph.add((subject, SPDX.checksum, checksum))
        graph.add((checksum, RDF.type, SPDX.Checksum))
        graph.add((checksum, SPDX.algorithm, algorithm))
        graph.add((algorithm, RDF.type, SPDX.ChecksumAlgorithm))
        graph.add((checksum, SPDX.checksumValue, Literal(file.checksum, datatype=XSD.hexBinary)))


def _add_dates(graph: Graph, subject: URIRef, resource: Mapping[str, Any]) -> None:
    issued = resource.get("issued") or in_utc(resource.get("created"))
    changed = in_utc(resource.get("last_modified") or resource.get("metadata_modified"))
    for predicate, text in (
        (DCTERMS.issued, issued),
        (DCTERMS.modified, resource.get("modified") or changed),
    ):
        if text:
            add_date(graph, subject, predicate, text)
    if known := concept("temporal_resolutions", resource.get("temporal_resolution")):
        graph.add((subject, DCAT.temporalResolution, Literal(known.code, datatype=XSD.duration)))
