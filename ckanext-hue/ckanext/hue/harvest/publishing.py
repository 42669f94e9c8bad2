"""Write a batch of datasets through CKAN's actions: one transaction, then one request to Solr."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context
from rq.timeouts import JobTimeoutException
from sqlalchemy import text

from ckanext.hue.search.indexing import index_datasets
from ckanext.hue.slug import slugify_vi
from ckanext.hue.tables import loading
from ckanext.hue.tables.errors import TableError
from ckanext.hue.tables.files import jobs as file_jobs
from ckanext.hue.tables.loading import LoadedList

from . import jobs, mapping
from .database import rows
from .errors import refusal
from .jobs import Item
from .sources import HarvestSource

log = logging.getLogger(__name__)

MAX_NAME = 90  # leaves room for a suffix within CKAN's 100 characters


@dataclass(frozen=True, slots=True)
class Ready:
    """A table to write: with its rows loaded, or to leave the public, without lists and metadata."""

    item: Item
    dataset_id: str
    dataset: dict[str, Any]
    lists: list[LoadedList]

    @property
    def closing(self) -> bool:
        return self.item.action == "closed"

    @property
    def written(self) -> set[str]:
        return {loaded.resource_id for loaded in self.lists if loaded.written}


@dataclass(frozen=True, slots=True)
class Known:
    """What was written before for a table; `content_hashes` is by resource id."""

    dataset_hash: str
    content_hashes: dict[str, str]
    published: bool


def known_tables(source_id: str, remote_ids: Iterable[str]) -> dict[str, Known]:
    """What the portal knows of these tables, by remote id."""
    return {
        row.remote_id: Known(row.dataset_hash, row.content_hashes, row.published)
        for row in rows(
            "SELECT remote_id, dataset_hash, content_hashes, published FROM hue_harvest_table"
            " WHERE source_id = :source AND remote_id = ANY(:ids)",
            source=source_id,
            ids=list(remote_ids),
        )
    }


def publish(
    source: HarvestSource, job_id: str, user: str, batch: list[Ready], known: dict[str, Known]
) -> None:
    """Write the batch and index it. A dataset that cannot be written fails alone, with its reason."""
    try:
        _write(source, job_id, user, batch, known)
    except JobTimeoutException:
        raise
    except Exception:
        # A refusal rolls the whole session back, so each one gets a transaction of its own.
        log.info("A batch of %s was refused; writing its datasets one by one", source.name, exc_info=True)
        for ready in batch:
            _write_alone(source, job_id, user, ready, known)
    _drop_vanished_lists(batch, known)
    settle(source.id)
    if any(ready.written or ready.closing for ready in batch):
        file_jobs.enqueue()


def settle(source_id: str) -> None:
    """Finish what was written: bring it to Solr, and take the rows of closed tables away.

    A job begins with it too, for what a killed one left behind.
    """
    _index_pending(source_id)
    _drop_closed_tables(source_id)


def _write_alone(
    source: HarvestSource, job_id: str, user: str, ready: Ready, known: dict[str, Known]
) -> None:
    try:
        _write(source, job_id, user, [ready], known)
    except JobTimeoutException:
        raise
    except tk.ValidationError as error:
        reason = f"Thông tin mô tả của bảng bị từ chối: {refusal(error)}"
        jobs.fail_item(job_id, ready.item.remote_id, reason)
    except Exception as error:
        log.exception("Dataset of %s/%s was not written", source.name, ready.item.remote_id)
        jobs.fail_item(job_id, ready.item.remote_id, jobs.own_fault(error))


def _index_pending(source_id: str) -> None:
    pending = rows(
        "SELECT t.dataset_id::text, coalesce(p.state = 'active', false) AS active"
        " FROM hue_harvest_table t LEFT JOIN package p ON p.id = t.dataset_id::text"
        " WHERE t.source_id = :source AND t.index_pending",
        source=source_id,
    )
    if not pending:
        return
    index_datasets(
        [row.dataset_id for row in pending if row.active],
        [row.dataset_id for row in pending if not row.active],
    )
    rows(
        "UPDATE hue_harvest_table SET index_pending = false"
        " WHERE source_id = :source AND dataset_id = ANY(CAST(:ids AS uuid[]))",
        source=source_id,
        ids=[row.dataset_id for row in pending],
    )


def _drop_closed_tables(source_id: str) -> None:
    """Nobody can read them since their datasets are deleted; those in use now are dropped the next time."""
    closed = rows(
        "SELECT remote_id, content_hashes FROM hue_harvest_table"
        " WHERE source_id = :source AND NOT published AND content_hashes <> '{}'",
        source=source_id,
    )
    for row in closed:
        if _dropped(row.content_hashes):
            rows(
                "UPDATE hue_harvest_table SET content_hashes = '{}'"
                " WHERE source_id = :source AND remote_id = :remote",
                source=source_id,
                remote=row.remote_id,
            )


def _drop_vanished_lists(batch: list[Ready], known: dict[str, Known]) -> None:
    for ready in batch:
        before = known.get(ready.item.remote_id)
        if before is None or ready.closing:
            continue
        vanished = set(before.content_hashes) - {loaded.resource_id for loaded in ready.lists}
        if vanished:
            _dropped(vanished)


def _dropped(resource_ids: Iterable[str]) -> bool:
    resource_ids = list(resource_ids)
    try:
        file_jobs.remove_files_of(resource_ids)
        loading.drop(resource_ids)
    except TableError:
        log.warning("Tables of closed resources could not be dropped yet", exc_info=True)
        return False
    return True


def _write(
    source: HarvestSource, job_id: str, user: str, batch: list[Ready], known: dict[str, Known]
) -> None:
    existing = _existing({ready.dataset_id for ready in batch})
    names = _names([ready for ready in batch if not ready.closing and ready.dataset_id not in existing])
    try:
        for ready in batch:
            before = known.get(ready.item.remote_id)
            dataset_hash = mapping.dataset_hash(ready.dataset, ready.lists)
            changed = before is None or before.dataset_hash != dataset_hash or bool(ready.written)
            if ready.closing:
                _close_dataset(user, ready, existing)
            elif ready.dataset_id in names:
                _create_dataset(user, ready, names[ready.dataset_id])
                changed = True
            elif changed:
                _update_dataset(user, ready, reopened=before is None or not before.published)
            _remember(source.id, ready, dataset_hash, before, changed=changed)
            _close_item(job_id, ready, changed=changed)
        model.Session.commit()
    except BaseException:
        model.Session.rollback()
        raise
    finally:
        model.Session.remove()


def _create_dataset(user: str, ready: Ready, name: str) -> None:
    new = {"name": name, "state": "active", "private": False}
    _act("package_create", user, ready, _merged(new, ready))


def _update_dataset(user: str, ready: Ready, *, reopened: bool) -> None:
    stored = _stored(user, ready)
    _act("package_update", user, ready, _merged(stored, ready) | ({"state": "active"} if reopened else {}))


def _close_dataset(user: str, ready: Ready, existing: dict[str, str]) -> None:
    if existing.get(ready.dataset_id, "deleted") != "deleted":
        _act("package_update", user, ready, {**_stored(user, ready), "state": "deleted"})


def _stored(user: str, ready: Ready) -> dict[str, Any]:
    context = Context(user=user, ignore_auth=True)
    return tk.get_action("package_show")(context, {"id": ready.dataset_id})


def _merged(stored: dict[str, Any], ready: Ready) -> dict[str, Any]:
    updated = mapping.moment(ready.item.entry.updated)
    return mapping.merged(stored, ready.dataset, ready.written, updated)


def _act(action: str, user: str, ready: Ready, values: dict[str, Any]) -> None:
    context = Context(
        user=user,
        ignore_auth=True,
        defer_commit=True,
        return_id_only=True,
        # package_update reports changes to the activity stream only when it commits itself.
        changed_entities={"packages": {ready.dataset_id}},
    )
    tk.get_action(action)(context, values)


def _existing(dataset_ids: set[str]) -> dict[str, str]:
    """Which of these ids are datasets, with their state."""
    found = rows("SELECT id, state FROM package WHERE id = ANY(:ids)", ids=list(dataset_ids))
    return {row.id: row.state for row in found}


def _names(new: list[Ready]) -> dict[str, str]:
    """A free name for each new dataset: its title as a slug, with a piece of its id where that is taken."""
    slugs = {ready.dataset_id: slugify_vi(ready.dataset["title"], max_length=MAX_NAME) for ready in new}
    taken = {
        row.name for row in rows("SELECT name FROM package WHERE name = ANY(:n)", n=list(slugs.values()))
    }
    names: dict[str, str] = {}
    for dataset_id, slug in slugs.items():
        names[dataset_id] = f"{slug}-{dataset_id[:8]}" if slug in taken else slug
        taken.add(slug)
    return names


def _remember(
    source_id: str, ready: Ready, dataset_hash: str, before: Known | None, *, changed: bool
) -> None:
    contents = {loaded.resource_id: loaded.content_hash for loaded in ready.lists}
    if ready.closing and before:
        contents = before.content_hashes  # names the tables that are still to be dropped
    model.Session.execute(
        text(
            "INSERT INTO hue_harvest_table (source_id, remote_id, dataset_id, fingerprint, dataset_hash,"
            " content_hashes, published, index_pending)"
            " VALUES (:source, :remote, :dataset, :fingerprint, :hash, CAST(:contents AS jsonb),"
            " :published, :changed)"
            " ON CONFLICT (source_id, remote_id) DO UPDATE SET fingerprint = excluded.fingerprint,"
            " dataset_hash = excluded.dataset_hash, content_hashes = excluded.content_hashes,"
            " published = excluded.published, changed = now(),"
            " index_pending = hue_harvest_table.index_pending OR excluded.index_pending"
        ),
        {
            "source": source_id,
            "remote": ready.item.remote_id,
            "dataset": ready.dataset_id,
            "fingerprint": ready.item.entry.fingerprint(),
            "hash": dataset_hash,
            "contents": json.dumps(contents),
            "published": not ready.closing,
            "changed": changed,
        },
    )


def _close_item(job_id: str, ready: Ready, *, changed: bool) -> None:
    model.Session.execute(
        text(
            "UPDATE hue_harvest_item SET state = :state, rows = :rows, message = :message"
            " WHERE job_id = :job AND remote_id = :remote"
        ),
        {
            "state": "done" if changed else "unchanged",
            "rows": sum(loaded.rows for loaded in ready.lists),
            "message": " ".join(note for loaded in ready.lists for note in loaded.notes),
            "job": job_id,
            "remote": ready.item.remote_id,
        },
    )
