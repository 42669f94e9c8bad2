"""A bounded HTTP client: time limits, retries, a cap on bytes, and the guard on addresses."""

from __future__ import annotations

import json
import random
import re
import time
from decimal import Decimal
from typing import Any, NoReturn
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError as BrokenBody
from urllib3.util.retry import Retry

from . import errors
from .guard import GuardedAdapter

CONNECT_SECONDS = 10
READ_SECONDS = 60
TOTAL_SECONDS = 600
MAX_BYTES = 64 * 1024 * 1024
MAX_REDIRECTS = 5
ATTEMPTS = 5
BACKOFF_SECONDS = 0.5
MAX_PAUSE_SECONDS = 60
PASSING_STATUSES = frozenset({429, 500, 502, 503, 504})
CHUNK = 64 * 1024
USER_AGENT = "ckanext-hue"

_HALF_A_PAIR = re.compile(rb"\\u[dD][89a-fA-F]")


class _Passing(Exception):
    """A failure that may pass; `error` is what it becomes when it does not."""

    def __init__(self, error: errors.SourceError, pause: float | None = None) -> None:
        self.error = error
        self.pause = pause


def source_address(url: str) -> tuple[str, int]:
    """Host and port of a source's address; raises SettingsError when it is no plain http(s) address."""
    try:
        parts = urlsplit(url)
        port = parts.port
        (parts.hostname or "").encode("idna")
    except ValueError as error:
        raise errors.SettingsError(reason=f"địa chỉ «{url}» không hợp lệ.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise errors.SettingsError(reason=f"địa chỉ «{url}» phải có dạng http(s)://máy-chủ/….")
    if parts.query or parts.fragment:
        raise errors.SettingsError(reason=f"địa chỉ «{url}» không được có phần sau dấu ? hoặc #.")
    return parts.hostname, port or {"http": 80, "https": 443}[parts.scheme]


class Client:
    """Reads JSON and other documents from one source.

    `token` is sent to the source's own host, after the word `scheme`; `allow_private_host` lets that host and
    port be a private address. Every failure is a SourceError.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str = "",
        scheme: str = "Bearer ",
        allow_private_host: bool = False,
        max_bytes: int = MAX_BYTES,
        total_seconds: float = TOTAL_SECONDS,
        backoff_seconds: float = BACKOFF_SECONDS,
    ) -> None:
        self.address = source_address(url)
        self.base = url.rstrip("/")
        self.token = token
        self.scheme = scheme
        self.media_type = ""  # of the last answer
        self.max_bytes = max_bytes
        self.total_seconds = total_seconds
        self.backoff_seconds = backoff_seconds
        # Retries are made below: urllib3's own read the whole body of what they throw away.
        adapter = GuardedAdapter([self.address] if allow_private_host else [], max_retries=0)
        self.session = requests.Session()
        self.session.trust_env = False  # a proxy from the environment would bypass the guard
        self.session.mount("http://", adapter)
        self.session.mount("https://", adapter)
        self.session.headers.update({"Accept": "application/json", "User-Agent": USER_AGENT})

    def get_json(self, path: str, params: dict[str, Any] | None = None) -> Any:
        """GET `path` below the source's address (already percent-encoded) and parse its JSON.

        Numbers with a fraction are Decimal, so that no digit is lost.
        """
        url = f"{self.base}/{path}"
        body = self._get(url, params)
        try:
            return parse(body)
        except RecursionError as error:
            raise errors.NotJson(url=url, what="dữ liệu lồng nhau quá sâu") from error
        except ValueError as error:
            raise errors.NotJson(url=url, what=_describe(body)) from error

    def get_bytes(self, url: str, params: dict[str, Any] | None = None) -> tuple[bytes, str]:
        """GET a whole address; the body and its media type, as the server calls it."""
        return self._get(url, params), self.media_type

    def _get(self, url: str, params: dict[str, Any] | None) -> bytes:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._get_once(url, params)
            except _Passing as failure:
                if attempt == ATTEMPTS:
                    raise failure.error from failure
                pause = self.backoff_seconds * (2**attempt + random.random())  # noqa: S311
                time.sleep(min(pause if failure.pause is None else failure.pause, MAX_PAUSE_SECONDS))
        raise AssertionError("the loop either returns or raises")

    def _get_once(self, url: str, params: dict[str, Any] | None) -> bytes:
        deadline = time.monotonic() + self.total_seconds
        target = url
        try:
            for _ in range(MAX_REDIRECTS + 1):
                with self._open(target, params) as answer:
                    location = self.session.get_redirect_target(answer)
                    if location is None:
                        return self._body(answer, url, deadline)
                    target, params = urljoin(answer.url, location), None
        except (requests.RequestException, BrokenBody) as error:
            raise _Passing(errors.Unreachable(url=url, reason=_reason(error))) from error
        raise errors.Unreachable(url=url, reason="chuyển hướng quá nhiều lần")

    def _open(self, url: str, params: dict[str, Any] | None) -> requests.Response:
        if urlsplit(url).scheme not in ("http", "https"):
            raise errors.Unreachable(url=self.base, reason="chuyển hướng tới một địa chỉ không hợp lệ")
        own = self.token and source_address(url.partition("?")[0].partition("#")[0]) == self.address
        return self.session.get(
            url,
            params=params,
            headers={"Authorization": f"{self.scheme}{self.token}"} if own else None,
            stream=True,
            allow_redirects=False,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
        )

    def _body(self, answer: requests.Response, url: str, deadline: float) -> bytes:
        if answer.status_code != requests.codes.ok:
            if answer.status_code in PASSING_STATUSES:
                busy = errors.ServerBusy(status=answer.status_code, url=url)
                raise _Passing(busy, _retry_after(answer))
            raise errors.RefusedByServer(status=answer.status_code, url=url)
        self.media_type = answer.headers.get("Content-Type", "")
        body = bytearray()
        while chunk := answer.raw.read1(CHUNK, decode_content=True):
            body += chunk
            if len(body) > self.max_bytes:
                raise errors.TooLarge(url=url, limit_mb=self.max_bytes // 2**20)
            if time.monotonic() > deadline:
                raise errors.TooSlow(url=url, seconds=int(self.total_seconds))
        return bytes(body)


def parse(body: bytes) -> Any:
    """Parse JSON strictly. Raises ValueError (also for NaN and Infinity) or RecursionError."""
    value = json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)
    return _whole_letters(value) if _HALF_A_PAIR.search(body) else value


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


def _retry_after(answer: requests.Response) -> float | None:
    told = answer.headers.get("Retry-After")
    try:
        return Retry().parse_retry_after(told) if told else None
    except BrokenBody:
        return None


def _reason(error: Exception) -> str:
    text = str(error).lower()
    if "timed out" in text or isinstance(error, requests.Timeout):
        return "quá thời gian chờ"
    if "refused" in text:
        return "máy chủ từ chối kết nối"
    if "resolve" in text:
        return "không tìm thấy tên máy chủ"
    return "đường truyền bị ngắt giữa chừng"


def _describe(body: bytes) -> str:
    start = body[:512].lstrip().lower()
    if not start:
        return "một văn bản rỗng"
    if start.startswith((b"<!doctype html", b"<html")):
        return "một trang HTML"
    return "một văn bản hỏng hoặc bị cắt"
