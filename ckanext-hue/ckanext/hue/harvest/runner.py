"""What a worker does under a lease: plan a job, or load and publish a batch of its tables."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context
from rq.timeouts import JobTimeoutException

from ckanext.hue import config
from ckanext.hue.harvesters.base import (
    Chunk,
    CopyStream,
    Mark,
    NotModified,
    Page,
    Sheet,
    Source,
    TableEntry,
)
from ckanext.hue.harvesters.errors import BadEntry, HostTrouble, SourceError, TableChanged
from ckanext.hue.tables.errors import TableError
from ckanext.hue.tables.loading import LoadedList, Rules, load
from ckanext.hue.tables.personal import PersonalData

from . import breaker, documents, holds, jobs, leases, mapping, planning, publishing, settling
from .agencies import Registry
from .errors import HarvestError, LeaseLost, UnknownSource
from .leases import Heartbeat, Item, Lease
from .records import Known, Ready, known_tables
from .sources import HarvestSource, get_by_id

log = logging.getLogger(__name__)

READ_ATTEMPTS = 3


def run(lease: Lease) -> None:
    """Do what was claimed. What goes wrong stands in the job's report; raises only what ends the worker."""
    try:
        source = get_by_id(lease.source_id)
    except UnknownSource:
        log.warning("The source of job %s was removed meanwhile", lease.job_id)
        return
    try:
        with Heartbeat(lease).beating() as heartbeat:
            if lease.items:
                _Batch(source, lease, heartbeat.check).run()
                if not leases.anything_waits(lease.job_id):
                    settling.settle(source.id)  # also what a killed worker wrote and did not bring to Solr
                leases.finish_done(lease.job_id)
            else:
                _plan(source, lease, heartbeat.check)
    except LeaseLost:
        log.warning("The lease on %s (job %s) was lost; others go on", source.name, lease.job_id)


def _plan(source: HarvestSource, lease: Lease, check: Callable[[], None]) -> None:
    try:
        settling.settle(source.id)
        planning.plan(lease, source, source.open().listing(), check)
    except SourceError as error:
        if isinstance(error, HostTrouble):
            breaker.failed(source.host)
        jobs.fail(lease.job_id, lease.token, str(error))
    except (LeaseLost, JobTimeoutException):
        raise
    except Exception as error:
        log.exception("Job %s of %s could not be planned", lease.job_id, source.name)
        jobs.fail(lease.job_id, lease.token, jobs.own_fault(error))
    else:
        breaker.succeeded(source.host)


