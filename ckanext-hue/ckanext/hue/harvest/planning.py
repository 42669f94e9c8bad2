"""What a job has to do, decided in one statement over the whole listing."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from typing import IO

from psycopg2.extensions import connection as Connection

from ckanext.hue.harvesters.base import OPEN, TableEntry
from ckanext.hue.tables.cells import DELIMITER, copy_lines

from .database import transaction

_MEMORY = 16 * 1024 * 1024  # a listing beyond this many bytes waits on disk

_PLAN = """
    WITH decided AS (
        SELECT l.position, coalesce(l.remote_id, t.remote_id) AS remote_id, l.entry,
               CASE WHEN l.remote_id IS NULL THEN 'gone'
                    WHEN l.access <> %(open)s THEN 'closed'
                    WHEN t.remote_id IS NULL THEN 'new'
                    ELSE 'changed' END AS action
        FROM hue_listing l
        FULL JOIN (SELECT * FROM hue_harvest_table WHERE source_id = %(source)s) t USING (remote_id)
        WHERE CASE WHEN l.remote_id IS NULL THEN t.published
                   WHEN l.access <> %(open)s THEN t.published
                   ELSE t.remote_id IS NULL OR NOT t.published OR NOT l.tells_changes
                        OR t.fingerprint <> l.fingerprint END
    ), planned AS (
        INSERT INTO hue_harvest_item (job_id, position, remote_id, action, entry, state, message)
        SELECT %(job)s, coalesce(position, 0), remote_id, action, entry,
               CASE action WHEN 'gone' THEN 'reported' ELSE 'waiting' END,
               CASE action WHEN 'gone' THEN %(gone)s ELSE '' END
        FROM decided
        RETURNING action
    )
    UPDATE hue_harvest_job
    SET listed = (SELECT count(*) FROM hue_listing),
        unchanged = (SELECT count(*) FROM hue_listing WHERE access = %(open)s)
                    - (SELECT count(*) FROM planned WHERE action IN ('new', 'changed'))
    WHERE id = %(job)s
"""
_GONE = "Bảng không còn trong danh mục của nguồn; bộ dữ liệu vẫn được giữ trên cổng."


def plan(job_id: str, source_id: str, entries: Iterable[TableEntry]) -> None:
    """Write the items of a job: new, changed and closed tables to deal with, gone ones to report.

    The listing is read to its end before anything is written: what it raises leaves no trace.
    """
    with tempfile.SpooledTemporaryFile(_MEMORY) as spool:
        for position, entry in enumerate(entries, 1):
            spool.write(_line(position, entry))
        spool.seek(0)
        with transaction() as connection:
            _decide(connection.connection.dbapi_connection, spool, job_id, source_id)  # pyright: ignore


def _line(position: int, entry: TableEntry) -> bytes:
    values = (
        str(position),
        entry.remote_id,
        entry.access,
        str(entry.tells_changes),
        entry.fingerprint(),
        json.dumps(entry.as_dict(), ensure_ascii=False),
    )
    return copy_lines([values], len(values)).encode()


def _decide(connection: Connection, listing: IO[bytes], job_id: str, source_id: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE hue_listing (position int, remote_id text PRIMARY KEY, access text,"
            " tells_changes boolean, fingerprint text, entry jsonb) ON COMMIT DROP"
        )
        cursor.copy_expert(f"COPY hue_listing FROM STDIN WITH ({DELIMITER})", listing)
        cursor.execute("ANALYZE hue_listing")
        cursor.execute(_PLAN, {"job": job_id, "source": source_id, "open": OPEN, "gone": _GONE})
