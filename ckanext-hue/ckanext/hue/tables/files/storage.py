"""The file storage that keeps tables as files: CKAN's, named by a setting, a folder unless said otherwise."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any, cast

import ckan.lib.files as ckan_files

from ckanext.hue import config

CHUNK = 256 * 1024
# Nothing else in the storage is ever removed, should it be shared with other files.
_OURS = re.compile(r"tables/[0-9a-f]{2}/([^/.]+)\.[0-9]+-[0-9a-f]{12}\.[a-z0-9-]+\.[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Written:
    """A file as it was written: `size` in bytes, `sha256` in hexadecimal digits."""

    location: str
    size: int
    sha256: str


def get() -> Any:
    """The storage (a `file_keeper.Storage`). Raises `ckan.lib.files.exc.UnknownStorageError`."""
    return ckan_files.get_storage(config.file_storage())


def place_of(resource_id: str, version: int, content_hash: str, key: str, extension: str) -> str:
    """Where a file of a version lies: never the place of another version, and the same when written again.

    The folders are 256 at most, so that none becomes very large and none is left empty behind a table.
    """
    state = f"{version}-{_digest(content_hash)[:12]}"
    return f"tables/{_digest(resource_id)[:2]}/{resource_id}.{state}.{key}.{extension}"


def resource_of(place: str) -> str:
    """The resource whose file lies at a place that `places` gave."""
    match = _OURS.fullmatch(place)
    if match is None:
        raise ValueError(f"{place} is no file of a table")
    return match[1]


def write(place: str, chunks: Iterable[bytes], media_type: str) -> Written:
    """Store the chunks at a place and return what they came to.

    They go through a temporary file: storages elsewhere want to know the size first, and what breaks off in
    the middle never gets there.
    """
    digest = hashlib.sha256()
    with tempfile.TemporaryFile() as file:
        for chunk in chunks:
            digest.update(chunk)
            file.write(chunk)
        size = file.tell()
        file.seek(0)
        name = place.rpartition("/")[2]
        get().upload(ckan_files.Location(place), ckan_files.Upload(cast(Any, file), name, size, media_type))
    return Written(place, size, digest.hexdigest())


def open_file(place: str, size: int) -> IO[bytes] | Iterable[bytes] | None:
    """The stored bytes, as a file where the storage has files; None when they are gone or not whole."""
    try:
        stream = get().stream(ckan_files.FileData(ckan_files.Location(place), size=size))
    except (ckan_files.exc.MissingFileError, FileNotFoundError):
        return None
    if not _is_file(stream):
        return stream
    if stream.seek(0, os.SEEK_END) == size:
        stream.seek(0)
        return stream
    stream.close()
    return None


def part(stream: Any, start: int, length: int) -> Iterable[bytes]:
    """Some bytes of what `open_file` gave; closing the result closes the stream."""
    return Part(stream, start, length) if _is_file(stream) else _skipped(stream, start, length)


def remove(place: str) -> None:
    """Take a file away; nothing when there is none."""
    get().remove(ckan_files.FileData(ckan_files.Location(place)))


def places() -> Iterator[str]:
    """All places of the storage that hold tables' files."""
    return (place for place in get().scan() if _OURS.fullmatch(place))


class Part:
    """A part of a file that reads as a file of its own, so that servers can hand it to the kernel."""

    def __init__(self, file: IO[bytes], start: int, length: int) -> None:
        file.seek(start)
        self._file = file
        self._left = length
        if hasattr(file, "fileno"):
            self.fileno = file.fileno
        self.close = file.close

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        data = self._file.read(wanted)
        self._left -= len(data)
        return data

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self.read(CHUNK), b"")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _is_file(stream: Any) -> bool:
    return bool(getattr(stream, "seekable", lambda: False)())


def _skipped(stream: Any, start: int, length: int) -> Iterator[bytes]:
    """Read from the beginning, for storages that give a file in one piece only."""
    try:
        for chunk in _chunks(stream):
            if length <= 0:
                return
            wanted = chunk[start : start + length]
            start = max(0, start - len(chunk))
            length -= len(wanted)
            if wanted:
                yield wanted
    finally:
        close(stream)


def _chunks(stream: Any) -> Iterator[bytes]:
    return iter(lambda: stream.read(CHUNK), b"") if hasattr(stream, "read") else iter(stream)


def close(stream: Any) -> None:
    """Close what `open_file` gave."""
    if hasattr(stream, "close"):
        stream.close()
