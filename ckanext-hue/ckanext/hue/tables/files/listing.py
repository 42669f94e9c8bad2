"""Which files of a table there are to download, written already or made when asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from . import records
from .errors import NoTable
from .formats import FORMATS, Format
from .records import StoredFile
from .selection import describe


@dataclass(frozen=True, slots=True)
class Download:
    """A file to download: `path` is its address on the portal. The rest is None while it is not written."""

    format: Format
    path: str
    size: int | None = None
    sha256: str | None = None
    written: datetime | None = None


def of_tables(resource_ids: Sequence[str]) -> Mapping[str, list[Download]]:
    """The downloads of tables, by resource; an empty list where the DataStore has no table.

    One statement, and one for each table whose files are not written.
    """
    stored = records.of_tables(resource_ids) if resource_ids else {}
    return {resource_id: _of_table(resource_id, files) for resource_id, files in stored.items()}


def zip_path(dataset_id: str) -> str:
    """The address of all tables of a dataset in one file."""
    return f"/download/dataset/{dataset_id}.zip"


def of_stored(resource_id: str, stored: Mapping[str, StoredFile]) -> list[Download]:
    """The downloads of a table's files, by format, which were read already."""
    return [_download(resource_id, FORMATS[key], stored[key]) for key in FORMATS if key in stored]


def live(resource_id: str, format: Format) -> Download:
    """The table in a format, written when asked for."""
    return _download(resource_id, format)


def csv_of(resource_id: str) -> Download:
    """The table as CSV, written when asked for."""
    return _download(resource_id, FORMATS["csv"])


def _of_table(resource_id: str, stored: Mapping[str, StoredFile]) -> list[Download]:
    if stored:
        return of_stored(resource_id, stored)
    try:
        columns = describe(resource_id)
    except NoTable:
        return []
    return [_download(resource_id, format) for format in FORMATS.values() if format.fits(columns, None)]


def _download(resource_id: str, format: Format, file: StoredFile | None = None) -> Download:
    path = f"/download/{resource_id}.{format.extension}" + ("?bom=1" if format.key.endswith("-bom") else "")
    if file is None:
        return Download(format, path)
    return Download(format, path, file.size, file.sha256, file.written)
