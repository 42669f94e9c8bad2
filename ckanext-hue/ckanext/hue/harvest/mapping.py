"""From a source's listing entry to the dataset that the portal publishes: pure functions."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from ckanext.hue.harvesters.base import TableEntry
from ckanext.hue.schemas import concept
from ckanext.hue.slug import clean_tag
from ckanext.hue.tables.loading import LoadedList

from .sources import HarvestSource

DEFAULT_LICENSE = "cc-by-4.0"
MAX_TITLE = 500
MAX_NOTES = 20_000
MIN_KEYWORD = 2
MAX_KEYWORDS = 50
VIETNAM = timezone(timedelta(hours=7))


def dataset(
    source: HarvestSource,
    entry: TableEntry,
    lists: list[LoadedList],
    *,
    organization_id: str,
    group: str | None,
) -> dict[str, Any]:
    """The dataset's metadata as CKAN's actions take it, without its `name`.

    Descriptive fields that the source does not give are left out: they lower the quality score, they
    never refuse a table. Whoever adds a source vouches that it holds no personal data.
    """
    frequency = concept("frequencies", entry.frequency)
    updated = moment(entry.updated)
    contact = dataclasses.asdict(entry.contact)
    return {
        "id": source.dataset_id(entry.remote_id),
        "type": "dataset",
        "state": "active",
        "private": False,
        "title": entry.title[:MAX_TITLE],
        "notes": entry.description[:MAX_NOTES],
        "owner_org": organization_id,
        "groups": [{"name": group}] if group else [],
        "tags": [{"name": word} for word in keywords(entry.keywords)],
        "license_id": license_id(entry.license),
        "access_rights": _access_rights(entry.access),
        "frequency": frequency.uri if frequency else "",
        "modified": updated.astimezone(VIETNAM).date().isoformat() if updated else "",
        "contact": [contact] if any(contact.values()) else [],
        "no_personal_data": True,
        "source_system": "so-hoa" if source.kind == "platform" else "",
        "harvest_source": source.name,
        "harvest_id": entry.remote_id,
        "harvest_state": "active",
        "resources": [_resource(entry, loaded, alone=len(lists) == 1) for loaded in lists],
    }


def keywords(words: tuple[str, ...]) -> list[str]:
    """Keywords as CKAN accepts them, once each; those that leave nothing are dropped."""
    cleaned = (clean_tag(word) for word in words)
    return list(dict.fromkeys(tag for tag in cleaned if len(tag) >= MIN_KEYWORD))[:MAX_KEYWORDS]


def license_id(code: str) -> str:
    """The portal's licence for a source's code; open tables without one are under CC BY 4.0."""
    known = concept("licenses", code.lower()) if code else None
    return known.code if known else DEFAULT_LICENSE


def moment(text: str) -> datetime | None:
    """Read an ISO 8601 timestamp, Vietnamese time unless it names an offset; None when it is none."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return None
    return value if value.tzinfo else value.replace(tzinfo=VIETNAM)


def merged(
    stored: dict[str, Any], harvested: dict[str, Any], written: set[str], source_time: datetime | None
) -> dict[str, Any]:
    """What the source owns over what is stored: what people added by hand stays, and so does the name.

    `written` are the resources whose rows changed: they get the source's time, or the present one where
    the source says nothing new.
    """
    by_id = {resource["id"]: resource for resource in stored.get("resources", [])}
    resources = []
    for resource in harvested["resources"]:
        before = by_id.get(resource["id"], {})
        changed = {"last_modified": _time_of_change(before, source_time)} if resource["id"] in written else {}
        resources.append({**before, **resource, **changed})
    return {**stored, **harvested, "resources": resources}


def _time_of_change(before: dict[str, Any], source_time: datetime | None) -> str:
    if source_time and before.get("last_modified") != _as_ckan_time(source_time):
        return _as_ckan_time(source_time)
    return _as_ckan_time(datetime.now(UTC))


def _as_ckan_time(value: datetime) -> str:
    """A time as CKAN keeps it: in UTC, without saying so."""
    return value.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat()


def dataset_hash(values: dict[str, Any], lists: list[LoadedList]) -> str:
    """Equal hashes mean equal metadata and equal rows: writing the dataset again would change nothing."""
    whole = [values, [loaded.content_hash for loaded in lists]]
    return hashlib.sha256(json.dumps(whole, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _access_rights(access: str) -> str:
    level = concept("access_rights", access)
    return level.uri if level else ""


def _resource(entry: TableEntry, loaded: LoadedList, *, alone: bool) -> dict[str, Any]:
    return {
        "id": loaded.resource_id,
        "name": entry.title[:MAX_TITLE] if alone else f"{entry.title[:MAX_TITLE]} ({loaded.name})",
        "format": "CSV",
        "mimetype": "text/csv",
        # CKAN's DataStore gives such a resource the address of its download.
        "url_type": "datastore",
        "url": "",
        "datastore_active": True,
    }
