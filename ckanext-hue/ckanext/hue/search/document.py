"""The Solr document of a dataset: what is searched beyond CKAN's own fields, nothing too long for Solr."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ckanext.hue.metadata import units
from ckanext.hue.schemas import concept

from . import entries, facts

# Solr refuses a string over 32,766 bytes, and the whole dataset with it. Text that is taken apart into words
# has no limit of its own; what comes after so many characters is not found.
MAX_STRING_BYTES = 32_000
MAX_TEXT = 100_000
MAX_VALUES = 2_000  # of one field
MAX_COLUMNS = 1_000  # of one dataset
FIRST_YEAR, LAST_YEAR = 1800, 2100
MAX_YEARS = 200
_STORED_ONLY = frozenset({"data_dict", "validated_data_dict"})
_TEXT = re.compile(
    r"title|notes|text|urls|author(_email)?|maintainer(_email)?|res_name|res_description"
    r"|hue_(columns|agency|field|places|english)|(res_)?extras_.*"
)
_YEAR = re.compile(r"\d{4}(?!\d)")
_SMALL_WORDS = frozenset({"và", "của", "tỉnh", "thành", "phố"})
_WORD = re.compile(r"\w+")


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """Return CKAN's document with what the portal adds, every value short enough for Solr."""
    dataset = json.loads(document["validated_data_dict"])
    found = {**document, **_added(dataset)}
    return {
        key: value if key in _STORED_ONLY else _fitting(value, is_text=_TEXT.fullmatch(key) is not None)
        for key, value in found.items()
    }


def _added(dataset: Mapping[str, Any]) -> dict[str, list[str]]:
    known = facts.about(dataset)
    columns = _columns(dataset, known)
    places = list(_units(dataset))
    return {
        "hue_english": list(_english(dataset, known)),
        "hue_columns": columns,
        "hue_agency": list(_agency(dataset, known)),
        "hue_field": list(_fields(dataset)),
        "hue_places": list(_place_names(dataset)),
        "hue_units": with_parents(places),
        "hue_years": years(dataset),
        "hue_suggest": entries.of(dataset, columns, places),
    }


def with_parents(codes: Iterable[str]) -> list[str]:
    """These units and what they lie in, up to the province, each once."""
    found: dict[str, None] = {}
    for code in codes:
        unit = units.unit(code)
        if unit is not None:
            found |= {code: None, unit.province: None}
    return list(found)


def years(dataset: Mapping[str, Any]) -> list[str]:
    """The years that a dataset's data is about; of a period without an end only the first is known."""
    found: set[int] = set()
    for period in dataset.get("temporal_coverage") or ():
        start, end = _year(period.get("start")), _year(period.get("end"))
        first, last = start or end, end or start
        if first and last:
            found.update(range(max(first, FIRST_YEAR), min(last, LAST_YEAR) + 1))
    return [str(year) for year in sorted(found)[-MAX_YEARS:]]


def initials(title: str) -> list[str]:
    """How people shorten an agency's name: «Sở Giáo dục và Đào tạo» is SGDĐT, and with its kind Sở GDĐT."""
    words = [word for word in _WORD.findall(title) if word.lower() not in _SMALL_WORDS]
    if len(words) < 3:
        return []
    letters = "".join(word[0] for word in words)
    return [letters.upper(), f"{words[0]} {letters[1:].upper()}"]


def _columns(dataset: Mapping[str, Any], known: facts.Facts) -> list[str]:
    names: dict[str, None] = {}
    for resource in dataset.get("resources") or ():
        names |= dict.fromkeys(known.columns.get(resource["id"], ()))
    return list(names)[:MAX_COLUMNS]


def _agency(dataset: Mapping[str, Any], known: facts.Facts) -> Iterator[str]:
    organization = dataset.get("organization")
    if not organization:
        return
    title = organization.get("title") or organization["name"]
    yield title
    yield from initials(title)
    if code := known.agencies.get(organization["id"], {}).get("agency_code"):
        yield str(code)


def _fields(dataset: Mapping[str, Any]) -> Iterator[str]:
    for group in dataset.get("groups") or ():
        yield group.get("title") or group.get("display_name") or group["name"]


def _english(dataset: Mapping[str, Any], known: facts.Facts) -> Iterator[str]:
    if title := dataset.get("title_en"):
        yield title
    for group in dataset.get("groups") or ():
        if field := concept("fields", group["name"]):
            yield field.name_en
    if title := known.agencies.get(dataset.get("owner_org") or "", {}).get("title_en"):
        yield str(title)


def _units(dataset: Mapping[str, Any]) -> Iterator[str]:
    for place in dataset.get("spatial_coverage") or ():
        if place.get("code"):
            yield place["code"]


def _place_names(dataset: Mapping[str, Any]) -> Iterator[str]:
    for place in dataset.get("spatial_coverage") or ():
        names = {units.name_of(place.get("code") or ""), place.get("text") or ""}
        yield from sorted(names - {""})


def _year(value: Any) -> int | None:
    found = _YEAR.match(value) if isinstance(value, str) else None
    return int(found[0]) if found else None


def _fitting(value: Any, *, is_text: bool) -> Any:
    if isinstance(value, list):
        return [_fitting(element, is_text=is_text) for element in value[:MAX_VALUES]]
    if not isinstance(value, str):
        return value
    if is_text:
        return value[:MAX_TEXT]
    if len(value) * 4 > MAX_STRING_BYTES and len(value.encode(errors="replace")) > MAX_STRING_BYTES:
        return value.encode(errors="replace")[:MAX_STRING_BYTES].decode(errors="ignore")
    return value
