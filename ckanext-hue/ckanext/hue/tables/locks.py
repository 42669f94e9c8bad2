"""Who works on a table: advisory locks of the DataStore's database, which end with their transaction."""

from __future__ import annotations

import time

from psycopg2 import sql
from psycopg2.errors import LockNotAvailable
from psycopg2.extensions import cursor as Cursor

ASK, PAUSE, PATIENCE = 2, 3, 120  # seconds

_LOADING = "hashtextextended(%s, 0)"
_INDEXING = "hashtextextended('index ' || %s, 0)"


def loading(cursor: Cursor, resource_id: str) -> None:
    """Wait until no other load of the table is under way."""
    cursor.execute(f"SELECT pg_advisory_xact_lock({_LOADING})", (resource_id,))


def stop_indexing(cursor: Cursor, resource_id: str) -> None:
    """Cancel the indexing of a table that is to be replaced: a table that is read cannot be."""
    cursor.execute(
        "SELECT pg_cancel_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        " AND (classid::bigint << 32 | objid::bigint) = hashtextextended('index ' || %s, 0)",
        (resource_id,),
    )


def take_over(cursor: Cursor, resource_id: str) -> None:
    """Lock the published table, if there is one, so that it can be replaced.

    Whoever reads it now (a download, say) goes on to the end. Who comes meanwhile waits behind us, so we ask
    briefly and often rather than once and long. Raises LockNotAvailable after PATIENCE seconds.
    """
    cursor.execute("SELECT to_regclass('public.' || quote_ident(%s)) IS NULL", (resource_id,))
    if (cursor.fetchone() or (True,))[0]:
        return
    # Who reads through an alias locks the view first, and would deadlock with who holds the table already.
    names = [*aliases_of(cursor, resource_id), resource_id]
    attempt = sql.SQL(
        "SAVEPOINT take_over; SET LOCAL lock_timeout = {}; LOCK TABLE {} IN ACCESS EXCLUSIVE MODE"
    ).format(sql.Literal(f"{ASK}s"), sql.SQL(", ").join(sql.Identifier("public", name) for name in names))
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            cursor.execute(attempt)
        except LockNotAvailable:
            cursor.execute("ROLLBACK TO SAVEPOINT take_over")
            if time.monotonic() > give_up:
                raise
            time.sleep(PAUSE)
        else:
            return


def aliases_of(cursor: Cursor, resource_id: str) -> list[str]:
    """The views over a resource's table; CKAN makes views as aliases only."""
    cursor.execute(
        "SELECT DISTINCT v.relname FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid"
        " JOIN pg_class v ON v.oid = r.ev_class AND v.relkind = 'v'"
        " WHERE d.refobjid = to_regclass('public.' || quote_ident(%s))"
        " AND d.classid = 'pg_rewrite'::regclass AND v.relnamespace = 'public'::regnamespace"
        " ORDER BY v.relname",
        (resource_id,),
    )
    return [name for (name,) in cursor.fetchall()]


def try_loading(cursor: Cursor, resource_id: str) -> bool:
    """Whether no load of the table is under way; then none begins in this transaction."""
    return _try(cursor, _LOADING, resource_id)


def try_indexing(cursor: Cursor, resource_id: str) -> bool:
    """Whether nobody else indexes the table; then nobody else begins to in this transaction."""
    return _try(cursor, _INDEXING, resource_id)


def _try(cursor: Cursor, key: str, resource_id: str) -> bool:
    cursor.execute(f"SELECT pg_try_advisory_xact_lock({key})", (resource_id,))
    return bool((cursor.fetchone() or (False,))[0])
