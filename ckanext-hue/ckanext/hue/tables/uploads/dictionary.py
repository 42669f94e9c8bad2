"""The data dictionary form: units, keys and declared types beside CKAN's own labels and descriptions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey, Schema

# What `type_override` may say, as the platform's `kieu`, with the name that people read.
TYPES = {
    "": "Found from the whole column",
    "text": "Text",
    "int": "Whole number",
    "numeric": "Decimal number",
    "date": "Date",
    "timestamp": "Date and time",
    "bool": "Yes or no",
}
_STORED = {
    "text": ("text",),
    "int": ("int8", "int4", "int2", "bigint", "integer"),
    "numeric": ("numeric",),
    "date": ("date",),
    "timestamp": ("timestamp",),
    "bool": ("bool", "boolean"),
}
# xloader's and CKAN's own names of types that are ours under another name.
_ALIASES = {"integer": "int", "bigint": "int", "boolean": "bool"}
_YES = ("true", "1", "yes", "on")
MAX_LENGTH = {"label": 500, "notes": 10_000, "unit": 100}
OURS = ("unit", "is_key", "type_override")


def with_our_fields(schema: Schema) -> Schema:
    """CKAN's schema of `datastore_create`, with a dictionary entry that is checked and keeps what we add."""
    fields = schema["fields"]
    if isinstance(fields, dict):
        fields["info"] = [tk.get_validator("ignore_missing"), check_entry]
    return schema


def check_entry(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """Check one column's dictionary entry (a dict); what it does not name of ours stays as it is stored.

    An empty value takes ours away; forms that do not know our keys do not send them.
    """
    entry = data[key]
    if not isinstance(entry, dict):
        errors[key].append(tk._("An entry of the data dictionary is an object"))
        return
    current = context.get("plugin_data", {}).get(key[-2], {}).get("_current", {})  # pyright: ignore[reportAttributeAccessIssue]
    stored = current.get("_info") or {}
    merged = {**{name: stored[name] for name in OURS if name in stored}, **entry}
    for name, limit in MAX_LENGTH.items():
        if len(str(merged.get(name) or "")) > limit:
            message = tk._("{field} has at most {limit} characters").format(field=name, limit=limit)
            errors[key].append(message)
    given = str(merged.get("type_override") or "").strip().lower()
    declared = _ALIASES.get(given, given)
    if declared not in TYPES:
        choices = ", ".join(name for name in TYPES if name)
        message = tk._("{type} is no type; choose one of: {choices}").format(type=given[:50], choices=choices)
        errors[key].append(message)
    data[key] = _clean(merged, declared)


def _clean(entry: Mapping[str, Any], declared: str) -> dict[str, Any]:
    kept = {name: value for name, value in entry.items() if name not in OURS}
    unit = " ".join(str(entry.get("unit") or "").split())
    if unit:
        kept["unit"] = unit
    if str(entry.get("is_key", "")).strip().lower() in _YES:
        kept["is_key"] = True
    if declared:
        kept["type_override"] = declared
    return kept


def name_of(stored: str) -> str:
    """The name that people read of a type of the DataStore; the type itself where it has none."""
    return next((TYPES[ours] for ours, types in _STORED.items() if stored in types), stored)


def not_applied(fields: Iterable[Mapping[str, Any]]) -> list[str]:
    """The columns whose declared type is not the one of the table. fields: of `datastore_info`."""
    found = []
    for field in fields:
        declared = (field.get("info") or {}).get("type_override", "")
        if declared in _STORED and field["type"] not in _STORED[declared]:
            found.append(field["id"])
    return found
