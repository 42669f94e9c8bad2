"""From a source's listing entry to the dataset that the portal publishes: pure functions."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from ckanext.hue.harvesters.base import Contact, TableEntry
from ckanext.hue.schemas import concept
from ckanext.hue.slug import clean_tag
from ckanext.hue.tables.loading import LoadedList

from .sources import HarvestSource, is_made_from_a_name

DEFAULT_LICENSE = "cc-by-4.0"
OTHER_LICENSE = "other"
EARLIEST_YEAR, LATEST_YEAR = 1900, 9998
MAX_CONTACT_NAME = 500
MAX_CONTACT_PHONE = 100
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
    access = concept("access_rights", entry.access)
    updated = moment(entry.updated)
    described = {
        "notes": entry.description[:MAX_NOTES],
        "groups": [{"name": group}] if group else [],
        "tags": [{"name": word} for word in keywords(entry.keywords)],
        "frequency": frequency.uri if frequency else "",
        "modified": updated.astimezone(VIETNAM).date().isoformat() if updated else "",
        "contact": contacts(entry.contact),
        **_license(entry.license),
    }
    return {
        "id": source.dataset_id(entry.remote_id),
        "type": "dataset",
        "title": entry.title[:MAX_TITLE],
        "owner_org": organization_id,
        "access_rights": access.uri if access else "",
        "no_personal_data": True,
        "source_system": "so-hoa" if source.kind == "platform" else "",
        "harvest_source": source.name,
        "harvest_id": entry.remote_id,
        "harvest_state": "active",
        "resources": [_resource(entry, loaded, alone=len(lists) == 1) for loaded in lists],
        **{name: value for name, value in described.items() if value},
    }


def defaults(
    source: HarvestSource, entry: TableEntry, lists: list[LoadedList], *, agency: str, unit: str = ""
) -> dict[str, Any]:
    """What is filled in where the source says nothing; people may say otherwise (see `with_defaults`).

    The place is the source's setting, else `unit` (code of an administrative unit); the period is that of the
    tables' own dates; keywords are the names of the field and of the `agency`.
    """
    unit = source.settings.get("spatial") or unit
    field = concept("fields", entry.field_code)
    words = () if keywords(entry.keywords) else (field.name if field else "", agency)
    periods = [loaded.period for loaded in lists if loaded.period]
    given = {
        "spatial_coverage": [{"code": unit}] if unit else [],
        "temporal_coverage": [
            {
                "start": min(start for start, _ in periods).isoformat(),
                "end": max(end for _, end in periods).isoformat(),
            }
        ]
        if periods
        else [],
        "tags": [{"name": word} for word in keywords(words)],
    }
    return {name: value for name, value in given.items() if value}


def with_defaults(
    stored: dict[str, Any], given: dict[str, Any], before: dict[str, Any] | None
) -> dict[str, Any]:
    """The defaults for what nobody else says: where nothing is stored, or what was filled in `before`."""
    return {
        name: value
        for name, value in given.items()
        if not stored.get(name) or (before and _says(stored[name], before.get(name)))
    }


def _says(stored: Any, given: Any) -> bool:
    """Whether what CKAN keeps is what it was given, whatever CKAN added to it or put in another order."""
    if not isinstance(stored, list) or not isinstance(given, list):
        return stored == given
    return len(stored) == len(given) and all(
        any(isinstance(each, dict) and each.items() >= one.items() for each in stored) for one in given
    )


def first_published(stored: dict[str, Any]) -> str:
    """The day on which a dataset came to the portal: today for one that is not stored yet."""
    created = moment(f"{stored.get('metadata_created')}+00:00") or datetime.now(VIETNAM)
    return created.date().isoformat()


def contacts(contact: Contact) -> list[dict[str, str]]:
    """The contact point as the schema takes it, cut to its limits; none when all of it is empty."""
    values = {
        "name": contact.name[:MAX_CONTACT_NAME],
        "email": contact.email[:MAX_CONTACT_NAME],
        "phone": contact.phone[:MAX_CONTACT_PHONE],
    }
    return [values] if any(values.values()) else []


def keywords(words: tuple[str, ...]) -> list[str]:
    """Keywords as CKAN accepts them, once each; those that leave nothing are dropped."""
    cleaned = (clean_tag(word) for word in words)
    return list(dict.fromkeys(tag for tag in cleaned if len(tag) >= MIN_KEYWORD))[:MAX_KEYWORDS]


def _license(code: str) -> dict[str, str]:
    """The licence for a source's code. Open tables without one are under the default; one that the portal
    does not know is said in words, never taken for another."""
    if not code:
        return {"license_id": DEFAULT_LICENSE}
    known = concept("licenses", code)
    if known:
        return {"license_id": known.code}
    return {"license_id": OTHER_LICENSE, "rights": f"Giấy phép do nguồn ghi: {code[:MAX_TITLE]}"}


def moment(text: str) -> datetime | None:
    """Read an ISO 8601 timestamp, Vietnamese time unless it names an offset; None when it is none.

    Years before 1900 are what systems write for "never".
    """
    try:
        value = datetime.fromisoformat(text)
        value = (value if value.tzinfo else value.replace(tzinfo=VIETNAM)).astimezone(VIETNAM)
    except (ValueError, OverflowError):
        return None
    return value if EARLIEST_YEAR <= value.year <= LATEST_YEAR else None


def merged(
    stored: dict[str, Any], harvested: dict[str, Any], written: set[str], source_time: datetime | None
) -> dict[str, Any]:
    """What the source owns over what is stored: what people added by hand stays, fields and resources, and
    so do the name and whether the dataset is private or deleted.

    `written` are the resources whose rows changed: they get the source's time, or the present one where
    the source says nothing new.
    """
    by_id = {resource["id"]: resource for resource in stored.get("resources", [])}
    resources = []
    for resource in harvested["resources"]:
        before = by_id.get(resource["id"], {})
        changed = {"last_modified": _time_of_change(before, source_time)} if resource["id"] in written else {}
        resources.append({**before, **resource, **changed})
    given = {resource["id"] for resource in resources}
    resources += [
        resource
        for resource_id, resource in by_id.items()
        if resource_id not in given and not is_made_from_a_name(resource_id)
    ]
    return {**stored, **harvested, "resources": resources}


def _time_of_change(before: dict[str, Any], source_time: datetime | None) -> str:
    if source_time and before.get("last_modified") != _as_ckan_time(source_time):
        return _as_ckan_time(source_time)
    return _as_ckan_time(datetime.now(UTC))


def _as_ckan_time(value: datetime) -> str:
    """A time as CKAN keeps it: in UTC, without saying so."""
    return value.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat()


def dataset_hash(values: dict[str, Any], lists: list[LoadedList], given: dict[str, Any] | None = None) -> str:
    """Equal hashes mean equal metadata and equal rows: writing the dataset again would change nothing.

    `given` are the defaults.
    """
    whole = [values, [loaded.content_hash for loaded in lists], *([given] if given else [])]
    return hashlib.sha256(json.dumps(whole, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


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