class _Batch:
    """The tables of one lease: loaded one by one, published together."""

    def __init__(self, source: HarvestSource, lease: Lease, check: Callable[[], None]) -> None:
        self.source = source
        self.lease = lease
        self.check = check
        remote_ids = [item.remote_id for item in lease.items]
        self.known = known_tables(source.id, remote_ids)
        self.decided = holds.decisions(source.id, remote_ids)
        self.user: str = tk.get_action("get_site_user")(Context(ignore_auth=True), {})["name"]
        self.registry = Registry(self.user)
        self.rules = Rules(
            source.number_format, source.accept_drift, source.bad_row_percent, hold_personal=True
        )
        self._trouble = breaker.counting(source.host)

    def run(self) -> None:
        ready: list[Ready] = []
        try:
            reader = self.source.open()
        except SourceError as error:  # its settings were changed since the job was planned
            for item in self.lease.items:
                self._fail(item, str(error))
            return
        for item in self.lease.items:
            self.check()
            try:
                ready += self._prepare(reader, item)
            except HostTrouble as error:
                if self._host_failed(item, error):
                    break
            except (SourceError, TableError, HarvestError) as error:
                if isinstance(error, LeaseLost):
                    raise
                self._fail(item, str(error))
            except JobTimeoutException:
                raise
            except Exception as error:
                # One odd table must not keep the others waiting, run after run.
                model.Session.rollback()
                log.exception("Table %s of %s failed", item.remote_id, self.source.name)
                self._fail(item, jobs.own_fault(error))
        if ready:
            self.check()
            publishing.publish(self.source, self.lease, self.user, ready, self.known)

    def _fail(self, item: Item, message: str) -> None:
        log.info("Table %s of %s failed: %s", item.remote_id, self.source.name, message)
        jobs.fail_item(self.lease.job_id, item.remote_id, self.lease.token, message)

    def _host_failed(self, item: Item, error: HostTrouble) -> bool:
        """Whether the host is left alone now: then the rest of the batch waits, this table included."""
        self._trouble = True
        pause = breaker.failed(self.source.host)
        if pause is None:
            self._fail(item, str(error))
            return False
        log.warning("%s is left alone for %d s: %s", self.source.host, pause, error)
        started = self.lease.items.index(item)
        leases.put_back(self.lease, [waiting.remote_id for waiting in self.lease.items[started:]])
        return True

    def _host_answered(self) -> None:
        if self._trouble:
            breaker.succeeded(self.source.host)
            self._trouble = False

    def _prepare(self, reader: Source, item: Item) -> list[Ready]:
        """What is to be written of a table: nothing when it waits for a person's approval."""
        entry, dataset_id = item.entry, self.source.dataset_id(item.remote_id)
        if entry is None or item.action == "closed":
            return [Ready(item, dataset_id, {}, [])]
        if entry.problem:
            raise BadEntry(reason=entry.problem)
        organization_id = self._organization(entry)
        group = self.registry.field(entry.field_code)
        if entry.document_form:
            described = documents.dataset(self.source, entry, organization_id=organization_id, group=group)
            defaults = self._defaults(entry, [], organization_id)
            return [Ready(item, dataset_id, described, [], defaults=defaults)]
        marks: list[str] = []
        known, held = self.known.get(item.remote_id), self.decided.holds.get(item.remote_id)
        try:
            lists = self._load(reader, entry, known, self._mark(entry), marks)
        except NotModified:
            self._host_answered()
            if held and held.fingerprint == entry.fingerprint():
                holds.hold_again(self.lease, item.remote_id, held)
                return []
            return [Ready(item, dataset_id, {}, [], known.mark if known else "", same=True)]
        except PersonalData as found:
            self._host_answered()
            log.info("Table %s of %s is held: %s", item.remote_id, self.source.name, found)
            holds.hold(self.source, self.lease, entry, found, _last(marks))
            return []
        self._host_answered()
        dataset = mapping.dataset(self.source, entry, lists, organization_id=organization_id, group=group)
        defaults = self._defaults(entry, lists, organization_id)
        held_before = held is not None
        return [
            Ready(item, dataset_id, dataset, lists, _last(marks), defaults=defaults, held_before=held_before)
        ]

    def _mark(self, entry: TableEntry) -> str:
        """What to ask the source with, whether the table is still what was last read of it."""
        known, held = self.known.get(entry.remote_id), self.decided.holds.get(entry.remote_id)
        if held:
            return held.mark if held.fingerprint == entry.fingerprint() else ""
        return known.mark if known and known.is_as_in(entry) else ""

    def _defaults(self, entry: TableEntry, lists: list[LoadedList], organization_id: str) -> dict[str, Any]:
        """What is filled in; a catalogue of others may be about any place, so none is assumed for it."""
        unit = "" if entry.document_form else config.province()
        agency = self.registry.title(organization_id)
        return mapping.defaults(self.source, entry, lists, agency=agency, unit=unit)

    def _organization(self, entry: TableEntry) -> str:
        """The id of the agency. What another catalogue calls itself is not believed."""
        code, name = entry.agency_code, entry.agency_name
        if entry.document_form and not self.source.settings.get("agency"):
            return self.registry.organization_of(self.source, code, name)
        return self.registry.organization(code, name or self.source.title)

    def _load(
        self, reader: Source, entry: TableEntry, known: Known | None, mark: str, marks: list[str]
    ) -> list[LoadedList]:
        """Load the table's rows; returns its lists. `marks` takes up what to ask with the next time.

        Raises NotModified when all that the source says is as it was at `mark`, and PersonalData.
        """

        def resource_id(list_name: str) -> str:
            return self.source.resource_id(entry.remote_id, list_name)

        before = known.content_hashes if known else {}
        approved = self.decided.approved.get(entry.remote_id, frozenset())
        rules = replace(self.rules, approved=approved)
        for attempt in range(1, READ_ATTEMPTS + 1):
            marks.clear()
            try:
                with leases.keeping(self.lease, entry.remote_id) as keep:
                    pages = self._watched(reader.pages(entry, mark), marks, keep)
                    loaded = load(pages, resource_id, rules=rules)
            except TableChanged:
                if attempt == READ_ATTEMPTS:
                    raise
            else:
                # A job that was killed after loading has left the rows new and the dataset old.
                return [
                    replace(one, written=one.content_hash != before.get(one.resource_id)) for one in loaded
                ]
        raise AssertionError("the loop either returns or raises")

    def _watched(
        self, chunks: Iterator[Chunk], marks: list[str], keep: Callable[[], None]
    ) -> Iterator[Page | Sheet | CopyStream]:
        """The chunks without marks, as long as the lease is held; at their end, before any swap, `keep`."""
        for chunk in chunks:
            if isinstance(chunk, Mark):
                marks.append(chunk.value)
            else:
                self.check()
                yield chunk
        self.check()
        keep()


def _last(marks: list[str]) -> str:
    return marks[-1] if marks else ""
