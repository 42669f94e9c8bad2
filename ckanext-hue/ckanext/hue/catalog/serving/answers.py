"""HTTP answers of the catalogue: unchanged, whole, compressed, or a stream."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable
from datetime import datetime

import ckan.plugins.toolkit as tk
from flask import Response
from werkzeug.http import http_date, is_resource_modified

from ckanext.hue.catalog.formats import Format
from ckanext.hue.catalog.fragments.making import digest

_LEVEL = 1  # a page is compressed anew for each reader
_WORTH_IT = 1_000  # bytes


def tag(format: Format, *parts: bytes) -> str:
    """The ETag of what these hashes stand for. It is weak: compressed or not, it is the same."""
    return f'W/"{format.key}-{digest(format.media_type.encode(), *parts).hex()}"'


def conditional(tag: str, changed: datetime | None, headers: dict[str, str]) -> Response | None:
    """304 when the reader has this already, and else nothing; completes the headers."""
    headers["ETag"] = tag
    if changed:
        headers["Last-Modified"] = http_date(changed)
    if is_resource_modified(tk.request.environ, tag, None, changed):
        return None
    return Response(status=304, headers=headers)


def asks_for_news() -> bool:
    """Whether the reader has a copy already: then only hashes are read at first."""
    return bool(tk.request.if_none_match or tk.request.if_modified_since)


def whole(body: bytes, headers: dict[str, str]) -> Response:
    """The document, compressed for who takes that."""
    if len(body) > _WORTH_IT and "gzip" in tk.request.accept_encodings:
        body = gzip.compress(body, _LEVEL, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(body, headers=headers)


def streamed(begin: Callable[[], Iterable[bytes]], headers: dict[str, str]) -> Response:
    """A file while it is read from the database; who asks for its head does not begin it."""
    return Response(begin() if tk.request.method == "GET" else (), headers=headers)


def headers_of(format: Format, location: str = "") -> dict[str, str]:
    """What every public document says of itself. location: its own address, where another was asked."""
    headers = {"Content-Type": format.media_type, "Vary": "Accept-Encoding", **OPEN}
    if location:
        headers |= {"Content-Location": location, "Vary": "Accept, Accept-Encoding"}
    return headers


# Caches keep it, and ask each time: a dataset may be withdrawn at any moment.
OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Location, ETag, Last-Modified",
    "Cache-Control": "public, no-cache",
}


def refused(reason: str, status: int = 400) -> Response:
    """What is wrong with the question, in a line."""
    return Response(
        f"{reason}\n", status, {**OPEN, "Cache-Control": "no-store"}, content_type="text/plain; charset=utf-8"
    )
