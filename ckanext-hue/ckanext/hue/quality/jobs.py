"""The background job that counts scores and checks links: in batches, and only what changed since.

State stands in PostgreSQL: what a killed job did not write down is still due. One job at a time works;
another one that is woken meanwhile ends at once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ckan import model
from rdflib import Graph, URIRef
from redis.exceptions import RedisError
from rq.timeouts import JobTimeoutException
from sqlalchemy.exc import SQLAlchemyError

from ckanext.hue import config
from ckanext.hue.catalog import addresses, graphs
from ckanext.hue.catalog.fragments import reading, store
from ckanext.hue.catalog.profile import lookups
from ckanext.hue.harvest.database import held_lock
from ckanext.hue.waking import WakingCall

from . import links, notices, own, records, scoring, timeliness
from .records import Counted, Due

log = logging.getLogger(__name__)

BATCH = 50
LOCK = "hue quality"
CALL = WakingCall("quality", lasts=10 * 60)
MARGIN_SECONDS = 10 * 60  # a batch, or a link's answer, may take until after the job's turn


@dataclass(slots=True)
class Summary:
    """What a run did: datasets `scored`, links `checked`, datasets that could not be scored (`failed`)."""

    scored: int = 0
    checked: int = 0
    failed: int = 0


def enqueue() -> None:
    """Wake a worker; one waiting job serves all changes until it starts."""
    try:
        CALL.make(
            run,
            "Chấm chất lượng siêu dữ liệu, kiểm tra liên kết",
            timeout=config.slice_seconds() + MARGIN_SECONDS,
        )
    except RedisError:
        # Nothing is lost: what is due stands in the database.
        log.warning("The job that counts quality could not be queued", exc_info=True)


def run() -> Summary:
    """Count what is due and check links, for one turn; what is left then waits for the next one."""
    CALL.begin()
    summary = Summary()
    until = time.monotonic() + config.slice_seconds()
    with held_lock(LOCK) as held:
        if not held:
            return summary
        records.forget_gone()
        _score_due(summary, until)
        summary.checked = links.check_due(until)
        if summary.checked:
            _score_due(summary, until)
        notices.send_due()
    if records.due(1) or records.due_links(1):
        enqueue()
    return summary


def _score_due(summary: Summary, until: float) -> None:
    while time.monotonic() < until and (due := records.due(BATCH)):
        counted = _counted(due)
        records.store(counted)
        summary.scored += sum(one.score is not None for one in counted)
        summary.failed += sum(one.score is None for one in counted)
        model.Session.remove()


def _counted(due: list[Due]) -> list[Counted]:
    """Count a batch: what its graphs need and its links' states are read at once."""
    graphs_by_due = _graphs(due)
    given = {one: scoring.addresses(graph, _subject(one)) for one, graph in graphs_by_due.items()}
    all_given = {address for found in given.values() for address in found}
    own_ones = {address for address in all_given if own.is_own(address)}
    statuses = {**records.statuses(all_given - own_ones), **own.statuses(own_ones)}
    counted = [Counted(one, None, None, {}) for one in due if one not in graphs_by_due]
    for one, graph in graphs_by_due.items():
        hosts = {address: links.host_of(address) for address in given[one] if address not in own_ones}
        counted.append(
            Counted(
                one,
                scoring.score(graph, _subject(one), statuses),
                timeliness.due(graph, _subject(one)),
                {address: host for address, host in hosts.items() if host},
            )
        )
    return counted


def _subject(due: Due) -> URIRef:
    return URIRef(addresses.dataset(due.dataset_id))


def _graphs(due: list[Due]) -> dict[Due, Graph]:
    """The graph of each dataset; those of which none can be made are missing."""
    wanted = {one: store.Due(one.dataset_id, one.metadata_modified, True, None) for one in due}
    shown = reading.from_index(list(wanted.values()))
    for one in due:
        with _alone(one):
            shown[one.dataset_id] = shown.get(one.dataset_id) or reading.from_database(one.dataset_id)
    known = lookups.of(list(shown.values()))
    made: dict[Due, Graph] = {}
    for one in due:
        if one.dataset_id in shown:
            with _alone(one):
                made[one] = graphs.of_dataset(shown[one.dataset_id], known)
    return made


@contextmanager
def _alone(one: Due) -> Iterator[None]:
    """One odd dataset must not keep the others waiting; a purged one is forgotten by the next run."""
    try:
        yield
    except (JobTimeoutException, SQLAlchemyError):
        raise
    except Exception:
        log.exception("The quality of dataset %s could not be counted", one.dataset_id)
        model.Session.rollback()
