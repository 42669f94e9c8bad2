"""The scheduler: a small process that looks at PostgreSQL for what is due and wakes workers for it.

Any number may run, on any machines: one of them at a time holds the lock and does the looking.
"""

from __future__ import annotations

import logging
import random
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from ckan import model
from redis.exceptions import RedisError
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from ckanext.hue import config
from ckanext.hue.catalog.fragments import keeping
from ckanext.hue.quality import jobs as quality_jobs
from ckanext.hue.quality import publication as quality_publication
from ckanext.hue.reports import notices as report_notices
from ckanext.hue.reports import records as report_records
from ckanext.hue.tables.files import counting
from ckanext.hue.tables.files import jobs as file_jobs
from ckanext.hue.tables.uploads import jobs as upload_jobs

from . import jobs, leases, notices, reconcile, settling, worker
from .database import held_lock, rows
from .errors import HarvestError
from .mapping import VIETNAM

log = logging.getLogger(__name__)

JITTER = 0.1  # of the interval, so that sources of one schedule do not come all at once
HEARTBEAT = "scheduler"
LOCK = "hue scheduler"  # who holds it is the one that looks
OFTEN = timedelta(minutes=5)
SOON = timedelta(seconds=15)  # a change of a dataset is in the catalogue after a minute at most


def run() -> None:
    """Look again and again until a signal ends the process."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    while not ended.is_set():
        try:
            with held_lock(LOCK) as first:
                while first and not ended.is_set():
                    tick()
                    ended.wait(config.scheduler_tick())
        except SQLAlchemyError:
            log.warning("The database does not answer; looking again", exc_info=True)
        ended.wait(config.scheduler_tick())


def tick(now: datetime | None = None) -> None:
    """Look once: what is due is queued, what was abandoned is woken, who waits for news is told."""
    now = now or datetime.now(UTC)
    for look in (
        _start_due_sources,
        jobs.replace_old,
        leases.give_up,
        _wake,
        notices.send_due,
        *(partial(_run_if_due, name, now) for name in TASKS),
    ):
        try:
            look()
        except (InterfaceError, OperationalError):
            raise  # the database is away
        except (HarvestError, RedisError):
            # Nothing is lost: it stands in the database, and is looked at again.
            log.warning("A look of the scheduler was in vain", exc_info=True)
        except Exception:
            # One look that fails each time must not keep the others from being taken.
            log.exception("A look of the scheduler failed")
        finally:
            model.Session.remove()
    _set_next(HEARTBEAT, now)


def last_seen() -> datetime | None:
    """When the scheduler looked last."""
    found = rows("SELECT last_run FROM hue_schedule WHERE name = :name", name=HEARTBEAT)
    return found[0].last_run if found else None


def _start_due_sources() -> None:
    rows(
        "WITH due AS (UPDATE hue_harvest_source SET next_run = now()"
        "  + every_minutes * (1 + :jitter * random()) * interval '1 minute'"
        "  WHERE NOT paused AND next_run <= now() RETURNING id)"
        " INSERT INTO hue_harvest_job (source_id, origin) SELECT id, 'schedule' FROM due"
        " ON CONFLICT (source_id) WHERE state IN ('queued', 'planning', 'running') DO NOTHING",
        jitter=JITTER,
    )


def _wake() -> None:
    worker.wake()
    if settling.left_behind():
        worker.wake(1)


def _run_if_due(name: str, now: datetime) -> None:
    next_run, task = TASKS[name]
    if _is_due(name, now, next_run):
        task()
        _set_next(name, next_run(now))


def _is_due(name: str, now: datetime, next_run: Callable[[datetime], datetime]) -> bool:
    """Whether a task's time has come; one that was never run waits for its first time."""
    found = rows("SELECT next_run FROM hue_schedule WHERE name = :name", name=name)
    if not found:
        _set_next(name, next_run(now), ran=False)
    return bool(found) and found[0].next_run <= now


def _set_next(name: str, moment: datetime, *, ran: bool = True) -> None:
    rows(
        "INSERT INTO hue_schedule (name, next_run, last_run) VALUES (:name, :moment, :last)"
        " ON CONFLICT (name) DO UPDATE SET next_run = excluded.next_run, last_run = excluded.last_run",
        name=name,
        moment=moment,
        last=datetime.now(UTC) if ran else None,
    )


def _soon(now: datetime) -> datetime:
    return now + SOON


def _often(now: datetime) -> datetime:
    return now + OFTEN


def _nightly(now: datetime) -> datetime:
    """The next time that it is the reconciler's hour, some minutes after the full hour."""
    local = now.astimezone(VIETNAM)
    hour = local.replace(hour=config.reconcile_hour(), minute=0, second=0, microsecond=0)
    night = hour if hour > local else hour + timedelta(days=1)
    return night + timedelta(minutes=random.randrange(30))  # noqa: S311


def _prune() -> None:
    jobs.prune(config.kept_jobs(), config.kept_days())
    counting.prune()


TASKS: dict[str, tuple[Callable[[datetime], datetime], Callable[[], Any]]] = {
    "uploads": (_often, upload_jobs.resume),
    "files": (_often, file_jobs.enqueue),
    "downloads": (_often, counting.flush),
    "catalogue": (_soon, keeping.look),
    "catalogue at night": (_nightly, keeping.tidy),
    "quality": (_often, quality_jobs.enqueue),
    "quality-dataset": (_nightly, quality_publication.enqueue),
    "prune": (_nightly, _prune),
    "reports": (_often, report_notices.send_due),
    "reports at night": (_nightly, report_records.prune),
    "reconcile": (_nightly, reconcile.enqueue),
}
