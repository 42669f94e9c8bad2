"""What a job has to do, decided in one statement over the whole listing."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import IO

from psycopg2.extensions import connection as Connection
from sqlalchemy import text

from ckanext.hue.harvesters.base import OPEN, TableEntry
from ckanext.hue.tables.cells import DELIMITER, copy_lines

from .database import engine, transaction
from .holds import REJECTED
from .leases import Lease, hold_planning
from .sources import HarvestSource

_MEMORY = 16 * 1024 * 1024  # a listing beyond this many bytes waits on disk
_LINES = 500  # that are written at once
LISTING = (
    "position int, remote_id text PRIMARY KEY, access text, tells_changes boolean, fingerprint text,"
    " entry text"
)
MANY_GONE = 5  # tables; more than these and than the share below at once wait for a person's approval
MANY_GONE_SHARE = 0.1

_PLAN = """
    WITH decided AS (
        SELECT l.position, coalesce(l.remote_id, t.remote_id) AS remote_id, l.entry, t.dataset_id,
               CASE WHEN l.remote_id IS NULL AND t.state = 'active' THEN 'withdraw'
                    WHEN l.remote_id IS NULL THEN 'archive'
                    WHEN l.access <> %(open)s THEN 'closed'
                    WHEN t.remote_id IS NULL THEN 'new'
                    ELSE 'changed' END AS action,
               CASE WHEN l.access = %(open)s THEN h.message END AS personal,
               h.rejected IS NOT NULL AS rejected
        FROM hue_listing l
        FULL JOIN (SELECT * FROM hue_harvest_table WHERE source_id = %(source)s) t USING (remote_id)
        LEFT JOIN hue_harvest_hold h ON h.source_id = %(source)s AND h.remote_id = l.remote_id
            AND l.tells_changes AND h.fingerprint = l.fingerprint
        WHERE CASE WHEN l.remote_id IS NULL
                   THEN t.state = 'active'
                        OR t.state = 'withdrawn' AND t.gone_since <= now() - %(grace)s * interval '1 day'
                   WHEN l.access <> %(open)s THEN t.state <> 'closed'
                   ELSE t.remote_id IS NULL OR t.state <> 'active' OR NOT l.tells_changes
                        OR t.fingerprint <> l.fingerprint END
    ), gone AS (
        SELECT nothing_listed, count(*) > 0 AND nothing_listed
            OR count(*) > greatest(%(many)s, %(share)s * (
                SELECT count(*) FROM hue_harvest_table WHERE source_id = %(source)s AND state = 'active')
            ) AS too_many
        FROM (SELECT NOT EXISTS (SELECT FROM hue_listing) AS nothing_listed) listing
        LEFT JOIN decided ON action = 'withdraw' GROUP BY nothing_listed
    ), superseded AS (
        UPDATE hue_harvest_item i SET state = 'rejected', finished = now(), message = %(superseded)s
        FROM hue_harvest_job j WHERE j.id = i.job_id AND j.source_id = %(source)s AND i.state = 'held'
    ), planned AS (
        INSERT INTO hue_harvest_item (job_id, position, remote_id, action, entry, dataset_id, state, message)
        SELECT %(job)s, coalesce(position, 0), remote_id, action, entry::jsonb, dataset_id,
               CASE WHEN personal IS NOT NULL AND rejected THEN 'rejected'
                    WHEN personal IS NOT NULL OR doubtful THEN 'held' ELSE 'waiting' END,
               CASE WHEN personal IS NOT NULL AND rejected THEN %(rejected)s
                    WHEN personal IS NOT NULL THEN personal
                    WHEN doubtful THEN %(held)s ELSE '' END
        FROM decided, gone, LATERAL (
            SELECT too_many AND (action = 'withdraw' OR action = 'archive' AND nothing_listed) AS doubtful
        ) judged
        RETURNING action, state
    )
    UPDATE hue_harvest_job
    SET listed = (SELECT count(*) FROM hue_listing),
        unchanged = (SELECT count(*) FROM hue_listing WHERE access = %(open)s)
                    - (SELECT count(*) FROM planned WHERE action IN ('new', 'changed')),
        state = CASE WHEN waiting THEN 'running' ELSE 'finished' END,
        finished = CASE WHEN waiting THEN NULL ELSE now() END,
        attempts = 0, listed_at = now()
    FROM (SELECT EXISTS (SELECT FROM planned WHERE state = 'waiting') AS waiting) found
    WHERE id = %(job)s
