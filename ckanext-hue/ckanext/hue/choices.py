"""What forms and pages need of the vocabularies: choices, labels, the licence register, names of units."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.hue.metadata import units
from ckanext.hue.schemas import Concept, concept, vocabulary
from ckanext.hue.slug import fold

# Template helpers: what the plugin registers of this module.
__all__ = ["hue_agency_choices", "hue_concept_label", "hue_unit_name", "hue_vocabulary_choices"]

# CKAN's `licenses_group_url` names this file as file://…; `write_licenses` makes it.
LICENSES_FILE = Path(__file__).parent / "public" / "licenses.json"

_UNIT_CODE = re.compile(r"[0-9]{2}|[0-9]{3}|[0-9]{5}")


def hue_vocabulary_choices(field: dict[str, Any]) -> list[dict[str, Any]]:
    """The choices of a scheming field: the concepts of its `vocabulary`, as `value` and `label` {vi, en}."""
    return [
        {"value": stored_value(field, entry), "label": {"vi": entry.name, "en": entry.name_en}}
        for entry in vocabulary(field["vocabulary"])
    ]


def hue_concept_label(name: str, value: str) -> str:
    """The label, in the page's language, of `value` (a code or an address) in vocabulary `name`.

    A value that the vocabulary does not know is its own label.
    """
    known = concept(name, value)
    return known.label(tk.h.lang()) if known else value


def hue_unit_name(code: str) -> str:
    """The name of the administrative unit with this code; empty for unknown codes.

    Provinces have two digits, wards and communes five; districts, abolished on 2025-07-01, had three.
    """
    return units.name_of(code)


def hue_agency_choices(field: dict[str, Any]) -> list[dict[str, Any]]:
    """The agencies of the portal, by their names."""
    agencies = model.Session.query(model.Group.id, model.Group.title, model.Group.name).filter(
        model.Group.is_organization, model.Group.state == "active"
    )
    ordered = sorted(agencies, key=lambda agency: fold(agency.title or agency.name))
    return [{"value": agency.id, "label": agency.title or agency.name} for agency in ordered]


def stored_value(field: dict[str, Any], entry: Concept) -> str:
    """What is kept for `entry`: its address if the field `stores` those and it has one, else its code."""
    return (field["stores"] == "uri" and entry.uri) or entry.code


def is_unit_code(code: str) -> bool:
    """Whether `code` has the form of an administrative unit's code, in force or abolished."""
    return _UNIT_CODE.fullmatch(code) is not None


def license_register() -> list[dict[str, Any]]:
    """The licences as CKAN's licence register reads them, with Vietnamese titles."""
    return [
        {
            "id": entry.code,
            "title": entry.name,
            "title_en": entry.name_en,
            "url": entry.get("url", ""),
            "status": "active",
            "od_conformance": "approved" if entry["open"] else "not reviewed",
            "osd_conformance": "not reviewed",
            "domain_content": True,
            "domain_data": True,
            "domain_software": False,
            "family": "",
            "is_generic": entry.code == "other",
        }
        for entry in vocabulary("licenses")
    ]


def write_licenses(path: Path = LICENSES_FILE) -> None:
    """Write the licence register to `path` (ASCII: CKAN opens it in the locale's encoding)."""
    path.write_text(json.dumps(license_register(), indent=2) + "\n", encoding="ascii")
