"""Who works on what: leases with heartbeats in PostgreSQL, and the tokens that shut out who lost one.

A claim gives all that it takes one new token. What is written under a token holds only while the token
still stands: a worker that was away too long finds another one there and writes nothing.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from ckanext.hue import config
from ckanext.hue.harvesters.base import TableEntry

from .database import rows, transaction
from .errors import LeaseLost
from .jobs import FRESH

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3  # that may die with their worker
BEATS_A_LEASE = 4


@dataclass(frozen=True, slots=True)
class Item:
    """One table that a job has to deal with. `entry` is None for what is gone from the listing."""

    remote_id: str
    action: str
    entry: TableEntry | None
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Lease:
    """A job to plan (without items), or a batch of its items to deal with."""

    token: int
    job_id: str
    source_id: str
    items: tuple[Item, ...] = ()


# Nobody takes work of a source that is paused, or whose host is left alone for a while.
_FREE = """
    NOT s.paused AND NOT EXISTS (
        SELECT FROM hue_harvest_host h WHERE h.host = s.host AND h.open_until > now())
"""
_PLANNABLE = "(j.state = 'queued' OR j.state = 'planning' AND j.lease_until < now())"
_CLAIM_PLANNING = f"""
    UPDATE hue_harvest_job SET state = 'planning', token = nextval('hue_harvest_token'),
        lease_until = now() + :seconds * interval '1 second', worker = :worker,
        attempts = attempts + 1, started = coalesce(started, now())
    WHERE id = (
        SELECT j.id FROM hue_harvest_job j JOIN hue_harvest_source s ON s.id = j.source_id
        WHERE {_PLANNABLE} AND j.attempts < :most AND {_FREE}
        ORDER BY j.created LIMIT 1 FOR UPDATE OF j SKIP LOCKED)
    RETURNING token, id::text AS job_id, source_id::text AS source_id
"""  # noqa: S608
_CLAIMABLE = "i.state = 'waiting' AND (i.lease_until IS NULL OR i.lease_until < now())"
# The job is locked, so that a cancellation comes either before the claim or takes its tokens away.
_CLAIM_ITEMS = f"""
    WITH job AS MATERIALIZED (
        SELECT j.id, j.source_id, nextval('hue_harvest_token') AS token
        FROM hue_harvest_job j JOIN hue_harvest_source s ON s.id = j.source_id
        WHERE j.state = 'running' AND {FRESH} AND {_FREE} AND EXISTS (
            SELECT FROM hue_harvest_item i
            WHERE i.job_id = j.id AND {_CLAIMABLE} AND i.attempts BETWEEN :least AND :most)
        ORDER BY random() LIMIT 1 FOR SHARE OF j
    ), taken AS (
        SELECT i.job_id, i.remote_id, job.token, job.source_id FROM hue_harvest_item i, job
        WHERE i.job_id = job.id AND {_CLAIMABLE} AND i.attempts BETWEEN :least AND :most
        ORDER BY i.action <> 'closed', i.position LIMIT :limit FOR UPDATE OF i SKIP LOCKED)
    UPDATE hue_harvest_item i SET token = taken.token, attempts = i.attempts + 1,
        lease_until = now() + :seconds * interval '1 second'
    FROM taken WHERE i.job_id = taken.job_id AND i.remote_id = taken.remote_id
    RETURNING taken.token, i.job_id::text AS job_id, taken.source_id::text AS source_id,
        i.remote_id, i.action, i.entry, i.attempts, i.position
"""  # noqa: S608
_GIVE_UP_ITEMS = """
    UPDATE hue_harvest_item SET state = 'failed', finished = now(), message = :message
    WHERE state = 'waiting' AND attempts >= :most AND (lease_until IS NULL OR lease_until < now())
        AND job_id IN (SELECT id FROM hue_harvest_job WHERE state = 'running')
