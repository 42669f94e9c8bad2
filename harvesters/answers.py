"""What came of a request: its body, what its headers say of its version, and how both are read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

from . import errors

MAX_TAG = 500  # characters of an ETag that is kept
# A file may change again within the second that its time names.
UNSETTLED_SECONDS = 2

_TAG, _TIME = "etag:", "time:"
_HALF_A_PAIR = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer of a server (200), or its word that nothing changed (304).

    `asked` is the address without parameters, as messages name it; `url` is where the answer was found, after
    redirects. `headers` ignore case. `body` is empty where the body went to a file. `modified` is False when
    the version that a mark named still holds.
    """

    asked: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""
    modified: bool = True

    @property
    def changed_at(self) -> datetime | None:
        """Last-Modified, if it can be read."""
        return _moment(self.headers.get("Last-Modified", ""))

    @property
    def mark(self) -> str:
        """This version of what stands at the address, for `Client.get(…, mark=…)`; empty when it has none.

        An ETag counts before Last-Modified. A time proves nothing while it is as good as now.
        """
        tag = self.headers.get("ETag", "").strip()
        if tag and len(tag) <= MAX_TAG:
            return _TAG + tag
        changed, now = self.changed_at, _moment(self.headers.get("Date", ""))
        if changed is None or (now and (now - changed).total_seconds() < UNSETTLED_SECONDS):
            return ""
        return _TIME + self.headers["Last-Modified"].strip()

    def json(self) -> Any:
        """The body as JSON. Numbers with a fraction are Decimal, so that no digit is lost. Raises NotJson."""
        try:
            return parse(self.body)
        except RecursionError as error:
            raise errors.NotJson(url=self.asked, what="dữ liệu lồng nhau quá sâu") from error
        except ValueError as error:
            raise errors.NotJson(url=self.asked, what=_described(self.body)) from error

    def text(self) -> str:
        """The body as text, in the encoding that it declares (else UTF-8). Raises NotText."""
        content = Message()
        content["Content-Type"] = self.headers.get("Content-Type", "")
        encoding = str(content.get_content_charset() or "utf-8")
        try:
            return self.body.decode("utf-8-sig" if encoding == "utf-8" else encoding)
        except (LookupError, ValueError) as error:
            raise errors.NotText(url=self.asked, encoding=encoding[:50]) from error


def condition(mark: str) -> dict[str, str]:
    """The headers that ask for an answer only when this mark no longer holds."""
    if mark.startswith(_TAG):
        return {"If-None-Match": mark.removeprefix(_TAG)}
    if mark.startswith(_TIME):
        return {"If-Modified-Since": mark.removeprefix(_TIME)}
    return {}


def parse(body: bytes) -> Any:
    """Parse JSON strictly. Raises ValueError (also for NaN and Infinity) or RecursionError."""
    value = json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)
    return _whole_letters(value) if _HALF_A_PAIR.search(body) else value


def _moment(header: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(header)
    except (TypeError, ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _whole_letters(value: Any) -> Any:
    """Put a question mark for each half of a surrogate pair that stands alone: no database stores it."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, list):
        return [_whole_letters(element) for element in value]
    if isinstance(value, dict):
        return {_whole_letters(name): _whole_letters(element) for name, element in value.items()}
    return value


def _described(body: bytes) -> str:
    start = body[:512].lstrip().lower()
    if not start:
        return "một văn bản rỗng"
    if start.startswith((b"<!doctype html", b"<html")):
        return "một trang HTML"
    return "một văn bản hỏng hoặc bị cắt"
