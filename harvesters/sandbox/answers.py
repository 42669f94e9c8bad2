"""Answers over HTTP: envelopes of errors, pages asked for, compression, entity tags."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from typing import Any

from flask import Request, Response

from .encoding import chunks, compressed, compressed_stream, encoded
from .tables import Page

JSON = "application/json; charset=utf-8"
CSV = "text/csv; charset=utf-8; header=present"
WHOLE = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


class BadParameter(ValueError):
    """A parameter of the address makes no sense; the message is Vietnamese."""


def failure(status: int, message: str) -> Response:
    """An error in the platform's envelope: `code` is the status."""
    return Response(encoded({"code": status, "message": message, "data": []}), status, content_type=JSON)


def page_asked(request: Request, usual: int, most: int) -> Page:
    """The page of `trang` and `sobanghi`; sizes over `most` are lowered to it. Raises BadParameter."""
    number = _whole(request, "trang", 1)
    return Page(number, min(_whole(request, "sobanghi", usual), most))


def _whole(request: Request, name: str, usual: int) -> int:
    given = request.args.getlist(name)
    if not given:
        return usual
    if len(given) > 1 or not WHOLE.fullmatch(given[0]):
        raise BadParameter(f"Tham số {name} phải là một số nguyên dương, nhiều nhất 9 chữ số.")
    return int(given[0])


def entity_tag(*parts: Any) -> str:
    """A weak tag: the compressed answer and the plain one share it."""
    return "-".join(str(part).removeprefix("sha256:") for part in parts)


def unchanged(request: Request, tag: str) -> Response | None:
    """304 when the asking program has this version already."""
    if not request.if_none_match.contains_weak(tag):
        return None
    return _tagged(Response(status=304), tag)


def json_answer(request: Request, body: Any, tag: str | None) -> Response:
    content = encoded(body)
    packed = _accepts_gzip(request)
    return _tagged(
        _packed(Response(compressed(content) if packed else content, content_type=JSON), packed), tag
    )


def ready_answer(request: Request, content: bytes, tag: str) -> Response:
    """An answer from compressed JSON."""
    packed = _accepts_gzip(request)
    return _tagged(
        _packed(Response(content if packed else gzip.decompress(content), content_type=JSON), packed), tag
    )


def csv_answer(request: Request, lines: Iterator[str], tag: str | None) -> Response:
    """A streamed answer."""
    packed = _accepts_gzip(request)
    pieces = chunks(lines)
    return _tagged(
        _packed(Response(compressed_stream(pieces) if packed else pieces, content_type=CSV), packed), tag
    )


def _accepts_gzip(request: Request) -> bool:
    return request.accept_encodings.quality("gzip") > 0


def _packed(response: Response, packed: bool) -> Response:
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    return response


def _tagged(response: Response, tag: str | None) -> Response:
    response.headers["Vary"] = "Accept-Encoding"
    if tag is not None:
        response.set_etag(tag, weak=True)
    return response
