"""Files are written once when a table changes, and go when it changes again or is taken away."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import ckan.plugins.toolkit as tk
from ckan.lib.redis import connect_to_redis
from psycopg2.extensions import cursor as Cursor
from redis.exceptions import RedisError
from rq.job import Retry
from rq.timeouts import JobTimeoutException

from ckanext.hue import config
from ckanext.hue.catalog.fragments import stale
from ckanext.hue.tables import indexing, versions
from ckanext.hue.tables.database import datastore_connection
from ckanext.hue.tables.profile import profile_of
from ckanext.hue.tables.querying import columns_of
from ckanext.hue.waking import WakingCall

from . import records, storage
from .errors import Misfit, NoTable, TableChanged
from .formats import FORMATS
from .records import Due, Recorded
from .selection import select
from .storage import Written

log = logging.getLogger(__name__)

BATCH = 1_000
PROFILE_MILLISECONDS = 10 * 60 * 1_000
CALL = WakingCall("files", lasts=10 * 60)
MAX_ATTEMPTS = 3  # a job that is killed must not leave tables without their index until the next change
SWEPT_SECONDS = 24 * 60 * 60


@dataclass(slots=True)
class Summary:
    """What a run did. Tables: `tables`, `failed`; files: `files` written, `removed`."""

    tables: int = 0
    files: int = 0
    failed: int = 0
    removed: int = 0


def enqueue() -> None:
    """Have the files of changed tables written soon; one waiting job serves all changes until it starts."""
    try:
        CALL.make(
            write_files,
            "Lập chỉ mục, tạo tệp tải về",
            timeout=config.files_job_timeout(),
            retry=Retry(max=MAX_ATTEMPTS),
        )
    except RedisError:
        # Nothing is lost: what is due stands in the database, and readers get the rows as they are read.
        log.warning("The job that writes files could not be queued", exc_info=True)


def write_files(*, sweep: bool | None = None, again: bool = False) -> Summary:
    """Bring indexes and stored files to the state of the tables; running it again is always safe.

    sweep: also look through the whole storage for files that no record names, and for files that are gone;
    by default once a day. again: write the files of all tables anew.
    """
    CALL.begin()
    indexing.complete()
    if sweep is None:
        sweep = bool(connect_to_redis().set(_swept(), 1, nx=True, ex=SWEPT_SECONDS))
    summary = Summary()
    if again:
        _forget_where(lambda _file: True)
    elif sweep:
        _forget_where(_is_lost)
    for table in _due():
        _write_or_log(table, summary)
    summary.removed += _remove_out_of_date()
    if sweep:
        _forget_dropped_tables()
        summary.removed += len(_unrecorded())
    return summary


def sweep(*, dry_run: bool = False) -> list[str]:
    """Look through the whole storage and all records, and settle what does not fit.

    Returns the places of files that no record names, or that are recorded and gone. Versions of dropped
    tables are forgotten; lost files are written anew by the next job.
    """
    lost: list[str] = []
    for files in _recorded():
        missing = [file for file in files if _is_lost(file)]
        lost += [file.location for file in missing]
        if not dry_run:
            for version in {(file.resource_id, file.version) for file in missing}:
                _forget_version(*version)
    removed = _unrecorded(dry_run=dry_run)
    if not dry_run:
        _remove_out_of_date()
        _forget_dropped_tables()
        if lost:
            enqueue()
    return [*lost, *removed]


def remove_files_of(resource_ids: Iterable[str]) -> None:
    """Remove the files of tables that are about to be dropped: their records go with the tables.

    A storage that is away keeps no table from being dropped; the daily look through it finds the files.
    """
    for resource_id in resource_ids:
        try:
            with datastore_connection() as connection, connection.cursor() as cursor:
                # Who else has the claim is writing files, and will not record them once the table is gone.
                if records.claim(cursor, resource_id):
                    _forget(cursor, records.of_resource(cursor, resource_id))
        except JobTimeoutException:
            raise
        except Exception:
            log.exception("Files of table %s stay for now", resource_id)


def dictionary_changed(resource_id: str) -> None:
    """Drop the files that say what a table's data dictionary said before, and have them written anew.

    With other columns than its version's the table counts as edited: then no file is made of it.
    """
    with datastore_connection() as connection, connection.cursor() as cursor:
        number = versions.with_columns_of(cursor, resource_id)
        if number is None:
            return
    _forget_version(resource_id, number)
    enqueue()


def _swept() -> str:
    return f"hue:{tk.config['ckan.site_id']}:files:swept"


def _due() -> list[Due]:
    with datastore_connection() as connection, connection.cursor() as cursor:
        return records.due(cursor)


def _write_or_log(table: Due, summary: Summary) -> None:
    try:
        files = _write(table)
    except JobTimeoutException:
        raise
    except (NoTable, TableChanged):
        log.info("Table %s changed while its files were written", table.resource_id)
    except Exception:
        # One odd table must not keep the others waiting; readers get its rows as they are read.
        log.exception("Files of table %s were not written", table.resource_id)
        summary.failed += 1
    else:
        summary.tables += bool(files)
        summary.files += files
        if files:
            stale.mark_tables([table.resource_id])
            _profile(table)


def _profile(table: Due) -> None:
    """Describe the table's values now, so that no reader waits for it."""
    try:
        profile_of(table.resource_id, columns_of(table.resource_id), PROFILE_MILLISECONDS)
    except (tk.ObjectNotFound, tk.ValidationError) as error:
        log.info("Table %s was not described: %s", table.resource_id, error)


