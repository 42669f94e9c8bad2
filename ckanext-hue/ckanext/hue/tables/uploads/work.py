"""Load one claimed upload: read its file, publish its table, tell CKAN, write the report."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator

from ckan import model
from rq.timeouts import JobTimeoutException

from ckanext.hue import config
from ckanext.hue.harvest.jobs import own_fault
from ckanext.hue.harvesters.base import Batch
from ckanext.hue.search.indexing import index_datasets
from ckanext.hue.tables.errors import NoTableInFile, TableError
from ckanext.hue.tables.files import jobs as file_jobs
from ckanext.hue.tables.loading import LoadedList, load_batches
from ckanext.hue.tables.reading.base import OpenFile
from ckanext.hue.tables.reading.opening import open_file

from . import records, report, resources
from .errors import SheetMissing, Superseded
from .records import Upload
from .storage import Snapshot, snapshot

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0  # between looks at whether the load is still wanted
_TOO_LONG = (
    "Đọc tệp quá {minutes} phút nên đã dừng. Bảng cũ được giữ nguyên. Hãy tách tệp thành nhiều tệp nhỏ hơn."
)


def load(upload: Upload) -> None:
    """Take a claimed upload to its end; call it with the resource's lock held.

    What is wrong with the file ends the upload as failed; a database that is away raises, and the upload is
    taken up again.
    """
    told = report.Draft(upload.sheet)
    try:
        with snapshot(upload.resource_id, upload.name) as file:
            told.sha256 = file.sha256
            loaded = _publish(upload, file, told)
            told.loaded(loaded)
            _look(upload, loaded.rows)
            dataset_id = resources.tell_table(upload, file)
    except Superseded:
        resources.drop_if_gone(upload.resource_id)
        records.finish(upload.id, "superseded")
    except TableError as error:
        log.info("Upload %s failed: %s", upload.id, error)
        told.failed(error)
        _fail(upload, told, str(error))
    except JobTimeoutException:
        _fail(upload, told, _TOO_LONG.format(minutes=config.upload_timeout() // 60))
    except Exception as error:
        model.Session.rollback()
        log.exception("Upload %s failed", upload.id)
        _fail(upload, told, own_fault(error))
    else:
        # The table is published: that the search engine is away must not read as a failed load.
        records.finish(upload.id, "done", count=loaded.rows, sha256=told.sha256, report=told.as_dict())
        file_jobs.enqueue()
        index_datasets([dataset_id])


def _fail(upload: Upload, told: report.Draft, message: str) -> None:
    records.finish(upload.id, "failed", message, sha256=told.sha256, report=told.as_dict())


def _publish(upload: Upload, file: Snapshot, told: report.Draft) -> LoadedList:
    opened = open_file(file.path, upload.name)
    told.opened = opened
    told.sheet = sheet_of(opened, upload.sheet, upload.name)
    return load_batches(upload.resource_id, _watched(upload, opened.batches(told.sheet)))


def sheet_of(opened: OpenFile, asked: str, filename: str) -> str:
    """The sheet to read: the one asked for, else the first. Raises TableError."""
    if not opened.sheets:
        raise NoTableInFile(filename=filename, reason="không trang tính nào có dữ liệu")
    if not asked or asked in opened.sheets:
        return asked or opened.sheets[0]
    raise SheetMissing(sheet=asked, sheets=", ".join(f"«{name}»" for name in opened.sheets))


def _watched(upload: Upload, batches: Iterable[Batch]) -> Iterator[Batch]:
    """Pass batches on, note how many rows they held, and stop when the upload is not wanted any more."""
    read = 0
    looked = time.monotonic()
    for batch in batches:
        yield batch
        read += len(batch.rows)
        if time.monotonic() - looked > LOOK_SECONDS:
            looked = time.monotonic()
            _look(upload, read)
    _look(upload, read)


def _look(upload: Upload, read: int) -> None:
    if not records.progress(upload.id, read):
        raise Superseded
