"""A harvest job, as a worker runs it: plan, then load and publish batch by batch."""

from __future__ import annotations

import logging
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.types import Context

from ckanext.hue import config
from ckanext.hue.harvesters.base import Source, TableEntry
from ckanext.hue.harvesters.errors import SourceError, TableChanged
from ckanext.hue.tables.database import datastore_connection
from ckanext.hue.tables.errors import TableError
from ckanext.hue.tables.loading import LoadedList, load
from ckanext.hue.tables.publishing import drop_table

from . import jobs, mapping, planning, publishing
from .agencies import Registry
from .jobs import Item
from .publishing import Known, Ready
from .sources import HarvestSource, get_by_id

log = logging.getLogger(__name__)

READ_ATTEMPTS = 3


def enqueue(source: HarvestSource) -> str:
    """Queue a job for this source and wake a worker; returns the job's id."""
    job_id = jobs.create(source.id)
    tk.enqueue_job(
        run_job,
        [job_id],
        title=f"Thu thập {source.name}",
        rq_kwargs={"timeout": config.job_timeout()},
    )
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
        publishing.index_pending(source.id)
        reader = source.open()
        planning.plan(job_id, source.id, reader.listing())
        user = tk.get_action("get_site_user")(Context(ignore_auth=True), {})["name"]
        registry = Registry(user)
        while batch := jobs.waiting(job_id, config.batch_size()):
            _run_batch(job_id, source, reader, registry, user, batch)
    except SourceError as error:
        jobs.end(job_id, "failed", str(error))
    except BaseException as error:
        jobs.end(job_id, "failed", f"Lỗi của cổng ({type(error).__name__}); chi tiết nằm trong nhật ký.")
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
        except (SourceError, TableError) as error:
            log.info("Table %s of %s failed: %s", item.remote_id, source.name, error)
            jobs.fail_item(job_id, item.remote_id, str(error))
    if ready:
        publishing.publish(source, job_id, user, ready)


def _prepare(
    source: HarvestSource, reader: Source, registry: Registry, item: Item, known: Known | None
) -> Ready:
    if item.action == "closed":
        return _close(source, item, known)
    entry = item.entry
    lists = _load(source, reader, entry, known)
    dataset = mapping.dataset(
        source,
        entry,
        lists,
        organization_id=registry.organization(entry.agency_code, entry.agency_name or source.title),
        group=registry.field(entry.field_code),
    )
    return Ready(item, dataset, lists)


def _load(source: HarvestSource, reader: Source, entry: TableEntry, known: Known | None) -> list[LoadedList]:
    def resource_id(list_name: str) -> str:
        return source.resource_id(entry.remote_id, list_name)

    hashes = known.content_hashes if known else {}
    for attempt in range(1, READ_ATTEMPTS + 1):
        try:
            return load(reader.pages(entry), resource_id, hashes)
        except TableChanged:
            if attempt == READ_ATTEMPTS:
                raise
    raise AssertionError("the loop either returns or raises")


def _close(source: HarvestSource, item: Item, known: Known | None) -> Ready:
    """Take a table that is no longer open from the public: its rows first, then its dataset."""
    with datastore_connection() as connection, connection.cursor() as cursor:
        for resource_id in known.content_hashes if known else ():
            drop_table(cursor, resource_id)
    closed: dict[str, Any] = {"id": source.dataset_id(item.remote_id), "state": "deleted", "resources": []}
    return Ready(item, closed, [])