"""
# A long harvest is none to give up: only one in which nothing was done for so long.
_GIVE_UP_OLD = """
    UPDATE hue_harvest_item SET state = 'failed', finished = now(), message = :message
    WHERE state = 'waiting' AND (lease_until IS NULL OR lease_until < now()) AND job_id IN (
        SELECT j.id FROM hue_harvest_job j JOIN hue_harvest_source s ON s.id = j.source_id
        WHERE j.state = 'running' AND NOT s.paused
            AND greatest(j.started, j.lease_until) < now() - :seconds * interval '1 second'
            AND NOT EXISTS (
                SELECT FROM hue_harvest_item i WHERE i.job_id = j.id
                AND greatest(i.finished, i.lease_until) >= now() - :seconds * interval '1 second'))
"""
_GIVE_UP_PLANNING = """
    UPDATE hue_harvest_job SET state = 'failed', finished = now(), message = :message
    WHERE state = 'planning' AND attempts >= :most AND lease_until < now()
"""
_KEEP = text("""
    WITH item AS MATERIALIZED (
        SELECT i.remote_id FROM hue_harvest_item i
        WHERE job_id = :job AND remote_id = :remote AND token = :token AND state = 'waiting' FOR KEY SHARE
    ), known AS MATERIALIZED (
        SELECT t.remote_id FROM hue_harvest_table t
        WHERE source_id = :source AND remote_id = :remote FOR KEY SHARE
    )
    SELECT (SELECT count(*) FROM item) + 0 * (SELECT count(*) FROM known)
