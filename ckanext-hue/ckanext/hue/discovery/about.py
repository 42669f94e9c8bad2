"""What is said of a dataset in the words of schema.org, wherever it is said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.hue import choices, config
from ckanext.hue.catalog import addresses
from ckanext.hue.schemas import concept

from . import places
from .tables import Tables
from .wording import described

Dataset = Mapping[str, Any]
Node = dict[str, Any]

_OPEN = ".."  # an end of a period that is not known (ISO 8601-2)
_MOST_COLUMNS = 200


def properties(dataset: Dataset, description: str) -> Node:
    """The properties of a schema.org Dataset, without its files.

    dataset: as `package_show` gives it; description: as `description` makes it.
    """
    publisher = _publisher(dataset)
    return filled(
        {
            "@id": addresses.dataset(dataset["id"]),
            "name": title(dataset),
            "alternateName": dataset.get("title_en"),
            "description": description,
            "url": places.page(places.dataset(dataset["name"])),
            "identifier": [*filter(None, (addresses.dataset(dataset["id"]), dataset.get("identifier")))],
            "license": license_address(dataset),
            "conditionsOfAccess": dataset.get("rights"),
            "isAccessibleForFree": True,
            "keywords": keywords(dataset),
            "creator": [_agency(each) for each in dataset.get("creator") or () if each.get("name")]
            or publisher,
            "publisher": publisher,
            "datePublished": issued(dataset),
            "dateModified": modified(dataset),
            "version": dataset.get("version"),
            "inLanguage": languages(dataset),
            "temporalCoverage": _one_or_all(_periods(dataset)),
            "spatialCoverage": _one_or_all(_places(dataset)),
            "includedInDataCatalog": catalog(),
        }
    )


def title(dataset: Dataset) -> str:
    return dataset.get("title") or dataset["name"]


def agency_name(dataset: Dataset) -> str:
    """The agency that publishes the dataset; empty where there is none."""
    organization = dataset.get("organization") or {}
    return organization.get("title") or organization.get("name") or ""


def description(dataset: Dataset, tables: Tables) -> str:
    """Plain text, of a length that search engines take."""
    labels = [label for table in tables.values() for label in table.labels]
    return described(
        plain(dataset.get("notes")), title(dataset), agency_name(dataset), labels[:_MOST_COLUMNS]
    )


def plain(text: str | None) -> str:
    """A text with markup as plain text."""
    return str(tk.h.markdown_extract(text or "", extract_length=0))


def license_address(dataset: Dataset) -> str | None:
    """The page of the dataset's licence, or what names the licence in the EU's list."""
    known = concept("licenses", dataset.get("license_id"))
    found = (known and (known.get("url") or known.uri)) or dataset.get("license_url")
    return found if found and is_web(found) else None


def keywords(dataset: Dataset) -> list[str]:
    tags = [tag.get("display_name") or tag["name"] for tag in dataset.get("tags") or ()]
    fields = [group.get("display_name") or group["name"] for group in dataset.get("groups") or ()]
    return list(dict.fromkeys([*tags, *fields]))


def issued(dataset: Dataset) -> str:
    return dataset.get("issued") or _utc(dataset["metadata_created"])


def modified(dataset: Dataset) -> str:
    return dataset.get("modified") or _utc(dataset["metadata_modified"])


def languages(dataset: Dataset) -> list[str]:
    """Language tags; Vietnamese where the dataset names none."""
    found = [concept("languages", each) for each in dataset.get("language") or ()]
    return [each["aliases"][0] for each in found if each] or [config.language()]


def catalog() -> Node:
    """The portal as a catalogue of data, in brief."""
    return {
        "@type": "DataCatalog",
        "@id": addresses.catalog(),
        "name": config.site_title(),
        "url": places.page(places.HOME),
    }


def is_public(dataset: Dataset) -> bool:
    """Whether search engines are told of the dataset: anyone may see it, and its source still has it."""
    return (
        dataset.get("state") == model.State.ACTIVE
        and not dataset.get("private")
        and dataset.get("harvest_state") not in ("withdrawn", "archived")
    )


def is_web(address: str) -> bool:
    """Whether a browser can follow the address."""
    return address.startswith(("http://", "https://"))


def filled(node: Node) -> Node:
    """The properties that say something."""
    return {key: value for key, value in node.items() if value not in (None, "", [])}


def _publisher(dataset: Dataset) -> Node | None:
    organization = dataset.get("organization")
    if not organization:
        return None
    return {
        "@type": "Organization",
        "@id": addresses.agency(organization["id"]),
        "name": agency_name(dataset),
        "identifier": addresses.agency(organization["id"]),
        "url": places.page(places.agency(organization["name"])),
    }


def _agency(values: Mapping[str, Any]) -> Node:
    identifier = values.get("identifier") or values.get("uri")
    return filled(
        {
            "@type": "Organization",
            "name": values["name"],
            "identifier": identifier,
            "url": values.get("url") or values.get("uri"),
            "email": values.get("email"),
        }
    )


def _periods(dataset: Dataset) -> list[str]:
    return [
        f"{period.get('start') or _OPEN}/{period.get('end') or _OPEN}"
        for period in dataset.get("temporal_coverage") or ()
        if period.get("start") or period.get("end")
    ]


def _places(dataset: Dataset) -> list[Node]:
    found: list[Node] = []
    for place in dataset.get("spatial_coverage") or ():
        code = place.get("code")
        name = place.get("text") or (code and choices.hue_unit_name(code)) or code
        box = _box(place.get("bbox"))
        if name or box:
            shape = {"@type": "GeoShape", "box": box} if box else None
            found.append(filled({"@type": "Place", "name": name, "identifier": code, "geo": shape}))
    return found


def _box(bbox: str | None) -> str | None:
    """South, west, north and east of a rectangle, as schema.org writes a box. bbox: a GeoJSON polygon."""
    try:
        points = json.loads(bbox)["coordinates"][0] if bbox else None
        if not points:
            return None
        xs, ys = [float(point[0]) for point in points], [float(point[1]) for point in points]
    except (IndexError, KeyError, TypeError, ValueError):
        return None  # a catalogue of others may hold shapes that are no rectangle
    return f"{min(ys):g} {min(xs):g} {max(ys):g} {max(xs):g}"


def _utc(moment: str) -> str:
    """A moment as CKAN keeps it: UTC, without an offset."""
    return moment if moment.endswith(("Z", "+00:00")) else f"{moment}Z"


def _one_or_all(found: list[Any]) -> Any:
    return found[0] if len(found) == 1 else found
