"""A bounded HTTP client: time limits, retries, a cap on bytes, and the guard on addresses."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError as BrokenBody
from urllib3.util.retry import Retry

from . import errors
from .guard import GuardedAdapter

CONNECT_SECONDS = 10
READ_SECONDS = 60
TOTAL_SECONDS = 600
MAX_BYTES = 256 * 1024 * 1024
MAX_REDIRECTS = 5
BODY_ATTEMPTS = 3
CHUNK = 64 * 1024
USER_AGENT = "ckanext-hue"


def source_address(url: str) -> tuple[str, int]:
    """Host and port of a source's address; raises SettingsError when it is no http(s) address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise errors.SettingsError(reason=f"địa chỉ «{url}» không hợp lệ.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise errors.SettingsError(reason=f"địa chỉ «{url}» phải có dạng http(s)://máy-chủ/….")
    return parts.hostname, port or {"http": 80, "https": 443}[parts.scheme]


class Client:
    """Reads JSON from one source.

    `token` is sent as a bearer token; `allow_private_host` lets the source's own host and port be a
    private address. Every failure is a SourceError.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str = "",
        allow_private_host: bool = False,
        max_bytes: int = MAX_BYTES,
        backoff_seconds: float = 0.5,
    ) -> None:
        address = source_address(url)
        self.base = url.rstrip("/")
        self.max_bytes = max_bytes
        self.backoff_seconds = backoff_seconds
        retry = Retry(
            total=4,
            backoff_factor=backoff_seconds,
            backoff_jitter=backoff_seconds,
            backoff_max=30,
            status_forcelist=(429, 500, 502, 503, 504),
            allowed_methods=("GET",),
            respect_retry_after_header=True,
            retry_after_max=60,
            raise_on_status=False,
        )
        adapter = GuardedAdapter([address] if allow_private_host else [], max_retries=retry)
        self.session = requests.Session()
        self.session.trust_env = False  # a proxy from the environment would bypass the guard
        self.session.max_redirects = MAX_REDIRECTS
        self.session.mount("http://", adapter)
        self.session.mount("https://", adapter)
        self.session.headers.update({"Accept": "application/json", "User-Agent": USER_AGENT})
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"

    def get_json(self, path: str, params: dict[str, Any] | None = None) -> Any:
        """GET `path` below the source's address (already percent-encoded) and parse its JSON."""
        url = f"{self.base}/{path}"
        body = self._get(url, params)
        try:
            return json.loads(body)
        except ValueError as error:
            raise errors.NotJson(url=url, what=_describe(body)) from error

    def _get(self, url: str, params: dict[str, Any] | None) -> bytes:
        for attempt in range(1, BODY_ATTEMPTS + 1):
            try:
                return self._get_once(url, params)
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError, BrokenBody) as error:
                if attempt == BODY_ATTEMPTS or _gave_up_connecting(error):
                    raise errors.Unreachable(url=url, reason=_reason(error)) from error
                time.sleep(self.backoff_seconds * 2**attempt)
            except requests.RequestException as error:
                raise errors.Unreachable(url=url, reason=_reason(error)) from error
        raise AssertionError("the loop either returns or raises")

    def _get_once(self, url: str, params: dict[str, Any] | None) -> bytes:
        deadline = time.monotonic() + TOTAL_SECONDS
        with self.session.get(
            url, params=params, stream=True, timeout=(CONNECT_SECONDS, READ_SECONDS)
        ) as answer:
            if answer.status_code != requests.codes.ok:
                raise errors.RefusedByServer(status=answer.status_code, url=url)
            body = bytearray()
            for chunk in answer.iter_content(CHUNK):
                body += chunk
                if len(body) > self.max_bytes:
                    raise errors.TooLarge(url=url, limit_mb=self.max_bytes // 2**20)
                if time.monotonic() > deadline:
                    raise errors.TooSlow(url=url, seconds=TOTAL_SECONDS)
            return bytes(body)


def _gave_up_connecting(error: Exception) -> bool:
    """The adapter has already retried connections; only a body that broke is worth another try."""
    return isinstance(error, requests.ConnectionError) and "Max retries" in str(error)


def _reason(error: Exception) -> str:
    text = str(error).lower()
    if isinstance(error, requests.TooManyRedirects):
        return "chuyển hướng quá nhiều lần"
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
