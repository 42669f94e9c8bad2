"""Values from another portal as the metadata schemas take them; what does not fit is cut or left out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk

from ckanext.hue.schemas import concept
from ckanext.hue.validators import hue_bbox, hue_byte_size, hue_date, hue_unit_code, hue_url
from ckanext.hue.validators.references import LINK_SCHEMES, MAX_ITEM, MAX_ITEMS, MAX_URL

Cleaner = Callable[[Any], Any]

MAX_LINE = 500
MAX_TEXT = 10_000
MAX_VERSION = 100
IANA_MEDIA_TYPE = re.compile(r"https?://www\.iana\.org/assignments/media-types/")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*", re.IGNORECASE)
_FORMAT = re.compile(r"[\w .+/-]{1,50}")


def cleaned(values: Mapping[str, Any], fields: Mapping[str, Cleaner]) -> dict[str, Any]:
    """The values of these fields that something is left of."""
    found = {name: clean(values[name]) for name, clean in fields.items() if values.get(name) is not None}
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def line(limit: int) -> Cleaner:
    """One line of text; empty for anything but text and numbers."""
    return lambda value: " ".join(_plain(value).split())[:limit]


def _text(value: Any) -> str:
    return _plain(value).strip()[:MAX_TEXT]


def _plain(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _fitting(check: Callable[[Any], Any]) -> Cleaner:
    """What a validator makes of a text, and nothing where it refuses."""

    def clean(value: Any) -> Any:
        text = _plain(value).strip()
        try:
            return check(text) if text else None
        except tk.Invalid:
            return None

    return clean


def _several(clean: Cleaner) -> Cleaner:
    """The same for a list, which portals also write as JSON in a text; a value alone is a list of one."""

    def clean_all(value: Any) -> list[Any]:
        if isinstance(value, str) and value.startswith("["):
            value = _parsed(value)
        given = value if isinstance(value, list) else [value]
        return list(dict.fromkeys(filter(None, map(clean, given))))[:MAX_ITEMS]

    return clean_all


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _concept(vocabulary: str, stored: str = "uri") -> Cleaner:
    """The concept that a text names: its address, or its code where `stored` says so."""

    def clean(value: Any) -> str:
        known = concept(vocabulary, _plain(value))
        return "" if known is None else (stored == "uri" and known.uri) or known.code

    return clean


def _parts(fields: Mapping[str, Cleaner], fits: Callable[[dict[str, Any]], bool], most: int) -> Cleaner:
    """A repeating field: its parts cleaned one by one."""

    def clean(value: Any) -> list[dict[str, Any]]:
        given = value if isinstance(value, list) else [value]
        parts = [cleaned(part, fields) for part in given[: 10 * most] if isinstance(part, dict)]
        return [part for part in parts if part and fits(part)][:most]

    return clean


def _in_order(period: dict[str, Any]) -> bool:
    start, end = period.get("start", ""), period.get("end", "")
    length = min(len(start), len(end))
    return start[:length] <= end[:length]


def _address(value: Any) -> str:
    """A whole address that a page may link to; nothing that runs in a browser, nothing of this host."""
    text = re.sub(r"\s", "%20", _plain(value).strip())
    try:
        parts = urlsplit(text)
        whole = parts.scheme in LINK_SCHEMES and bool(parts.hostname)
    except ValueError:
        return ""
    return text if whole and len(text) <= MAX_URL else ""


def _format(value: Any) -> str:
    text = _plain(value).strip()
    if known := concept("formats", text):
        return known.name
    text = text.rstrip("/").rpartition("/")[2] if "://" in text else text
    return text if _FORMAT.fullmatch(text) else ""


def _media_type(value: Any) -> str:
    text = IANA_MEDIA_TYPE.sub("", _plain(value).strip())
    return text if len(text) <= MAX_VERSION and _MEDIA_TYPE.fullmatch(text) else ""


_LINE, _ITEM = line(MAX_LINE), line(MAX_ITEM)
_DATE, _WEB = _fitting(hue_date), _fitting(hue_url)
_AGENT = {"name": _LINE, "identifier": _LINE, "email": _LINE, "url": _WEB, "uri": _WEB}
_PLACE = {"code": _fitting(hue_unit_code), "text": _LINE, "bbox": _fitting(hue_bbox), "uri": _WEB}

DATASET: Mapping[str, Cleaner] = {
    "title_en": _LINE,
    "identifier": _LINE,
    "version": line(MAX_VERSION),
    "version_notes": _text,
    "provenance": _text,
    "rights": _text,
    "issued": _DATE,
    "url": _WEB,
    "dcat_type": _concept("dataset_types", "code"),
    "language": _several(_concept("languages")),
    "documentation": _several(_WEB),
    "conforms_to": _several(_ITEM),
    "applicable_legislation": _several(_ITEM),
    "temporal_coverage": _parts({"start": _DATE, "end": _DATE}, _in_order, MAX_ITEMS),
    "spatial_coverage": _parts(_PLACE, bool, MAX_ITEMS),
    "creator": _parts(_AGENT, bool, 1),
}

RESOURCE: Mapping[str, Cleaner] = {
    "url": _address,
    "name": _LINE,
    "description": _text,
    "format": _format,
    "mimetype": _media_type,
    "size": _fitting(hue_byte_size),
    "hash": _LINE,
    "hash_algorithm": _concept("checksum_algorithms"),
    "status": _concept("statuses"),
    "conforms_to": _several(_ITEM),
    "temporal_resolution": _concept("temporal_resolutions", "code"),
    "issued": _DATE,
    "modified": _DATE,
}
