"""A harvest job, as a worker runs it: plan, then load and publish batch by batch."""

from __future__ import annotations

import logging
from dataclasses import replace

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context
from redis.exceptions import RedisError
from rq.timeouts import JobTimeoutException

from ckanext.hue import config
from ckanext.hue.harvesters.base import Source, TableEntry
from ckanext.hue.harvesters.errors import SourceError, TableChanged
from ckanext.hue.tables.errors import TableError
from ckanext.hue.tables.loading import LoadedList, load

from . import jobs, mapping, planning, publishing
from .agencies import Registry
from .errors import HarvestError, QueueUnavailable
from .jobs import Item
from .publishing import Known, Ready
from .sources import HarvestSource, get_by_id

log = logging.getLogger(__name__)

READ_ATTEMPTS = 3


def enqueue(source: HarvestSource) -> str:
    """Queue a job for this source and wake a worker; returns the job's id. Raises QueueUnavailable."""
    job_id = jobs.create(source.id)
    try:
        tk.enqueue_job(
            run_job,
            [job_id],
            title=f"Thu thập {source.name}",
            rq_kwargs={"timeout": config.job_timeout()},
        )
    except RedisError as error:
        unavailable = QueueUnavailable()
        jobs.end(job_id, "failed", str(unavailable))
        raise unavailable from error
    return job_id


def run_job(job_id: str) -> None:
    """Run a queued job to its end; its report stands in the database."""
    source_id = jobs.source_of(job_id)
    if source_id is None:
        log.warning("Harvest job %s is gone, perhaps with its source", job_id)
        return
    with jobs.source_lock(source_id) as held:
        if not held:
            jobs.end(job_id, "failed", "Nguồn đang được thu thập bởi một lần chạy khác.")
        elif jobs.start(job_id):
            _run(job_id, get_by_id(source_id))


def _run(job_id: str, source: HarvestSource) -> None:
    try:
        publishing.settle(source.id)
        reader = source.open()
        planning.plan(job_id, source.id, reader.listing())
        user = tk.get_action("get_site_user")(Context(ignore_auth=True), {})["name"]
        registry = Registry(user)
        while batch := jobs.waiting(job_id, config.batch_size()):
            _run_batch(job_id, source, reader, registry, user, batch)
    except SourceError as error:
        jobs.end(job_id, "failed", str(error))
    except BaseException as error:
        jobs.end(job_id, "failed", jobs.own_fault(error))
        raise
    else:
        jobs.end(job_id, "finished")


def _run_batch(
    job_id: str, source: HarvestSource, reader: Source, registry: Registry, user: str, batch: list[Item]
) -> None:
    known = publishing.known_tables(source.id, (item.remote_id for item in batch))
    ready: list[Ready] = []
    for item in batch:
        try:
            ready.append(_prepare(source, reader, registry, item, known.get(item.remote_id)))
        except (SourceError, TableError, HarvestError) as error:
            log.info("Table %s of %s failed: %s", item.remote_id, source.name, error)
            jobs.fail_item(job_id, item.remote_id, str(error))
        except JobTimeoutException:
            raise
        except Exception as error:
            # One odd table must not keep the others waiting, run after run.
            model.Session.rollback()
            log.exception("Table %s of %s failed", item.remote_id, source.name)
            jobs.fail_item(job_id, item.remote_id, jobs.own_fault(error))
    if ready:
        publishing.publish(source, job_id, user, ready, known)


def _prepare(
    source: HarvestSource, reader: Source, registry: Registry, item: Item, known: Known | None
) -> Ready:
    entry = item.entry
    dataset_id = source.dataset_id(entry.remote_id)
    if item.action == "closed":
        return Ready(item, dataset_id, {}, [])
    lists = _load(source, reader, entry, known)
    dataset = mapping.dataset(
        source,
        entry,
        lists,
        organization_id=registry.organization(entry.agency_code, entry.agency_name or source.title),
        group=registry.field(entry.field_code),
    )
    return Ready(item, dataset_id, dataset, lists)


def _load(source: HarvestSource, reader: Source, entry: TableEntry, known: Known | None) -> list[LoadedList]:
    def resource_id(list_name: str) -> str:
        return source.resource_id(entry.remote_id, list_name)

    before = known.content_hashes if known else {}
    for attempt in range(1, READ_ATTEMPTS + 1):
        try:
            loaded = load(reader.pages(entry), resource_id, number_format=source.number_format)
        except TableChanged:
            if attempt == READ_ATTEMPTS:
                raise
        else:
            # A job that was killed after loading has left the rows new and the dataset old.
            return [replace(one, written=one.content_hash != before.get(one.resource_id)) for one in loaded]
    raise AssertionError("the loop either returns or raises")
