"""What was stored before a validator became stricter, or before what it names was gone, may stay as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ckan import model
from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey

from ckanext.hue.metadata import agencies

from .text import is_blank

# Names, agencies and addresses that browsers follow are always looked at.
_COLUMNS = ("title", "notes", "license_id", "version")
_RESOURCE_COLUMNS = ("name", "description", "format", "mimetype")


def hue_kept(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """After all fields: no fault is found in a value, or a part of several, that was stored just so.

    Otherwise nobody, and no program, could change anything else of an old dataset.
    """
    for place, faults in errors.items():
        if faults and is_as_stored(place, data, context):
            faults.clear()


def is_as_stored(place: FlattenKey, data: FlattenDataDict, context: Context) -> bool:
    """Whether what stands here, something, is what is stored already; of a part: whether all of it is."""
    if is_blank(data.get(place)):
        return False
    if place[0] == "resources":
        return len(place) == 3 and _is_same(data[place], _of_resource(place, data, context))
    stored = _stored(context)
    if len(place) == 1:
        return _is_same(data[place], stored.get(place[0]))
    return len(place) == 3 and part_of(place, data) in parts(place[0], stored)


def has_field_as_stored(field: str, data: FlattenDataDict, context: Context) -> bool:
    """Whether a field of a dataset, with all its parts, says what is stored, be it nothing."""
    stored = _stored(context)
    places = sorted({key[:2] for key in data if key[0] == field and len(key) == 3})
    if places:
        given = [part_of(place, data) for place in places]
        return [part for part in given if part] == parts(field, stored)
    value = data.get((field,))
    return _is_same(value, stored.get(field)) or (is_blank(value) and is_blank(stored.get(field)))


def part_of(place: FlattenKey, data: FlattenDataDict) -> dict[str, Any]:
    """What is said in the part that `place` is, or lies in."""
    return {
        key[2]: value
        for key, value in data.items()
        if len(key) == 3 and key[:2] == place[:2] and not is_blank(value)
    }


def parts(field: str, stored: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parts that are stored of a field."""
    found = _read(stored.get(field))
    listed = [part for part in found if isinstance(part, dict)] if isinstance(found, list) else []
    said = [{name: value for name, value in part.items() if not is_blank(value)} for part in listed]
    return [part for part in said if part]


def stored_parts(field: str, context: Context) -> list[dict[str, Any]]:
    """The parts that are stored of the dataset's field."""
    return parts(field, _stored(context))


def _stored(context: Context) -> Mapping[str, Any]:
    """The fields of the dataset, agency or group that is being changed; none of a new one."""
    package, group = context.get("package"), context.get("group")
    if package is not None:
        return {**{name: getattr(package, name) for name in _COLUMNS}, **(package.extras or {})}
    return agencies.said_of(group.id) if group is not None else {}


def _of_resource(place: FlattenKey, data: FlattenDataDict, context: Context) -> Any:
    package, resource_id = context.get("package"), data.get((*place[:-1], "id"))
    resources: list[model.Resource] = package.resources if package is not None else []
    found = next((resource for resource in resources if resource.id == resource_id), None)
    if found is None:
        return None
    return getattr(found, place[-1]) if place[-1] in _RESOURCE_COLUMNS else found.extras.get(place[-1])


def _is_same(given: Any, stored: Any) -> bool:
    return not is_blank(stored) and (given == stored or _read(given) == _read(stored))


def _read(value: Any) -> Any:
    """A list that is kept as JSON; what is none stays what it is."""
    if not isinstance(value, str) or not value.startswith("["):
        return value
    try:
        return json.loads(value)
    except (RecursionError, ValueError):
        return value
