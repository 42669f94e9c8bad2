"""Write a batch of datasets through CKAN's actions: one transaction, then one request to Solr."""

from __future__ import annotations

import logging
from copy import deepcopy
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context
from rq.timeouts import JobTimeoutException
from sqlalchemy.exc import IntegrityError, OperationalError

from ckanext.hue.search.showing import Shown, shown_once
from ckanext.hue.slug import slugify_vi
from ckanext.hue.tables.files import jobs as file_jobs

from . import jobs, mapping
from .database import rows
from .errors import LeaseLost, refusal
from .leases import Lease
from .records import Known, Ready, Written, remember
from .settling import settle
from .sources import HarvestSource

log = logging.getLogger(__name__)

MAX_NAME = 90  # leaves room for a suffix within CKAN's 100 characters
RESERVED = frozenset({"edit", "new", "search"})  # names that CKAN keeps for pages of its own
WRITE_ATTEMPTS = 3
_MESSAGES = {
    "withdraw": "Bảng không còn trong danh mục của nguồn; bộ dữ liệu được đánh dấu ngừng cung cấp và sẽ được"
    " lưu trữ sau {days} ngày nếu bảng không trở lại.",
    "archive": "Bảng vắng mặt quá {days} ngày; bộ dữ liệu được lưu trữ, không còn hiện trên cổng.",
}
_LEAVING = {
    "closed": {"harvest_state": "closed", "state": "deleted"},
    "withdraw": {"harvest_state": "withdrawn"},
    "archive": {"harvest_state": "archived", "state": "deleted"},
}


def publish(
    source: HarvestSource, lease: Lease, user: str, batch: list[Ready], known: dict[str, Known]
) -> None:
    """Write the batch and index it. A dataset that cannot be written fails alone, with its reason.

    Raises LeaseLost: then what was not written before stays as it was.
    """
    shown: Shown = {}
    try:
        shown |= _write(source, lease, user, batch, known)
    except (JobTimeoutException, LeaseLost):
        raise
    except Exception:
        # A refusal rolls the whole session back, so each one gets a transaction of its own.
        log.info("A batch of %s was refused; writing its datasets one by one", source.name, exc_info=True)
        for ready in batch:
            shown |= _write_alone(source, lease, user, ready, known)
    settle(source.id, {ready.dataset_id for ready in batch}, shown)
    if any(ready.written or ready.leaving for ready in batch):
        file_jobs.enqueue()


def _write_alone(
    source: HarvestSource, lease: Lease, user: str, ready: Ready, known: dict[str, Known]
) -> Shown:
    try:
        return _write_despite_others(source, lease, user, ready, known)
    except (JobTimeoutException, LeaseLost):
        raise
    except tk.ValidationError as error:
        reason = f"Thông tin mô tả của bảng bị từ chối: {refusal(error)}"
    except Exception as error:
        log.exception("Dataset of %s/%s was not written", source.name, ready.item.remote_id)
        reason = jobs.own_fault(error)
    jobs.fail_item(lease.job_id, ready.item.remote_id, lease.token, reason)
    return {}


def _write_despite_others(
    source: HarvestSource, lease: Lease, user: str, ready: Ready, known: dict[str, Known]
) -> Shown:
    """Write one dataset; again when another worker was writing the same name or keyword just then."""
    for attempt in range(1, WRITE_ATTEMPTS + 1):
        try:
            return _write(source, lease, user, [ready], known)
        except (IntegrityError, OperationalError):
            if attempt == WRITE_ATTEMPTS:
                raise
    raise AssertionError("the loop either returns or raises")


def _write(
    source: HarvestSource, lease: Lease, user: str, batch: list[Ready], known: dict[str, Known]
) -> Shown:
    """Write all of it in one transaction; returns what the index needs of the datasets written."""
    existing = _existing({ready.dataset_id for ready in batch})
    names = _names([ready for ready in batch if not ready.leaving and ready.dataset_id not in existing])
    try:
        with shown_once() as shown:
            written = [
                _write_dataset(source, user, ready, known.get(ready.item.remote_id), existing, names)
                for ready in batch
            ]
        remember(source, lease, written, known)
        model.Session.commit()
        return shown
    except BaseException:
        model.Session.rollback()
        raise
    finally:
        model.Session.remove()


