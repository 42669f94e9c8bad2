"""Template helpers of the forms; each is `h.hue_…` in a template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

import ckan.plugins.toolkit as tk
from ckan import model
from werkzeug.http import parse_options_header

from . import defaults, units

# Controls that are not called `field-NAME`, by their snippet.
_TARGETS = {
    "organization.html": "field-organizations",
    "hue_upload.html": "field-resource-url",
    "organization_upload.html": "field-image-url",
}
MAX_FILE_NAME = 200


class Part(TypedDict):
    """A heading of the form and the fields under it."""

    title: Any
    fields: list[Mapping[str, Any]]


class Fault(TypedDict):
    """A line of the summary of errors: where it leads, what it is about, what is wrong."""

    target: str
    label: str
    message: str


def hue_form_groups(fields: Sequence[Mapping[str, Any]]) -> list[Part]:
    """The fields that forms show, under their headings; fields before the first heading have none."""
    parts: list[Part] = []
    for field in fields:
        if "form_group" in field or not parts:
            parts.append({"title": field.get("form_group"), "fields": []})
        if field.get("form_snippet", "") is not None:
            parts[-1]["fields"].append(field)
    return [part for part in parts if part["fields"]]


def hue_form_faults(errors: Mapping[str, Any], fields: Sequence[Mapping[str, Any]]) -> list[Fault]:
    """Every error of a form in the order of its fields, each with the id of the control that it is about."""
    rest = dict(errors)
    faults: list[Fault] = []
    for field in fields:
        given = rest.pop(field["field_name"], None)
        if given:
            faults.extend(_faults(field, given))
    return [*faults, *(_other(name, given) for name, given in sorted(rest.items()) if given)]


def hue_unit_groups() -> list[tuple[str, list[units.Unit]]]:
    """(heading, units) for those who choose from a list: the portal's own province, then the others."""
    home = units.home_units()
    return [
        (tk._("In force since 1 July 2025"), [unit for unit in home if not unit.former]),
        (tk._("Former districts, for older figures"), [unit for unit in home if unit.former]),
        (tk._("Other provinces"), [unit for unit in units.provinces() if unit not in home]),
    ]


def hue_unit_label(code: str) -> str:
    """How forms show the unit with this code; the code itself where there is none."""
    found = units.unit(code)
    return units.label(found) if found else code


def hue_new_dataset(data: Mapping[str, Any]) -> dict[str, Any]:
    """What the form of a new dataset begins with, beside what its address says."""
    available = tk.h.organizations_available("create_dataset")
    agency = data.get("owner_org") or data.get("group_id") or (available[0]["id"] if available else "")
    begun = defaults.of_agency(agency)
    return {name: value for name, value in begun.items() if not data.get(name)}


def hue_chosen_file() -> str:
    """The name, as the person knows it, of the file that the form brought along; empty without one."""
    file = tk.request.files.get("upload")
    if not file:
        return ""
    # What arrived: `filename` may be the safe name already under which it would have been stored.
    _, said = parse_options_header(file.headers.get("Content-Disposition", ""))
    return said.get("filename", "")[:MAX_FILE_NAME]


def hue_fields_to_choose(dataset: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(id, title) of the fields that a dataset is not in yet, by title."""
    chosen = {group["id"] for group in dataset.get("groups") or ()}
    fields = model.Group.all(group_type="group")
    return sorted(
        ((field.id, field.title or field.name) for field in fields if field.id not in chosen),
        key=lambda field: field[1],
    )


def hue_agency_title(agency_id: str) -> tuple[str, str] | None:
    """(title, name) of an agency; None when there is none."""
    found = model.Group.get(agency_id)
    return (found.title or found.name, found.name) if found and found.state == "active" else None


def _faults(field: Mapping[str, Any], given: Any) -> list[Fault]:
    label = _text(field["label"])
    name = field["field_name"]
    if "repeating_subfields" not in field:
        target = _TARGETS.get(field.get("form_snippet", ""), f"field-{name}")
        return [{"target": target, "label": label, "message": _message(given)}]
    part_label = _text(field.get("repeating_label", field["label"]))
    return [
        {
            "target": f"field-{name}-{index}-{subfield['field_name']}",
            "label": _part_label(part_label, index + 1, _text(subfield["label"])),
            "message": _message(part[subfield["field_name"]]),
        }
        for index, part in enumerate(given)
        for subfield in field["repeating_subfields"]
        if part.get(subfield["field_name"])
    ]


def _part_label(part: str, number: int, field: str) -> str:
    return f"{part} {number}" if field == part else f"{part} {number}, {field}"


def _other(name: str, given: Any) -> Fault:
    return {"target": f"field-{name}", "label": name, "message": _message(given)}


def _message(given: Any) -> str:
    return str(given[0]) if isinstance(given, list) and given else str(given)


def _text(text: Any) -> str:
    return tk.h.scheming_language_text(text)
