"""HTTP answers with a file: a stored one whole, in part or unchanged; one still being made, as a stream."""

from __future__ import annotations

import itertools
import re
import threading
import unicodedata
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime
from typing import IO, Any, cast
from urllib.parse import quote

from ckan.common import CKANRequest
from flask import Response
from werkzeug.http import http_date, is_resource_modified, parse_range_header
from werkzeug.wsgi import wrap_file

from ckanext.hue import config
from ckanext.hue.slug import slugify_vi

from . import storage
from .errors import FileError
from .records import StoredFile

MAX_NAME_BYTES = 200  # file systems hold 255 with the extension and a browser's " (1)"
RETRY_SECONDS = 30
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\s]+')
_EXPOSED = "Accept-Ranges, Content-Disposition, Content-Range, ETag, Retry-After"


class TooManyStreams(FileError):
    """This process writes as many files for readers as it may at once."""

    template = "Cổng đang tạo nhiều tệp cùng lúc. Vui lòng thử lại sau {seconds} giây."
    status = 503


class NotSatisfiable(Exception):
    """A range that lies outside of the file."""


class _Streams:
    """Counts the files that this process writes for readers now: each holds a thread and a connection."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running = 0

    def begin(self) -> None:
        with self._lock:
            if self._running >= config.live_streams():
                raise TooManyStreams(seconds=RETRY_SECONDS)
            self._running += 1

    def end(self) -> None:
        with self._lock:
            self._running -= 1


_streams = _Streams()


def stored(request: CKANRequest, file: StoredFile, stream: Any, headers: dict[str, str]) -> Response:
    """Answer with a stored file. stream: from `storage.open_file`; headers: from `headers_of`."""
    tag = f'"{file.sha256}"'
    headers = {
        **headers,
        "ETag": tag,
        "Last-Modified": http_date(file.written),
        "Accept-Ranges": "bytes",
        "Content-Length": str(file.size),
    }
    if not is_resource_modified(request.environ, tag, None, file.written):
        storage.close(stream)
        if request.if_match:
            return Response(status=412)
        del headers["Content-Length"]
        return Response(status=304, headers=headers)
    start, stop, status = 0, file.size, 200
    if request.method == "GET" and _is_same(request.headers.get("If-Range"), tag, file.written):
        try:
            asked = asked_range(request.headers.get("Range"), file.size)
        except NotSatisfiable:
            storage.close(stream)
            return Response(status=416, headers={"Content-Range": f"bytes */{file.size}"})
        if asked:
            start, stop = asked
            status = 206
            headers["Content-Range"] = f"bytes {start}-{stop - 1}/{file.size}"
            headers["Content-Length"] = str(stop - start)
    if request.method == "HEAD":
        storage.close(stream)
        return Response(status=status, headers=headers)
    body = storage.part(stream, start, stop - start)
    if isinstance(body, storage.Part):
        # Servers that can hand the file itself to the kernel.
        body = wrap_file(request.environ, cast(IO[bytes], body), storage.CHUNK)
    return Response(body, status=status, headers=headers, direct_passthrough=True)


def live(request: CKANRequest, begin: Callable[[], Iterator[bytes]], headers: dict[str, str]) -> Response:
    """Answer with chunks while they are made. Raises FileError, from the first chunk or TooManyStreams."""
    if request.method == "HEAD":
        return Response(headers=headers)
    stream = _counted(begin)
    # What is wrong with the question shows before anything is sent.
    first = next(stream, b"")
    response = Response(itertools.chain((first,), stream), headers=headers)
    response.call_on_close(stream.close)
    return response


def _counted(begin: Callable[[], Iterator[bytes]]) -> Generator[bytes, None, None]:
    _streams.begin()
    try:
        yield from begin()
    finally:
        _streams.end()


def headers_of(media_type: str, title: str, extension: str, *, public: bool) -> dict[str, str]:
    """What every download says of itself. public: whether anyone may read it, and caches may keep it.

    They ask again each time, for a table may be withdrawn at any time; with an ETag that costs little.
    """
    return {
        "Content-Type": media_type,
        "Content-Disposition": disposition(title, extension),
        "Cache-Control": f"{'public' if public else 'private'}, no-cache",
        "Access-Control-Expose-Headers": _EXPOSED,
    }


def disposition(title: str, extension: str) -> str:
    """Content-Disposition of a file named as people call its table, in plain letters too for old programs."""
    name = file_name(title)
    plain = f"{slugify_vi(name)}.{extension}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(f'{name}.{extension}', safe='')}"


def file_name(title: str) -> str:
    """A title as the name of a file, without its extension: what no file system takes is left out."""
    kept = "".join(
        character
        for character in unicodedata.normalize("NFC", title)
        if character.isspace() or unicodedata.category(character)[0] != "C"
    )
    name = _NOT_IN_NAMES.sub(" ", kept).encode()[:MAX_NAME_BYTES].decode(errors="ignore")
    return name.strip(" .") or "du-lieu"


def asked_range(header: str | None, size: int) -> tuple[int, int] | None:
    """(start, stop) of the one range of bytes that is asked for, of a file of `size` bytes.

    None when there is none that can be read, or there are several: then the whole file is the answer.
    Raises NotSatisfiable.
    """
    parsed = parse_range_header(header)
    if parsed is None or parsed.units != "bytes" or len(parsed.ranges) != 1:
        return None
    start, stop = parsed.ranges[0]
    start = max(0, size + start) if start < 0 else start
    stop = size if stop is None else min(stop, size)
    if start >= stop:
        raise NotSatisfiable
    return start, stop


def _is_same(if_range: str | None, tag: str, written: datetime) -> bool:
    """Whether what the reader has already is of this very file: by its ETag, or its exact time."""
    return if_range is None or if_range.strip() in (tag, http_date(written.astimezone(UTC)))
