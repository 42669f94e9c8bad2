"""Tables held because columns look like personal data, and what people decided of them.

A hold is of one content of a table: while the listing says the same of it, it is not read again. An approval
is of columns: it outlives the hold, and any other column asks anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from ckanext.hue.harvesters.base import TableEntry
from ckanext.hue.tables.personal import PersonalData

from .database import rows, transaction
from .sources import HarvestSource, reads_still

if TYPE_CHECKING:  # leases itself needs jobs, which need this
    from .leases import Lease

REJECTED = (
    "Không công bố: người quản lý đã từ chối nội dung này vì có dữ liệu giống dữ liệu cá nhân. Dữ liệu đang"
    " có trên cổng được giữ nguyên; bảng được hỏi lại khi nội dung thay đổi."
)

_ITEM = "job_id = :job AND remote_id = :remote AND token = :token AND state = 'waiting'"
_LOCK = text(f"SELECT 1 FROM hue_harvest_item WHERE {_ITEM} FOR UPDATE")  # noqa: S608
_CLOSE = text(
    f"UPDATE hue_harvest_item SET state = :state, message = :message, finished = now() WHERE {_ITEM}"  # noqa: S608
)
_HOLD = text("""
    INSERT INTO hue_harvest_hold AS h (source_id, remote_id, fingerprint, content, mark, found, message)
    VALUES (:source, :remote, :fingerprint, :content, :mark, CAST(:found AS jsonb), :message)
    ON CONFLICT (source_id, remote_id) DO UPDATE SET
        fingerprint = excluded.fingerprint, content = excluded.content, mark = excluded.mark,
        found = excluded.found, message = excluded.message,
        rejected = CASE WHEN h.content = excluded.content THEN h.rejected END,
        rejected_by = CASE WHEN h.content = excluded.content THEN h.rejected_by END
    RETURNING rejected IS NOT NULL
""")
_APPROVE = text("""
    WITH approved AS (
        DELETE FROM hue_harvest_hold h USING hue_harvest_job j
        WHERE j.id::text = :job AND h.source_id = j.source_id AND h.remote_id = ANY(:remotes)
        RETURNING h.source_id, h.remote_id, h.found
    )
    INSERT INTO hue_harvest_approval (source_id, remote_id, resource_id, column_name, kind, approved_by)
    SELECT source_id, remote_id, resource_id, "column", kind, :by
    FROM approved, jsonb_to_recordset(found) AS each (resource_id text, "column" text, kind text)
    ON CONFLICT (source_id, remote_id, resource_id, column_name, kind)
        DO UPDATE SET approved_by = excluded.approved_by, approved = now()
""")
_REJECT = text("""
    UPDATE hue_harvest_hold h SET rejected = now(), rejected_by = :by
    FROM hue_harvest_job j
    WHERE j.id::text = :job AND h.source_id = j.source_id AND h.remote_id = ANY(:remotes)
""")
# Of tables that are published now.
FORGET = text("DELETE FROM hue_harvest_hold WHERE source_id = :source AND remote_id = ANY(:ids)")


@dataclass(frozen=True, slots=True)
class Hold:
    """The content of a table that is held. `mark` lets its source tell that it is still the same."""

    fingerprint: str
    mark: str
    message: str
    rejected: bool


@dataclass(frozen=True, slots=True)
class Decisions:
    """What is known of the tables of a batch, by remote id; approvals are `PersonalColumn.key`s."""

    holds: dict[str, Hold]
    approved: dict[str, frozenset[tuple[str, str, str]]]


def decisions(source_id: str, remote_ids: Iterable[str]) -> Decisions:
    """What is held of these tables, and which of their columns people approved."""
    asked = {"source": source_id, "ids": list(remote_ids)}
    holds = {
        row.remote_id: Hold(row.fingerprint, row.mark, row.message, row.rejected is not None)
        for row in rows(
            "SELECT remote_id, fingerprint, mark, message, rejected FROM hue_harvest_hold"
            " WHERE source_id = :source AND remote_id = ANY(:ids)",
            **asked,
        )
    }
    approved: dict[str, set[tuple[str, str, str]]] = {}
    for row in rows(
        "SELECT remote_id, resource_id, column_name, kind FROM hue_harvest_approval"
        " WHERE source_id = :source AND remote_id = ANY(:ids)",
        **asked,
    ):
        approved.setdefault(row.remote_id, set()).add((row.resource_id, row.column_name, row.kind))
    return Decisions(holds, {remote: frozenset(keys) for remote, keys in approved.items()})


def hold(source: HarvestSource, lease: Lease, entry: TableEntry, error: PersonalData, mark: str) -> None:
    """Let a table wait for a person, or leave it out when this very content was rejected before.

    Nothing happens when the lease was lost: whoever has it now finds the same.
    """
    with transaction() as connection:
        if not connection.execute(_LOCK, _item(lease, entry.remote_id)).first():
            return
        # What was read by settings that do not hold any more is read again.
        up_to_date = reads_still(connection, source)
        rejected = connection.execute(
            _HOLD,
            {
                "source": source.id,
                "remote": entry.remote_id,
                "fingerprint": entry.fingerprint() if up_to_date else "",
                "content": error.content,
                "mark": mark if up_to_date else "",
                "found": json.dumps([column.as_dict() for column in error.found]),
                "message": str(error),
            },
        ).scalar_one()
        _close(connection, lease, entry.remote_id, str(error), rejected=rejected)


def hold_again(lease: Lease, remote_id: str, held: Hold) -> None:
    """Close an item of which the source says that its content is the one that is held."""
    with transaction() as connection:
        _close(connection, lease, remote_id, held.message, rejected=held.rejected)


def _close(connection: Connection, lease: Lease, remote_id: str, message: str, *, rejected: bool) -> None:
    state = {"state": "rejected" if rejected else "held", "message": REJECTED if rejected else message}
    connection.execute(_CLOSE, _item(lease, remote_id) | state)


def _item(lease: Lease, remote_id: str) -> dict[str, Any]:
    return {"job": lease.job_id, "remote": remote_id, "token": lease.token}


def approve(connection: Connection, job_id: str, remote_ids: list[str], by: str) -> None:
    """Remember the columns for which these tables of a job were held, and forget the holds."""
    connection.execute(_APPROVE, {"job": job_id, "remotes": remote_ids, "by": by})


def reject(connection: Connection, job_id: str, remote_ids: list[str], by: str) -> None:
    """Keep the held content of these tables of a job out until it changes."""
    connection.execute(_REJECT, {"job": job_id, "remotes": remote_ids, "by": by})
