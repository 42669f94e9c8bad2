"""Texts: cleaned, and of bounded length."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey

from ckanext.hue import slug
from ckanext.scheming.validation import scheming_validator

Field = dict[str, Any]
Check = Callable[[Any], Any]
FlatCheck = Callable[[FlattenKey, FlattenDataDict, FlattenErrorDict, Context], None]

# Control characters break PostgreSQL or XML; direction marks and zero-width spaces only deceive the eye.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u200b\u202a-\u202e\u2066-\u2069\ufeff]")


@scheming_validator
def hue_clean(field: Field | None, schema: dict[str, Any]) -> FlatCheck:
    """Before all others: every text in NFC without control characters, tags with the signs CKAN accepts.

    Parts of repeating fields that the schema does not name are dropped.
    """
    composites = {
        part["field_name"] for part in schema.get("dataset_fields", []) if "repeating_subfields" in part
    }

    def check(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
        for name in list(data):
            if name[0] in composites and name[-1] == "__extras":
                del data[name]
                continue
            data[name] = _clean(data[name])
            if name[0] == "tags" and name[-1] == "name" and isinstance(data[name], str):
                data[name] = slug.clean_tag(data[name])

    return check


def hue_line(limit: int) -> Check:
    """One line of text, blanks collapsed, at most `limit` characters."""

    def check(value: str) -> str:
        return limited(" ".join(value.split()), limit)

    return check


def hue_text(limit: int) -> Check:
    """Text of any lines, at most `limit` characters."""

    def check(value: str) -> str:
        return limited(value.strip(), limit)

    return check


def hue_tag_string(value: str) -> str:
    """Keywords between commas, each with the signs that CKAN accepts."""
    return ",".join(filter(None, (slug.clean_tag(word) for word in value.split(","))))


def limited(text: str, limit: int) -> str:
    if len(text) > limit:
        message = tk._("Too long: {length} characters, where at most {limit} fit")
        raise tk.Invalid(message.format(length=len(text), limit=limit))
    return text


def is_blank(value: Any) -> bool:
    return value is tk.missing or value is None or (isinstance(value, str) and not value.strip())


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", _UNWANTED.sub("", value))
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {name: _clean(item) for name, item in value.items()}
    return value