""")
_TOO_LONG = "Nguồn không trả lời trong suốt thời hạn của lần thu thập; lần sau sẽ thử lại."
_DIED = (
    "Tiến trình xử lý đã dừng đột ngột {times} lần, nên không thử thêm."
    " Nhật ký của tiến trình nền có chi tiết."
)


def claim() -> Lease | None:
    """Take a job to plan, else a batch of tables; None when nobody may take anything now."""
    return _claim_planning() or _claim_items()


def _claim_planning() -> Lease | None:
    found = rows(_CLAIM_PLANNING, seconds=config.lease_seconds(), worker=worker_name(), most=MAX_ATTEMPTS)
    return Lease(*found[0]) if found else None


def _claim_items() -> Lease | None:
    """Fresh tables in batches; one alone that a worker died with, lest it take others with it again."""
    seconds = config.lease_seconds()
    found = rows(_CLAIM_ITEMS, seconds=seconds, least=0, most=0, limit=config.batch_size()) or rows(
        _CLAIM_ITEMS, seconds=seconds, least=1, most=MAX_ATTEMPTS - 1, limit=1
    )
    if not found:
        return None
    ordered = sorted(found, key=lambda row: (row.action != "closed", row.position))
    items = [
        Item(row.remote_id, row.action, TableEntry.from_dict(row.entry) if row.entry else None, row.attempts)
        for row in ordered
    ]
    return Lease(found[0].token, found[0].job_id, found[0].source_id, tuple(items))


def give_up() -> None:
    """Fail what took its worker along each time, or waits for too long, so that jobs come to an end."""
    message = _DIED.format(times=MAX_ATTEMPTS)
    rows(_GIVE_UP_PLANNING, most=MAX_ATTEMPTS, message=message)
    rows(_GIVE_UP_ITEMS, most=MAX_ATTEMPTS, message=message)
    rows(_GIVE_UP_OLD, seconds=config.job_timeout(), message=_TOO_LONG)
    finish_done()


def claimable() -> int:
    """How many batches wait for a worker."""
    return rows(
        f"SELECT (SELECT count(*) FROM hue_harvest_job j JOIN hue_harvest_source s ON s.id = j.source_id"  # noqa: S608
        f"  WHERE {_PLANNABLE} AND {_FREE})"
        " + (SELECT ceil(count(*)::numeric / :size)::int FROM hue_harvest_item i"
        "  JOIN hue_harvest_job j ON j.id = i.job_id JOIN hue_harvest_source s ON s.id = j.source_id"
        f"  WHERE j.state = 'running' AND {FRESH} AND {_CLAIMABLE} AND {_FREE})",
        size=config.batch_size(),
    )[0][0]


def anything_waits(job_id: str) -> bool:
    """Whether the job has tables that are not dealt with, by whomever."""
    return bool(
        rows(
            "SELECT 1 FROM hue_harvest_item WHERE job_id = :job AND state = 'waiting' LIMIT 1",
            job=job_id,
        )
    )


def finish_done(job_id: str | None = None) -> None:
    """Close running jobs, or one, of which nothing waits any more, and all of which is in Solr."""
    rows(
        "UPDATE hue_harvest_job j SET state = 'finished', finished = now()"
        " WHERE state = 'running' AND (CAST(:id AS uuid) IS NULL OR id = :id) AND NOT EXISTS ("
        "  SELECT FROM hue_harvest_item i WHERE i.job_id = j.id AND i.state = 'waiting')"
        " AND NOT EXISTS ("
        "  SELECT FROM hue_harvest_table t WHERE t.source_id = j.source_id AND t.index_pending)",
        id=job_id,
    )


def put_back(lease: Lease, remote_ids: Sequence[str]) -> None:
    """Let tables wait again, as if they had not been taken."""
    rows(
        "UPDATE hue_harvest_item SET lease_until = NULL, token = NULL, attempts = attempts - 1"
        " WHERE job_id = :job AND remote_id = ANY(:ids) AND token = :token AND state = 'waiting'",
        job=lease.job_id,
        ids=list(remote_ids),
        token=lease.token,
    )


@contextmanager
def keeping(lease: Lease, remote_id: str) -> Iterator[Callable[[], None]]:
    """Gives a function to call before a table's rows are replaced: from there to the end of the block nobody
    else takes the table, however long this process sleeps, and nobody drops its rows. It raises LeaseLost.

    The rows stand in another database than the lease, so a token alone could not shut a late worker out.
    """
    with ExitStack() as stack:

        def keep() -> None:
            connection = stack.enter_context(transaction())
            found = connection.execute(
                _KEEP,
                {
                    "job": lease.job_id,
                    "source": lease.source_id,
                    "remote": remote_id,
                    "token": lease.token,
                },
            )
            if not found.scalar():
                raise LeaseLost

        yield keep


def hold_planning(connection: Connection, lease: Lease) -> None:
    """Keep the job under this lease until the transaction ends. Raises LeaseLost."""
    held = connection.execute(
        text(
            "SELECT FROM hue_harvest_job WHERE id = :id AND token = :token AND state = 'planning' FOR UPDATE"
        ),
        {"id": lease.job_id, "token": lease.token},
    )
    if not held.rowcount:
        raise LeaseLost


def worker_name() -> str:
    """This process, for people who look for it."""
    return f"{socket.gethostname()}:{os.getpid()}"


class Heartbeat:
    """Renews a lease from a thread of its own while a batch is at work."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._seconds = config.lease_seconds()
        self._renewed = time.monotonic()
        self._lost = False
        self._end = threading.Event()

    def check(self) -> None:
        """Raise LeaseLost when the lease was taken away, or may have run out: this process may have slept."""
        if self._lost or time.monotonic() - self._renewed > self._seconds:
            raise LeaseLost

    def _run(self) -> None:
        while not self._end.wait(self._seconds / BEATS_A_LEASE):
            begun = time.monotonic()
            try:
                if not _renew(self._lease, self._seconds):
                    self._lost = True
                    return
                self._renewed = begun
            except SQLAlchemyError:
                log.warning("A lease could not be renewed; trying again", exc_info=True)

    @contextmanager
    def beating(self) -> Iterator[Heartbeat]:
        thread = threading.Thread(target=self._run, name="hue-heartbeat", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._end.set()
            thread.join()


def _renew(lease: Lease, seconds: float) -> bool:
    values = {"job": lease.job_id, "token": lease.token, "seconds": seconds}
    if lease.items:
        statement = (
            "UPDATE hue_harvest_item SET lease_until = now() + :seconds * interval '1 second'"
            " WHERE job_id = :job AND token = :token RETURNING 1"
        )
    else:
        statement = (
            "UPDATE hue_harvest_job SET lease_until = now() + :seconds * interval '1 second'"
            " WHERE id = :job AND token = :token AND state = 'planning' RETURNING 1"
        )
    with transaction() as connection:
        return bool(connection.execute(text(statement), values).fetchall())
