"""Write a batch of datasets through CKAN's actions: one transaction, then one request to Solr."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context
from sqlalchemy import text

from ckanext.hue.search.indexing import index_datasets
from ckanext.hue.slug import slugify_vi
from ckanext.hue.tables.loading import LoadedList

from . import jobs, mapping
from .database import rows
from .jobs import Item
from .sources import HarvestSource

MAX_NAME = 90  # leaves room for a suffix within CKAN's 100 characters


@dataclass(frozen=True, slots=True)
class Ready:
    """A table whose rows are loaded (or, when closed, removed) and whose dataset is to be written."""

    item: Item
    dataset: dict[str, Any]
    lists: list[LoadedList]

    @property
    def published(self) -> bool:
        return self.dataset["state"] == "active"


@dataclass(frozen=True, slots=True)
class Known:
    """What was written before for a table."""

    dataset_hash: str
    content_hashes: dict[str, str]


def known_tables(source_id: str, remote_ids: Iterable[str]) -> dict[str, Known]:
    """What the portal knows of these tables, by remote id."""
    return {
        row.remote_id: Known(row.dataset_hash, row.content_hashes)
        for row in rows(
            "SELECT remote_id, dataset_hash, content_hashes FROM hue_harvest_table"
            " WHERE source_id = :source AND remote_id = ANY(:ids)",
            source=source_id,
            ids=list(remote_ids),
        )
    }


def publish(source: HarvestSource, job_id: str, user: str, batch: list[Ready]) -> None:
    """Write the batch and index it. A dataset that CKAN refuses fails alone, with its reason."""
    known = known_tables(source.id, (ready.item.remote_id for ready in batch))
    try:
        _write(source, job_id, user, batch, known)
    except tk.ValidationError:
        # A refusal rolls the whole session back, so each one gets a transaction of its own.
        for ready in batch:
            try:
                _write(source, job_id, user, [ready], known)
            except tk.ValidationError as error:
                jobs.fail_item(job_id, ready.item.remote_id, _refusal(error))
    index_pending(source.id)


def index_pending(source_id: str) -> None:
    """Bring to Solr what was written but is not known to be indexed, also by a job that was killed."""
    pending = rows(
        "SELECT dataset_id::text, published FROM hue_harvest_table"
        " WHERE source_id = :source AND index_pending",
        source=source_id,
    )
    if not pending:
        return
    index_datasets(
        [row.dataset_id for row in pending if row.published],
        [row.dataset_id for row in pending if not row.published],
    )
    rows(
        "UPDATE hue_harvest_table SET index_pending = false"
        " WHERE source_id = :source AND dataset_id = ANY(CAST(:ids AS uuid[]))",
        source=source_id,
        ids=[row.dataset_id for row in pending],
    )


def existing_datasets(dataset_ids: Iterable[str]) -> set[str]:
    """Which of these ids are datasets, deleted ones included."""
    found = rows("SELECT id FROM package WHERE id = ANY(:ids)", ids=list(dataset_ids))
    return {row.id for row in found}


def _write(
    source: HarvestSource, job_id: str, user: str, batch: list[Ready], known: dict[str, Known]
) -> None:
    existing = existing_datasets(ready.dataset["id"] for ready in batch)
    names = _names([ready.dataset for ready in batch if ready.dataset["id"] not in existing])
    try:
        for ready in batch:
            dataset_hash = mapping.dataset_hash(ready.dataset, ready.lists)
            before = known.get(ready.item.remote_id)
            changed = before is None or before.dataset_hash != dataset_hash
            if changed or ready.dataset["id"] not in existing:
                _write_dataset(user, ready, names.get(ready.dataset["id"]))
            _remember(source.id, ready, dataset_hash)
            _close_item(job_id, ready, changed=changed or any(loaded.written for loaded in ready.lists))
        model.Session.commit()
    except BaseException:
        model.Session.rollback()
        raise
    finally:
        model.Session.remove()


def _write_dataset(user: str, ready: Ready, new_name: str | None) -> None:
    dataset_id = ready.dataset["id"]
    context = Context(
        user=user,
        ignore_auth=True,
        defer_commit=True,
        return_id_only=True,
        # package_update reports changes to the activity stream only when it commits itself.
        changed_entities={"packages": {dataset_id}},
    )
    if new_name:
        action, stored = "package_create", {"name": new_name}
    else:
        show = Context(user=user, ignore_auth=True)
        action, stored = "package_update", tk.get_action("package_show")(show, {"id": dataset_id})
    written = {loaded.resource_id for loaded in ready.lists if loaded.written}
    updated = mapping.moment(ready.item.entry.updated)
    tk.get_action(action)(context, mapping.merged(stored, ready.dataset, written, updated))


def _names(datasets: list[dict[str, Any]]) -> dict[str, str]:
    """A free name for each new dataset: its title as a slug, with a piece of its id where that is taken."""
    slugs = {dataset["id"]: slugify_vi(dataset["title"], max_length=MAX_NAME) for dataset in datasets}
    taken = {
        row.name for row in rows("SELECT name FROM package WHERE name = ANY(:n)", n=list(slugs.values()))
    }
    names: dict[str, str] = {}
    for dataset_id, slug in slugs.items():
        names[dataset_id] = f"{slug}-{dataset_id[:8]}" if slug in taken else slug
        taken.add(slug)
    return names


def _remember(source_id: str, ready: Ready, dataset_hash: str) -> None:
    model.Session.execute(
        text(
            "INSERT INTO hue_harvest_table (source_id, remote_id, dataset_id, fingerprint, dataset_hash,"
            " content_hashes, published, index_pending)"
            " VALUES (:source, :remote, :dataset, :fingerprint, :hash, CAST(:contents AS jsonb),"
            " :published, true)"
            " ON CONFLICT (source_id, remote_id) DO UPDATE SET fingerprint = excluded.fingerprint,"
            " dataset_hash = excluded.dataset_hash, content_hashes = excluded.content_hashes,"
            " published = excluded.published, changed = now(),"
            " index_pending = hue_harvest_table.index_pending"
            " OR hue_harvest_table.dataset_hash <> excluded.dataset_hash"
        ),
        {
            "source": source_id,
            "remote": ready.item.remote_id,
            "dataset": ready.dataset["id"],
            "fingerprint": ready.item.entry.fingerprint(),
            "hash": dataset_hash,
            "contents": json.dumps({loaded.resource_id: loaded.content_hash for loaded in ready.lists}),
            "published": ready.published,
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


def _refusal(error: tk.ValidationError) -> str:
    reasons = "; ".join(f"{field}: {reason}" for field, reason in error.error_summary.items())
    return f"Thông tin mô tả của bảng bị từ chối: {reasons}"
