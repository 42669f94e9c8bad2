"""From a source's listing entry to the dataset that the portal publishes: pure functions."""

from __future__ import annotations

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
    contact = entry.contact
    return {
        "id": source.dataset_id(entry.remote_id),
        "type": "dataset",
        "state": "active",
        "private": False,
        "title": entry.title[:MAX_TITLE],
        "notes": entry.description,
        "owner_org": organization_id,
        "groups": [{"name": group}] if group else [],
        "tags": [{"name": word} for word in keywords(entry.keywords)],
        "license_id": license_id(entry.license),
        "access_rights": _access_rights(entry.access),
        "frequency": frequency.uri if frequency else "",
        "modified": updated.astimezone(VIETNAM).date().isoformat() if updated else "",
        "contact": [{"name": contact.name, "email": contact.email}] if contact.name or contact.email else [],
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


def metadata_hash(values: dict[str, Any]) -> str:
    """Equal hashes mean that writing the dataset again would change nothing."""
    return hashlib.sha256(json.dumps(values, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _access_rights(access: str) -> str:
    level = concept("access_rights", access)
    return level.uri if level else ""


def _resource(entry: TableEntry, loaded: LoadedList, *, alone: bool) -> dict[str, Any]:
    updated = moment(entry.updated)
    return {
        "id": loaded.resource_id,
        "name": entry.title[:MAX_TITLE] if alone else f"{entry.title[:MAX_TITLE]} ({loaded.name})",
        "format": "CSV",
        "mimetype": "text/csv",
        # CKAN's DataStore gives such a resource the address of its download.
        "url_type": "datastore",
        "url": "",
        "datastore_active": True,
        "hash": loaded.content_hash,
        # CKAN keeps times in UTC without saying so.
        "last_modified": updated.astimezone(UTC).replace(tzinfo=None).isoformat() if updated else None,
    }
