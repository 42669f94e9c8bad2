"""Croissant 1.0: a dataset's tables as machine learning reads them, each a CSV file and its records.

Written straight from the dataset, as `schemaorg` is: ckanext-dcat's profile names each resource's own file,
without the checksum of the portal's CSV, and has no type for dates and truth values.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from ckanext.hue import config
from ckanext.hue.catalog import addresses
from ckanext.hue.tables.files import listing
from ckanext.hue.tables.files.formats import FORMATS
from ckanext.hue.tables.files.selection import Column, label_of

from . import about
from .about import Dataset, Node
from .tables import Table, Tables

CONFORMS_TO = "http://mlcommons.org/croissant/1.0"
MEDIA_TYPE = f'application/ld+json; profile="{CONFORMS_TO}"'

# The context that the specification gives, in the language of the texts.
_CONTEXT: dict[str, Any] = {
    "@language": "vi",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
# By the beginning of PostgreSQL's name of the type; all else is text.
_TYPES = {
    "smallint": "sc:Integer",
    "integer": "sc:Integer",
    "bigint": "sc:Integer",
    "numeric": "sc:Float",
    "real": "sc:Float",
    "double": "sc:Float",
    "boolean": "sc:Boolean",
    "date": "sc:Date",
    "timestamp": "sc:DateTime",
}
_NOT_IN_IDS = re.compile(r"[^\w.-]")
_VERSION = re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}")
_CSV = FORMATS["csv"]


def with_files(tables: Tables) -> dict[str, Table]:
    """The tables whose CSV is written: only of these is there a checksum."""
    return {resource_id: table for resource_id, table in tables.items() if _CSV.key in table.files}


def document(dataset: Dataset, tables: Tables) -> Node:
    """The dataset with those of its tables that have files. dataset: as `package_show` gives it."""
    names = {
        resource["id"]: resource.get("name") or about.title(dataset) for resource in dataset["resources"]
    }
    described = with_files(tables)
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        **about.properties(dataset, about.description(dataset, tables)),
        "version": version(dataset),
        "citeAs": citation(dataset),
        "distribution": [_file(key, names[key], table) for key, table in described.items()],
        "recordSet": [_records(key, names[key], table) for key, table in described.items()],
    }


def citation(dataset: Dataset) -> str:
    """How people cite the dataset: agency, title, portal, day of the last change, address."""
    parts = (
        about.agency_name(dataset),
        about.title(dataset),
        f"{config.site_title()}, {about.modified(dataset)[:10]}",
        addresses.dataset(dataset["id"]),
    )
    return ". ".join(filter(None, parts))


def version(dataset: Dataset) -> str:
    """The dataset's version in three numbers, as Croissant wants it; else the day of its last change."""
    given = str(dataset.get("version") or "")
    if _VERSION.fullmatch(given):
        return given
    numbers = [str(int(part)) for part in about.modified(dataset)[:10].split("-")]
    return ".".join([*numbers, "0", "0"][:3])


def _file(resource_id: str, name: str, table: Table) -> Node:
    [download] = listing.of_stored(resource_id, {_CSV.key: table.files[_CSV.key]})
    return {
        "@type": "cr:FileObject",
        "@id": _file_id(resource_id),
        "name": f"{name}.csv",
        "contentUrl": f"{config.site_url()}{download.path}",
        "encodingFormat": "text/csv",
        "contentSize": f"{download.size} B",
        "sha256": download.sha256,
    }


def _records(resource_id: str, name: str, table: Table) -> Node:
    keys = [
        {"@id": _field_id(resource_id, column)} for column in table.columns if column["info"].get("is_key")
    ]
    node: Node = {
        "@type": "cr:RecordSet",
        "@id": _records_id(resource_id),
        "name": name,
        "field": [_field(resource_id, column) for column in table.columns],
    }
    if keys:
        node["key"] = keys[0] if len(keys) == 1 else keys
    return node


def _field(resource_id: str, column: Column) -> Node:
    info = column["info"]
    said = [label_of(column), str(info.get("notes") or ""), str(info.get("unit") or "")]
    return {
        "@type": "cr:Field",
        "@id": _field_id(resource_id, column),
        "name": column["id"],
        "description": ". ".join(dict.fromkeys(filter(None, said))),
        "dataType": _data_type(column["type"]),
        "source": {"fileObject": {"@id": _file_id(resource_id)}, "extract": {"column": column["id"]}},
    }


def _data_type(database_type: str) -> str:
    return _TYPES.get(database_type.partition(" ")[0].partition("(")[0], "sc:Text")


def _file_id(resource_id: str) -> str:
    return f"{resource_id}.csv"


def _records_id(resource_id: str) -> str:
    return f"records-{resource_id}"


def _field_id(resource_id: str, column: Column) -> str:
    """Unlike names stay unlike: what stands for another character is itself written so."""
    return (
        f"{_records_id(resource_id)}/{_NOT_IN_IDS.sub(lambda found: quote(found[0], safe=''), column['id'])}"
    )
