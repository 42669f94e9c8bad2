"""The background job that counts scores and checks links: in batches, and only what changed since.

State stands in PostgreSQL: what a killed job did not write down is still due. One job at a time works;
another one that is woken meanwhile ends at once.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.redis import connect_to_redis
from ckan.types import Context
from rdflib import Graph, URIRef
from redis.exceptions import RedisError
from rq.timeouts import JobTimeoutException

from ckanext.hue import config
from ckanext.hue.catalog import addresses, graphs
from ckanext.hue.harvest.database import held_lock

from . import links, notices, own, records, scoring, timeliness
from .records import Counted, Due

log = logging.getLogger(__name__)

BATCH = 50
LOCK = "hue quality"
QUEUED_SECONDS = 10 * 60  # should the queue lose the job, another one is queued after this time
MARGIN_SECONDS = 10 * 60  # a batch, or a link's answer, may take until after the job's turn
# Tells with the ids of datasets that something else is said of their quality now.
SCORED = tk.signals.ckanext.signal("hue:quality_scored")


@dataclass(slots=True)
class Summary:
    """What a run did: datasets `scored`, links `checked`, datasets that could not be scored (`failed`)."""

    scored: int = 0
    checked: int = 0
    failed: int = 0


def enqueue() -> None:
    """Wake a worker; one waiting job serves all changes until it starts."""
    try:
        if connect_to_redis().set(_key(), 1, nx=True, ex=QUEUED_SECONDS):
            tk.enqueue_job(
                run,
                title="Chấm chất lượng siêu dữ liệu, kiểm tra liên kết",
                rq_kwargs={"timeout": config.slice_seconds() + MARGIN_SECONDS},
            )
    except RedisError:
        # Nothing is lost: what is due stands in the database.
        log.warning("The job that counts quality could not be queued", exc_info=True)


def run() -> Summary:
    """Count what is due and check links, for one turn; what is left then waits for the next one."""
    connect_to_redis().delete(_key())
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


def _key() -> str:
    return f"hue:{tk.config['ckan.site_id']}:quality:queued"


def _score_due(summary: Summary, until: float) -> None:
    while time.monotonic() < until and (due := records.due(BATCH)):
        counted = _counted(due)
        changed = records.store(counted)
        summary.scored += sum(one.score is not None for one in counted)
        summary.failed += sum(one.score is None for one in counted)
        if changed:
            SCORED.send(changed)
        model.Session.remove()


def _counted(due: list[Due]) -> list[Counted]:
    """Count a batch: its links' states are read at once."""
    described = {one: _graph(one.dataset_id) for one in due}
    given = {
        one: scoring.addresses(graph, URIRef(addresses.dataset(one.dataset_id)))
        for one, graph in described.items()
        if graph is not None
    }
    all_given = {address for found in given.values() for address in found}
    own_ones = {address for address in all_given if own.is_own(address)}
    statuses = {**records.statuses(all_given - own_ones), **own.statuses(own_ones)}
    counted = []
    for one, graph in described.items():
        if graph is None:
            counted.append(Counted(one, None, None, {}))
            continue
        dataset = URIRef(addresses.dataset(one.dataset_id))
        hosts = {address: links.host_of(address) for address in given[one] if address not in own_ones}
        counted.append(
            Counted(
                one,
                scoring.score(graph, dataset, statuses),
                timeliness.due(graph, dataset),
                {address: host for address, host in hosts.items() if host},
            )
        )
    return counted


def _graph(dataset_id: str) -> Graph | None:
    try:
        shown = tk.get_action("package_show")(Context(ignore_auth=True), {"id": dataset_id})
        return graphs.of_dataset(shown, measured={})
    except JobTimeoutException:
        raise
    except Exception:
        # One odd dataset must not keep the others waiting.
        log.exception("The quality of dataset %s could not be counted", dataset_id)
        model.Session.rollback()
        return None
