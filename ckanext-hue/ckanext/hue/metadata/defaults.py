"""What a new dataset's form begins with: what its agency said last time, else what is known of the agency."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.hue import config
from ckanext.hue.schemas import concept

from . import agencies, units

# What datasets of one agency mostly share. A period, a title or a pledge is each dataset's own.
SHARED = ("contact", "license_id", "access_rights", "spatial_coverage", "language")


def of_agency(agency_id: str) -> dict[str, Any]:
    """The fields that a new dataset of this agency begins with; for whoever is asking."""
    agency = model.Group.get(agency_id) if agency_id else None
    if agency is None or not agency.is_organization or agency.state != "active":
        return _of_nobody()
    newest = _newest_dataset(agency.id)
    shared = {name: newest[name] for name in SHARED if newest.get(name)}
    return {**_of_nobody(), **_of_agency(agency), **shared}


def _of_nobody() -> dict[str, Any]:
    return {
        "access_rights": _stored("access_rights", "mo"),
        "license_id": "cc-by-4.0",
        "language": [_stored("languages", "vie")],
        "spatial_coverage": _place(config.province()),
    }


def _of_agency(agency: model.Group) -> dict[str, Any]:
    known = concept("agencies", agency.name)
    said = agencies.said_of(agency.id)
    ways = {name: said[name] for name in ("email", "phone", "url") if said.get(name)}
    contact = {"name": agency.title or agency.name, **ways}
    place = _place(known.get("unit_code", "")) if known else []
    return {"contact": [contact], **({"spatial_coverage": place} if place else {})}


def _newest_dataset(agency_id: str) -> dict[str, Any]:
    """The agency's newest dataset that the person asking may see, as package_show gives it; else empty."""
    found = tk.get_action("package_search")(
        {},
        {
            "fq": f"owner_org:{agency_id}",
            "sort": "metadata_created desc",
            "rows": 1,
            "include_private": True,
            "use_default_schema": False,
        },
    )["results"]
    return found[0] if found else {}


def _place(code: str) -> list[dict[str, str]]:
    unit = units.unit(code)
    return [{"code": unit.code}] if unit else []


def _stored(vocabulary: str, code: str) -> str:
    known = concept(vocabulary, code)
    return known.uri if known else ""