"""
_PREVIEW = text("""
    SELECT action, count(*) AS tables,
        count(*) FILTER (WHERE i.state = 'held' AND action IN ('withdraw', 'archive')) AS held,
        (array_agg(ARRAY[remote_id, coalesce(entry->>'title', p.title, remote_id)]
            ORDER BY position, remote_id))[1:CAST(:examples AS int)] AS examples
    FROM hue_harvest_item i LEFT JOIN package p ON p.id = i.dataset_id::text
    WHERE job_id = :job AND NOT (action IN ('new', 'changed') AND i.state <> 'waiting')
    GROUP BY action ORDER BY action
""")
_HELD = (
    "Chờ duyệt: quá nhiều bảng cùng biến mất khỏi danh mục của nguồn."
    " Hãy kiểm tra nguồn rồi duyệt hoặc từ chối."
)
_SUPERSEDED = "Chưa duyệt khi nguồn được thu thập lại; lần thu thập sau quyết định thay."


def plan(
    lease: Lease, source: HarvestSource, entries: Iterable[TableEntry], check: Callable[[], None]
) -> None:
    """Write the items of a job: what is new, changed, closed or gone from the listing.

    The listing is read to its end before anything is written: what it raises leaves no trace. `check` raises
    LeaseLost when the job is no longer this worker's.
    """
    with tempfile.SpooledTemporaryFile(_MEMORY) as spool:
        write_listing(entries, spool, check)
        with transaction() as connection:
            hold_planning(connection, lease)
            _decide(connection.connection.dbapi_connection, spool, lease.job_id, source)  # pyright: ignore


@dataclass(frozen=True, slots=True)
class Preview:
    """What a harvest would do now. `actions` counts tables; `held` would wait for approval; `examples` are
    (action, id, title) of some."""

    listed: int
    unchanged: int
    actions: dict[str, int]
    held: int
    examples: list[tuple[str, str, str]]


def preview(source: HarvestSource, entries: Iterable[TableEntry], examples: int) -> Preview:
    """Plan as a job would, in a transaction that is rolled back."""
    with tempfile.SpooledTemporaryFile(_MEMORY) as spool, engine().connect() as connection:
        write_listing(entries, spool)
        try:
            job_id = connection.execute(
                text(
                    "INSERT INTO hue_harvest_job (source_id, state) VALUES (:source, 'cancelled')"
                    " RETURNING id::text"
                ),
                {"source": source.id},
            ).scalar_one()
            _decide(connection.connection.dbapi_connection, spool, job_id, source)  # pyright: ignore
            found = connection.execute(_PREVIEW, {"job": job_id, "examples": examples}).fetchall()
            counts = connection.execute(
                text("SELECT listed, unchanged FROM hue_harvest_job WHERE id = :job"), {"job": job_id}
            ).one()
        finally:
            connection.rollback()
    return Preview(
        counts.listed,
        counts.unchanged,
        {row.action: row.tables for row in found},
        sum(row.held for row in found),
        [(row.action, *example) for row in found for example in row.examples],
    )


def write_listing(
    entries: Iterable[TableEntry], spool: IO[bytes], check: Callable[[], None] = lambda: None
) -> None:
    """Read a listing to its end into a file, as lines of LISTING for COPY. Raises what `entries` raises."""
    lines: list[tuple[str, ...]] = []
    for position, entry in enumerate(entries, 1):
        lines.append(_line(position, entry))
        if len(lines) == _LINES:
            check()
            spool.write(copy_lines(lines, len(lines[0])).encode())
            lines.clear()
    if lines:
        spool.write(copy_lines(lines, len(lines[0])).encode())
    spool.seek(0)


def _line(position: int, entry: TableEntry) -> tuple[str, ...]:
    canonical, fingerprint = entry.identity()
    return (
        str(position),
        entry.remote_id,
        entry.access,
        str(entry.tells_changes),
        fingerprint,
        canonical,
    )


def _decide(connection: Connection, listing: IO[bytes], job_id: str, source: HarvestSource) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE hue_listing ({LISTING}) ON COMMIT DROP")
        cursor.copy_expert(f"COPY hue_listing FROM STDIN WITH ({DELIMITER})", listing)
        cursor.execute("ANALYZE hue_listing")
        cursor.execute(
            _PLAN,
            {
                "job": job_id,
                "source": source.id,
                "open": OPEN,
                "grace": source.grace_days,
                "many": MANY_GONE,
                "share": MANY_GONE_SHARE,
                "held": _HELD,
                "superseded": _SUPERSEDED,
                "rejected": REJECTED,
            },
        )