def _write_dataset(
    source: HarvestSource,
    user: str,
    ready: Ready,
    before: Known | None,
    existing: dict[str, str],
    names: dict[str, str],
) -> Written:
    if ready.same and before is not None:
        return Written(ready, before.dataset_hash, changed=False)
    dataset_hash = mapping.dataset_hash(ready.dataset, ready.lists, ready.defaults)
    if ready.leaving:
        if existing.get(ready.dataset_id, "deleted") != "deleted":
            stored = _stored(user, ready)
            _update(user, ready, stored, {**stored, **_LEAVING[ready.item.action]})
        message = _MESSAGES.get(ready.item.action, "").format(days=source.grace_days)
        return Written(ready, dataset_hash, changed=True, message=message)
    if ready.dataset_id in names:
        new = {"name": names[ready.dataset_id], "state": "active", "private": False}
        tk.get_action("package_create")(_context(user, ready), _merged(source, new, ready, None))
        return Written(ready, dataset_hash, changed=True)
    returned = before is None or before.state != "active"
    if before is not None and before.dataset_hash == dataset_hash and not ready.written and not returned:
        return Written(ready, dataset_hash, changed=False)
    stored = _stored(user, ready)
    # The source may have been removed and added again: then only the dataset knows who deleted it.
    state = before.state if before is not None else stored.get("harvest_state")
    restored = {"state": "active"} if state in ("closed", "archived") else {}
    _update(user, ready, stored, _merged(source, stored, ready, before) | restored)
    return Written(ready, dataset_hash, changed=True)


def _stored(user: str, ready: Ready) -> dict[str, Any]:
    # From the database: Solr may know the dataset as it was. It is locked until the batch is committed: what
    # a person saves in between would be written over.
    context = Context(user=user, ignore_auth=True, use_cache=False, for_update=True)
    stored = tk.get_action("package_show")(context, {"id": ready.dataset_id})
    # CKAN takes a time that it is given for the time of this change.
    del stored["metadata_modified"]
    return stored


def _merged(
    source: HarvestSource, stored: dict[str, Any], ready: Ready, before: Known | None
) -> dict[str, Any]:
    updated = mapping.moment(ready.item.entry.updated) if ready.item.entry else None
    kept = set(source.keep_fields) & set(stored)
    defaults = mapping.with_defaults(stored, ready.defaults, before.defaults if before else None)
    given = {"issued": stored.get("issued") or mapping.first_published(stored), **defaults, **ready.dataset}
    harvested = {name: value for name, value in given.items() if name not in kept}
    return mapping.merged(stored, harvested, ready.written, updated)


def _update(user: str, ready: Ready, stored: dict[str, Any], values: dict[str, Any]) -> None:
    context = _context(user, ready)
    # Else CKAN asks Solr, which may be late, whether there is anything to write.
    context["original_package"] = deepcopy(stored)
    tk.get_action("package_update")(context, values)


def _context(user: str, ready: Ready) -> Context:
    return Context(
        user=user,
        ignore_auth=True,
        defer_commit=True,
        return_id_only=True,
        # package_update reports changes to the activity stream only when it commits itself.
        changed_entities={"packages": {ready.dataset_id}},
    )


def _existing(dataset_ids: set[str]) -> dict[str, str]:
    """Which of these ids are datasets, with their state."""
    found = rows("SELECT id, state FROM package WHERE id = ANY(:ids)", ids=list(dataset_ids))
    return {row.id: row.state for row in found}


def _names(new: list[Ready]) -> dict[str, str]:
    """A free name for each new dataset: its title as a slug, with a piece of its id where that is taken."""
    slugs = {ready.dataset_id: slugify_vi(ready.dataset["title"], max_length=MAX_NAME) for ready in new}
    if not slugs:
        return {}
    taken = {
        *RESERVED,
        *(row.name for row in rows("SELECT name FROM package WHERE name = ANY(:n)", n=list(slugs.values()))),
    }
    names: dict[str, str] = {}
    for dataset_id, slug in slugs.items():
        names[dataset_id] = f"{slug}-{dataset_id[:8]}" if slug in taken else slug
        taken.add(slug)
    return names