def _write(table: Due) -> int:
    """Write and record a version's files; how many. 0 when another process does, or the table changed.

    One transaction holds the claim on the table and the record: what is killed leaves no record.
    """
    written: dict[str, Written] = {}
    with datastore_connection() as connection, connection.cursor() as cursor:
        if not (records.claim(cursor, table.resource_id) and records.is_due(cursor, table)):
            return 0
        recorded = False
        try:
            for key, file in _written(table):
                written[key] = file
            recorded = records.add(cursor, table, written)
        finally:
            if not recorded:
                for file in written.values():
                    storage.remove(file.location)
    return len(written) if recorded else 0


def _written(table: Due) -> Iterator[tuple[str, Written]]:
    selection = select(table.resource_id)
    for format in FORMATS.values():
        if not format.fits(selection.columns, table.rows):
            continue
        place = storage.place_of(
            table.resource_id, table.version, table.content_hash, format.key, format.extension
        )
        try:
            yield format.key, storage.write(place, format.stream(selection), format.media_type)
        except Misfit as error:
            log.info("Table %s does not fit %s: %s", table.resource_id, format.key, error)


def _remove_out_of_date() -> int:
    """Remove the files of versions that do not stand any more."""
    removed = 0
    while True:
        with datastore_connection() as connection, connection.cursor() as cursor:
            files = records.out_of_date(cursor, BATCH)
            if not files:
                return removed
            _forget(cursor, files)
            removed += len(files)


def _forget_dropped_tables() -> None:
    """Forget the versions of tables that CKAN has dropped, with the rows that they changed or left out."""
    with datastore_connection() as connection, connection.cursor() as cursor:
        for resource_id in versions.of_dropped_tables(cursor):
            if records.claim(cursor, resource_id):
                _forget(cursor, records.of_resource(cursor, resource_id))
                versions.forget(cursor, resource_id)


def _unrecorded(*, dry_run: bool = False) -> list[str]:
    """Remove what no record names: files of a killed process, or of tables whose records are gone."""
    removed: list[str] = []
    for places in _batches(storage.places()):
        with datastore_connection() as connection, connection.cursor() as cursor:
            strays = records.unrecorded(cursor, places)
        removed += [place for place in strays if _remove_if_stray(place, dry_run=dry_run)]
    return removed


def _remove_if_stray(place: str, *, dry_run: bool) -> bool:
    """Remove a file, unless the process that writes it is only about to record it."""
    with datastore_connection() as connection, connection.cursor() as cursor:
        stray = records.claim(cursor, storage.resource_of(place)) and records.unrecorded(cursor, [place])
        if stray and not dry_run:
            storage.remove(place)
        return bool(stray)


def _forget_where(test: Callable[[Recorded], bool]) -> None:
    """Have the files of the versions written anew of which one passes the test."""
    for files in _recorded():
        for version in {(file.resource_id, file.version) for file in files if test(file)}:
            _forget_version(*version)


def _recorded() -> Iterator[list[Recorded]]:
    """All recorded files, some at a time."""
    last: Recorded | None = None
    while True:
        with datastore_connection() as connection, connection.cursor() as cursor:
            files = records.after(cursor, last, BATCH)
        if not files:
            return
        yield files
        last = files[-1]


def _is_lost(file: Recorded) -> bool:
    """Whether a file is gone from the storage, or cut."""
    stream = storage.open_file(file.location, file.size)
    if stream is None:
        log.warning("%s is gone or not whole", file.location)
        return True
    storage.close(stream)
    return False


def _forget_version(resource_id: str, version: int) -> None:
    with datastore_connection() as connection, connection.cursor() as cursor:
        if records.claim(cursor, resource_id):
            _forget(cursor, records.of_version(cursor, resource_id, version))


def _forget(cursor: Cursor, files: Sequence[Recorded]) -> None:
    """Remove files; their records go last, so that none is forgotten."""
    for file in files:
        storage.remove(file.location)
    records.forget(cursor, files)


def _batches(places: Iterator[str]) -> Iterator[list[str]]:
    while batch := list(islice(places, BATCH)):
        yield batch
