"""Brings the stored fragments to the state of the datasets: a job, a look of the scheduler, a command.

Nothing is done when a dataset is written. What is due stands in the database, so a run that is killed loses
nothing, and the next one goes on.
"""

from __future__ import annotations

import hashlib
import logging
import math
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Any
from urllib.parse import unquote

import ckan.plugins.toolkit as tk
from ckan import model
from redis.exceptions import RedisError
from rq.timeouts import JobTimeoutException
from sqlalchemy.exc import InterfaceError, OperationalError

from ckanext.hue import config
from ckanext.hue.catalog import addresses
from ckanext.hue.catalog.formats import NT
from ckanext.hue.catalog.profile import lookups
from ckanext.hue.catalog.profile.lookups import Lookups
from ckanext.hue.harvest.database import held_lock
from ckanext.hue.waking import WakingCall

from . import making as fragments
from . import reading, stale, store
from .store import Due, Made

log = logging.getLogger(__name__)

BATCH = 100
LOCK = "hue catalogue"
JOB_SECONDS = 60 * 60  # after which the queue ends a job that ought to have ended by itself
CALL = WakingCall("catalogue", lasts=60)
PATIENCE = 10  # seconds after which the scheduler does itself what no worker has begun
OWN_SECONDS = 5  # that the scheduler gives to it at a look
HEAD_AGE = timedelta(days=1)
MOST_GAPS = 0.2  # of the places; more are closed at night
_NOBODYS_FAULT = (JobTimeoutException, InterfaceError, OperationalError)  # no dataset is odd for these
FEW = 100  # places, of which no gaps are worth closing


@dataclass(slots=True)
class Summary:
    """What a run did; `whole` is False when it ended before all was done, or another one runs."""

    stored: int = 0
    removed: int = 0
    failed: int = 0
    whole: bool = False


def look() -> None:
    """The scheduler's look: wake a worker when something is due, or begin when none has come so far."""
    with held_lock(LOCK) as free:
        if not free or not store.is_due(made_for()):
            return
    try:
        CALL.make(work, "Cập nhật danh mục DCAT", timeout=JOB_SECONDS)
        waits = CALL.waits_shorter_than(PATIENCE)
    except RedisError:
        log.warning("No worker can be woken for the catalogue", exc_info=True)
        waits = False
    if not waits:
        keep_up(OWN_SECONDS)


def work() -> None:
    """The background job; what it does not finish in its turn the scheduler has another one do."""
    keep_up(config.slice_seconds())


def keep_up(seconds: float = math.inf) -> Summary:
    """Make what is due, for so long at most. Running it again, or beside another run, is always safe."""
    deadline = time.monotonic() + seconds
    summary = Summary()
    with held_lock(LOCK) as held:
        if not held:
            return summary
        _begin()
        _make_head(again=False)
        summary.removed = _remove_gone()
        while batch := store.due(BATCH):
            _make(batch, summary)
            if time.monotonic() > deadline:
                return summary
        if summary.stored or summary.removed:
            _make_head(again=True)
    summary.whole = True
    return summary


def rebuild(*, all_: bool = False) -> Summary:
    """Make what is due, or everything; then close the gaps between the places."""
    if all_:
        store.mark_all(made_for())
    summary = keep_up()
    if summary.whole:
        _close_gaps(0)
    return summary


def tidy() -> None:
    """At night: forget what left long ago, close gaps if they are many, renew the catalogue's head."""
    store.forget_old_removals()
    _close_gaps(MOST_GAPS)
    keep_up(OWN_SECONDS)


def _begin() -> None:
    try:
        CALL.begin()
    except RedisError:
        log.info("Redis does not answer; the catalogue is brought up to date all the same")
    if store.state().made_for != made_for():
        store.mark_all(made_for())


def made_for() -> str:
    """What all fragments depend on beside their datasets, as a hash."""
    settings = (
        fragments.LAYOUT,
        version("ckanext-hue"),
        config.site_url(),
        config.rdf_profiles(),
        tk.config["ckan.locales_offered"],
    )
    return hashlib.sha256(repr(settings).encode()).hexdigest()


def _make(batch: Sequence[Due], summary: Summary) -> None:
    indexed = reading.from_index(batch)
    shown: dict[str, dict[str, Any]] = {}
    for one in batch:
        with _alone(one, summary):
            shown[one.id] = indexed.get(one.id) or reading.from_database(one.id)
    known: Lookups | None = None
    with _logged("What the graphs of a batch have in common could not be read at once"):
        known = lookups.of(list(shown.values()))
    made: list[Made] = []
    for one in batch:
        if one.id in shown:
            with _alone(one, summary):
                made.append(_made(one, shown[one.id], known))
    model.Session.remove()
    if made:
        _mark_related(made)
        store.save(made)
    summary.stored += len(made)


def _made(one: Due, dataset: dict[str, Any], known: Lookups | None) -> Made:
    modified = datetime.fromisoformat(dataset["metadata_modified"])
    return Made(one, modified, fragments.of_dataset(dataset, known))


@contextmanager
def _alone(one: Due, summary: Summary) -> Iterator[None]:
    """One odd dataset must not keep the others out of the catalogue: it is tried again later."""
    try:
        yield
    except _NOBODYS_FAULT:
        raise
    except Exception:
        log.exception("The graph of dataset %s could not be made", one.id)
        model.Session.rollback()
        store.postpone(one)
        summary.failed += 1


@contextmanager
def _logged(message: str) -> Iterator[None]:
    """Go on without what fails here."""
    try:
        yield
    except _NOBODYS_FAULT:
        raise
    except Exception:
        log.exception(message)
        model.Session.rollback()


def _remove_gone() -> int:
    gone = store.remove_gone()
    for dataset_id, text in gone.items():
        stale.mark(_mentioned(text) - {dataset_id})
    return len(gone)


def _mark_related(made: Sequence[Made]) -> None:
    """Mark the series that changed datasets are in, or were in, and the datasets of changed series.

    Not for what was marked itself: two that name each other would be made for ever.
    """
    changed = {one.due.id: one.fragment.text(NT.key) for one in made if one.due.stale is None}
    before = store.texts(list(changed))
    stale.mark(
        {
            related
            for dataset_id, text in changed.items()
            if text != before.get(dataset_id)
            for related in _mentioned(text + before.get(dataset_id, b"")) - {dataset_id}
        }
    )


def _mentioned(text: bytes) -> set[str]:
    """The ids of the datasets that N-Triples of the portal name."""
    own = re.escape(addresses.dataset("").encode())
    return {unquote(name.decode()) for name in re.findall(b"<" + own + rb"([^<>/#]+)>", text)}


def _make_head(*, again: bool) -> None:
    state = store.state()
    if again or not state.head or state.head_made < datetime.now(UTC) - HEAD_AGE:
        with _logged("What is said of the catalogue could not be renewed"):
            store.keep_head(fragments.of_catalog())


def _close_gaps(most: float) -> None:
    with held_lock(LOCK) as held:
        state = store.state()
        gaps = state.last_number - state.total
        if held and gaps > most * state.last_number and (most == 0 or state.last_number > FEW):
            store.close_gaps()
