"""All tables of a dataset as one ZIP: a CSV a table and `datapackage.json` (Frictionless Data Package)."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from typing import Any

from zipstream.ng import ZipStream

from ckanext.hue import config, slug
from ckanext.hue.schemas import concept

from . import delimited
from .errors import NoTable
from .selection import Column, Selection

MEDIA_TYPE = "application/zip"
EXTENSION = "zip"
DESCRIPTOR = "datapackage.json"
COMPRESSION_LEVEL = 4  # the download waits for the processor, not for the disk

_FIELD_TYPES = {
    "smallint": "integer",
    "integer": "integer",
    "bigint": "integer",
    "numeric": "number",
    "real": "number",
    "double precision": "number",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "datetime",
    "timestamptz": "datetime",
    "text": "string",
    "character varying": "string",
}


class _Entry:
    """One table of the ZIP, measured while it is read."""

    def __init__(self, resource: Mapping[str, Any], selection: Selection, name: str) -> None:
        self.resource = resource
        self.selection = selection
        self.name = name
        self.size = 0
        self._hash = hashlib.sha256()
        self._first: bytes | None = None
        self.stream = delimited.csv(selection)

    def start(self) -> None:
        """Ask for the first bytes, so that what is wrong shows before any byte has left."""
        self._first = next(self.stream)

    def __iter__(self) -> Iterator[bytes]:
        if self._first is not None:
            yield self._measured(self._first)
        for chunk in self.stream:
            yield self._measured(chunk)

    def _measured(self, chunk: bytes) -> bytes:
        self.size += len(chunk)
        self._hash.update(chunk)
        return chunk

    def descriptor(self) -> dict[str, Any]:
        """The Frictionless resource; size and hash are right once the entry was read."""
        return _filled(
            {
                "name": self.name,
                "path": f"{self.name}.csv",
                "profile": "tabular-data-resource",
                "title": self.resource.get("name"),
                "description": self.resource.get("description"),
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "bytes": self.size,
                "hash": f"sha256:{self._hash.hexdigest()}",
                "dialect": {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "header": True},
                "schema": {
                    "fields": [_field(column) for column in self.selection.columns],
                    "missingValues": [""],
                },
            }
        )


def stream_zip(
    dataset: Mapping[str, Any], tables: Sequence[tuple[Mapping[str, Any], Selection]]
) -> Iterator[bytes]:
    """The ZIP's bytes, while its tables are read one after the other.

    dataset: what `package_show` gives; tables: resources with what to write of their tables, each one state
    of its table. Raises FileError; of the first table before the first byte.
    """
    if not tables:
        raise NoTable()
    entries = [
        _Entry(resource, selection, name)
        for (resource, selection), name in zip(tables, _names(tables), strict=True)
    ]
    zipped = ZipStream(compress_type=zipfile.ZIP_DEFLATED, compress_level=COMPRESSION_LEVEL)
    for entry in entries:
        zipped.add(entry, f"{entry.name}.csv")
    zipped.add(_descriptor(dataset, entries), DESCRIPTOR)
    with ExitStack() as stack:
        for entry in entries:
            stack.enter_context(closing(entry.stream))  # pyright: ignore[reportArgumentType]
        entries[0].start()
        for chunk in zipped:
            if chunk:
                yield chunk


def _names(tables: Sequence[tuple[Mapping[str, Any], Selection]]) -> list[str]:
    """A file name without extension for each table: a slug of the resource's name, unique."""
    names: list[str] = []
    for resource, _ in tables:
        base = slug.slugify_vi(str(resource.get("name") or "bang"))
        name, number = base, 1
        while name in names:
            number += 1
            name = slug.with_suffix(base, number)
        names.append(name)
    return names


def _descriptor(dataset: Mapping[str, Any], entries: Sequence[_Entry]) -> Iterator[bytes]:
    """`datapackage.json`, made when the entries before it have been read."""
    described = {**_about(dataset), "resources": [entry.descriptor() for entry in entries]}
    yield json.dumps(described, ensure_ascii=False, indent=2).encode()


def _about(dataset: Mapping[str, Any]) -> dict[str, Any]:
    return _filled(
        {
            "profile": "tabular-data-package",
            "name": dataset["name"],
            "id": dataset["id"],
            "title": dataset.get("title"),
            "description": dataset.get("notes"),
            "homepage": f"{config.site_url()}/dataset/{dataset['name']}",
            "version": dataset.get("version"),
            "keywords": [tag["name"] for tag in dataset.get("tags") or []],
            "licenses": _licenses(dataset),
            "sources": _sources(dataset),
            "contributors": _contributors(dataset),
        }
    )


def _licenses(dataset: Mapping[str, Any]) -> list[dict[str, Any]]:
    known = concept("licenses", str(dataset.get("license_id") or ""))
    if known is None:
        return []
    url = known.get("url") or known.uri
    name = known.get("spdx")
    return [_filled({"name": name, "path": url, "title": known.name})] if name or url else []


def _sources(dataset: Mapping[str, Any]) -> list[dict[str, Any]]:
    system = str(dataset.get("source_system") or "")
    known = concept("source_systems", system)
    source = _filled({"title": known.name if known else system, "path": dataset.get("url")})
    return [{"title": source.get("path", ""), **source}] if source else []


def _contributors(dataset: Mapping[str, Any]) -> list[dict[str, Any]]:
    publisher = (dataset.get("organization") or {}).get("title")
    people = [
        {"title": publisher, "role": "publisher"},
        *(_person(person, "author") for person in dataset.get("creator") or []),
        *(_person(person, "contact") for person in dataset.get("contact") or []),
    ]
    return [_filled(person) for person in people if person["title"]]


def _person(person: Mapping[str, Any], role: str) -> dict[str, Any]:
    return {
        "title": person.get("name"),
        "role": role,
        "email": person.get("email"),
        "path": person.get("url") or person.get("uri"),
    }


def _field(column: Column) -> dict[str, Any]:
    info, kind = column["info"], _FIELD_TYPES.get(column["type"], "string")
    return _filled(
        {
            "name": column["id"],
            "type": kind,
            # Date and time are parted by a blank, as spreadsheets read them.
            "format": "any" if kind == "datetime" else None,
            "title": info.get("label"),
            "description": info.get("notes"),
            "unit": info.get("unit"),
        }
    )


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    """The values without those that say nothing."""
    return {key: value for key, value in values.items() if value not in (None, "", [], {})}
