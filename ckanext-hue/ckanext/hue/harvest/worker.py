"""The background job in which a worker claims and does batches, and how workers are woken for it."""

from __future__ import annotations

import logging
import time
import uuid

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.jobs import get_queue
from redis.exceptions import RedisError
from rq import Worker
from rq.registry import FailedJobRegistry

from ckanext.hue import config

from . import jobs, leases, runner, settling
from .errors import QueueUnavailable
from .sources import HarvestSource

log = logging.getLogger(__name__)

FAILURE_SECONDS = 86_400  # that Redis keeps the trace of a job whose worker died
_MARK = "hue-harvest-"  # by which the queue's own jobs are told apart


def start(source: HarvestSource, origin: str = "manual") -> str:
    """Queue a harvest of this source and wake a worker; returns the job's id.

    A source has one job at a time: while one is not over, its id is returned. Raises SourcePaused, and
    QueueUnavailable: the job waits then until the scheduler reaches the queue.
    """
    job_id = jobs.create(source, origin)
    wake(1)
    return job_id


def wake(batches: int | None = None) -> None:
    """Queue as many claiming jobs as there is work for (or `batches`), at most one a worker.

    Redis only wakes workers: what there is to do stands in PostgreSQL. Raises QueueUnavailable.
    """
    wanted = leases.claimable() if batches is None else batches
    if not wanted:
        return
    try:
        queue = get_queue()
        workers = max(1, Worker.count(queue=queue))
        waiting = sum(job_id.startswith(_MARK) for job_id in queue.job_ids)
        for _ in range(min(wanted, workers) - waiting):
            tk.enqueue_job(
                work,
                title="Thu thập dữ liệu",
                rq_kwargs={
                    "timeout": config.job_timeout(),
                    "job_id": f"{_MARK}{uuid.uuid4()}",
                    "result_ttl": 0,
                    "failure_ttl": FAILURE_SECONDS,
                },
            )
    except RedisError as error:
        raise QueueUnavailable from error


def remove_failed(*, dry_run: bool = False) -> list[str]:
    """Take claiming jobs that failed out of the queue's registry; their ids. Raises QueueUnavailable.

    They only woke a worker: what there is to do stands in PostgreSQL.
    """
    try:
        registry = FailedJobRegistry(queue=get_queue())
        failed = [job_id for job_id in registry.get_job_ids() if job_id.startswith(_MARK)]
        for job_id in [] if dry_run else failed:
            registry.remove(job_id, delete_job=True)
    except RedisError as error:
        raise QueueUnavailable from error
    return failed


def work() -> None:
    """Claim and do batches of any source until nothing is left, or until others should have their turn."""
    deadline = time.monotonic() + config.slice_seconds()
    while time.monotonic() < deadline:
        lease = leases.claim()
        if lease is None:
            break
        runner.run(lease)
        model.Session.remove()
        if not lease.items:
            wake_if_possible()  # what was planned is for all workers
    for source_id in settling.left_behind():
        settling.settle(source_id)
    leases.finish_done()
    if time.monotonic() >= deadline:
        wake_if_possible()


def wake_if_possible(batches: int | None = None) -> None:
    """Wake workers. While the queue does not answer the work waits: the scheduler wakes them later."""
    try:
        wake(batches)
    except QueueUnavailable:
        log.warning("The queue does not answer; the scheduler wakes other workers", exc_info=True)
