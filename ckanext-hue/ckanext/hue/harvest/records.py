"""What the engine remembers of each table, and of what a batch did: read and written in sets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ckan import model
from sqlalchemy import text

from ckanext.hue.harvesters.base import TableEntry
from ckanext.hue.tables.loading import LoadedList

from .database import rows
from .errors import LeaseLost
from .holds import FORGET as FORGET_HOLDS
from .leases import Item, Lease
from .sources import HarvestSource, reads_still

VANISHED = ""  # the content hash of a list that its source no longer gives
# What a table becomes by each action.
STATES = {
    "new": "active",
    "changed": "active",
    "closed": "closed",
    "withdraw": "withdrawn",
    "archive": "archived",
}


@dataclass(frozen=True, slots=True)
class Ready:
    """A table to write: with its rows loaded, or to leave the public, without lists and metadata.

    `mark` lets its source tell the next time that it did not change; `same` says that it told so now.
    `defaults` is filled in where neither the source nor people say anything. `held_before` when other
    content of the table waited for approval.
    """

    item: Item
    dataset_id: str
    dataset: dict[str, Any]
    lists: list[LoadedList]
    mark: str = ""
    same: bool = False
    defaults: dict[str, Any] = field(default_factory=dict)
    held_before: bool = False

    @property
    def leaving(self) -> bool:
        return STATES[self.item.action] != "active"

    @property
    def written(self) -> set[str]:
        return {loaded.resource_id for loaded in self.lists if loaded.written}


@dataclass(frozen=True, slots=True)
class Known:
    """What was written before for a table; `content_hashes` is by resource id."""

    dataset_id: str
    dataset_hash: str
    content_hashes: dict[str, str]
    state: str
    fingerprint: str
    mark: str
    defaults: dict[str, Any]

    def is_as_in(self, entry: TableEntry) -> bool:
        """Whether it is published as this entry describes it."""
        return self.state == "active" and self.fingerprint == entry.fingerprint()


@dataclass(frozen=True, slots=True)
class Written:
    """What a batch did with one table; `changed` when anything of its dataset or rows was written."""

    ready: Ready
    dataset_hash: str
    changed: bool
    message: str = ""


def known_tables(source_id: str, remote_ids: Iterable[str]) -> dict[str, Known]:
    """What the portal knows of these tables, by remote id."""
    return {
        row.remote_id: Known(*row[1:])
        for row in rows(
            "SELECT remote_id, dataset_id::text, dataset_hash, content_hashes, state, fingerprint, mark,"
            " defaults"
            " FROM hue_harvest_table WHERE source_id = :source AND remote_id = ANY(:ids)",
            source=source_id,
            ids=list(remote_ids),
        )
    }


_REMEMBER = text("""
    INSERT INTO hue_harvest_table AS t (source_id, remote_id, dataset_id, fingerprint, dataset_hash,
        content_hashes, state, mark, defaults, index_pending, gone_since)
    SELECT CAST(:source AS uuid), remote_id, dataset_id, fingerprint, dataset_hash, content_hashes, state,
        mark, defaults, changed, CASE WHEN state = 'withdrawn' THEN now() END
    FROM jsonb_to_recordset(CAST(:tables AS jsonb)) AS given (remote_id text, dataset_id uuid,
        fingerprint text, dataset_hash text, content_hashes jsonb, state text, mark text, defaults jsonb,
        changed boolean)
    ON CONFLICT (source_id, remote_id) DO UPDATE SET
        fingerprint = coalesce(excluded.fingerprint, t.fingerprint),
        dataset_hash = excluded.dataset_hash, content_hashes = excluded.content_hashes,
        state = excluded.state, mark = excluded.mark, defaults = excluded.defaults, changed = now(),
        gone_since = CASE WHEN excluded.state = 'archived' THEN t.gone_since ELSE excluded.gone_since END,
        index_pending = t.index_pending OR excluded.index_pending
""")
_CLOSE_ITEMS = text("""
    UPDATE hue_harvest_item i SET state = given.state, rows = given.rows, quarantined = given.quarantined,
        message = given.message, dataset_id = given.dataset_id, finished = now()
    FROM jsonb_to_recordset(CAST(:items AS jsonb)) AS given (remote_id text, state text, rows bigint,
        quarantined integer, message text, dataset_id uuid)
    WHERE i.job_id = :job AND i.remote_id = given.remote_id AND i.token = :token AND i.state = 'waiting'
""")


def remember(source: HarvestSource, lease: Lease, batch: Sequence[Written], known: dict[str, Known]) -> None:
    """Write down a batch within CKAN's session, in the transaction of its datasets.

    Tables that were read by settings that do not hold any more are read again by the next harvest. Raises
    LeaseLost when any of it is no longer this worker's: then the transaction must not be committed.
    """
    up_to_date = reads_still(model.Session, source)
    closed = model.Session.execute(
        _CLOSE_ITEMS,
        {"items": json.dumps(list(map(_item, batch))), "job": lease.job_id, "token": lease.token},
    )
    if closed.rowcount != len(batch):  # pyright: ignore[reportAttributeAccessIssue]
        raise LeaseLost
    tables = [_table(one, known.get(one.ready.item.remote_id)) for one in batch]
    if not up_to_date:
        tables = [{**table, "fingerprint": "", "mark": ""} for table in tables]
    model.Session.execute(_REMEMBER, {"source": source.id, "tables": json.dumps(tables)})
    if held := [one.ready.item.remote_id for one in batch if one.ready.held_before]:
        model.Session.execute(FORGET_HOLDS, {"source": source.id, "ids": held})


def _item(written: Written) -> dict[str, Any]:
    lists = written.ready.lists
    notes = [written.message, *(note for loaded in lists for note in loaded.notes)]
    return {
        "remote_id": written.ready.item.remote_id,
        "dataset_id": written.ready.dataset_id,
        "state": "done" if written.changed else "unchanged",
        "rows": sum(loaded.rows for loaded in lists),
        "quarantined": sum(loaded.quarantined for loaded in lists),
        "message": " ".join(note for note in notes if note),
    }


def _table(written: Written, before: Known | None) -> dict[str, Any]:
    ready = written.ready
    # Lists that the source no longer gives are kept in mind, without a hash, until their tables are dropped.
    contents = dict.fromkeys(before.content_hashes if before else (), VANISHED)
    contents |= {loaded.resource_id: loaded.content_hash for loaded in ready.lists}
    entry = ready.item.entry
    return {
        "remote_id": ready.item.remote_id,
        "dataset_id": ready.dataset_id,
        "fingerprint": entry.fingerprint() if entry else before.fingerprint if before else "",
        "dataset_hash": written.dataset_hash,
        # Of what leaves, the tables stand on, until they are dropped or the table comes back.
        "content_hashes": before.content_hashes if before and (ready.leaving or ready.same) else contents,
        "state": STATES[ready.item.action],
        "mark": ready.mark,
        "defaults": before.defaults if before and (ready.leaving or ready.same) else ready.defaults,
        "changed": written.changed,
    }
