"""A bounded HTTP client: time limits, retries, a cap on bytes, and the guard on addresses."""

from __future__ import annotations

import io
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import IO, Any
from urllib.parse import urljoin

import requests
from urllib3.exceptions import HTTPError as BrokenBody
from urllib3.util.retry import Retry

from . import errors
from .addresses import host_and_port, is_absolute, source_address
from .answers import Answer, condition
from .deadline import Deadline
from .guard import GuardedAdapter

CONNECT_SECONDS = 10
READ_SECONDS = 60
TOTAL_SECONDS = 600
FILE_SECONDS = 3_600
HEAD_SECONDS = 30
MAX_BYTES = 64 * 1024 * 1024
MAX_FILE_BYTES = 2 * 1024**3
MAX_REDIRECTS = 5
ATTEMPTS = 5
BACKOFF_SECONDS = 0.5
MAX_PAUSE_SECONDS = 60
PASSING_STATUSES = frozenset({429, 500, 502, 503, 504})
CHUNK = 64 * 1024
USER_AGENT = "ckanext-hue"


class _Passing(Exception):
    """A failure that may pass; `error` is what it becomes when it does not."""

    def __init__(self, error: errors.SourceError, pause: float | None = None) -> None:
        self.error = error
        self.pause = pause


@dataclass(frozen=True, slots=True)
class _Request:
    url: str
    max_bytes: int
    total_seconds: float
    params: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    conditional: bool = False
    method: str = "GET"
    attempts: int = ATTEMPTS


class Client:
    """Reads what one source has, for one thread at a time.

    `token` is sent to the source's own host, after the word `scheme`; `allow_private_host` lets that host and
    port be a private address. Every failure of the source is a SourceError; what may pass is tried again.

    An `address` is a path below the source's own address, already percent-encoded, or a whole web address,
    perhaps of another host: the same guard and limits hold, but it gets no token. `total_seconds` limit each
    try, from connecting to the last byte, with its redirects.
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
        self.max_bytes = max_bytes
        self.total_seconds = total_seconds
        self.backoff_seconds = backoff_seconds
        self.deadline = Deadline()
        # Retries are made below: urllib3's own read the whole body of what they throw away.
        allowed = [self.address] if allow_private_host else []
        adapter = GuardedAdapter(allowed, deadline=self.deadline, max_retries=0)
        self.session = requests.Session()
        self.session.trust_env = False  # a proxy from the environment would bypass the guard
        self.session.mount("http://", adapter)
        self.session.mount("https://", adapter)
        self.session.headers.update({"User-Agent": USER_AGENT})

    def get(
        self, address: str, params: Mapping[str, Any] | None = None, *, accept: str = "*/*", mark: str = ""
    ) -> Answer:
        """GET an address. With the `mark` of an earlier answer, the answer may be that it still holds."""
        body = io.BytesIO()
        answer = self._fetch(self._request(address, params, accept, mark), body)
        return replace(answer, body=body.getvalue())

    def get_json(self, address: str, params: Mapping[str, Any] | None = None) -> Any:
        """GET an address and parse its JSON (see `Answer.json`)."""
        return self.get(address, params, accept="application/json").json()

    def get_text(self, address: str, params: Mapping[str, Any] | None = None, *, accept: str = "*/*") -> str:
        """GET an address and decode its text (see `Answer.text`)."""
        return self.get(address, params, accept=accept).text()

    def download(
        self,
        address: str,
        file: IO[bytes],
        *,
        mark: str = "",
        max_bytes: int = MAX_FILE_BYTES,
        total_seconds: float = FILE_SECONDS,
    ) -> Answer:
        """GET an address into an open, empty file, which a new try empties again."""
        request = self._request(address, None, "*/*", mark)
        answer = self._fetch(replace(request, max_bytes=max_bytes, total_seconds=total_seconds), file)
        file.flush()
        return answer

    def head(self, address: str) -> Answer:
        """What the headers say of an address. Tried once: many servers refuse to say."""
        request = self._request(address, None, "*/*", "")
        request = replace(request, method="HEAD", attempts=1, total_seconds=HEAD_SECONDS)
        return self._fetch(request, io.BytesIO())

    def status(self, address: str) -> int:
        """The HTTP status in which an address ends, after its redirects. Raises SourceError when none comes.

        Asked for by HEAD, and where that fails by GET of the first byte: many servers know no HEAD.
        """
        try:
            status = self._status(address, "HEAD", {})
        except errors.HostTrouble:
            status = HTTPStatus.NOT_IMPLEMENTED
        if status < HTTPStatus.BAD_REQUEST or status == HTTPStatus.TOO_MANY_REQUESTS:
            return status
        return self._status(address, "GET", {"Range": "bytes=0-0"})

    def _status(self, address: str, method: str, headers: Mapping[str, str]) -> int:
        request = self._request(address, None, "*/*", "")
        request = replace(
            request,
            method=method,
            attempts=1,
            total_seconds=HEAD_SECONDS,
            max_bytes=1,
            headers={**request.headers, **headers},
        )
        try:
            self._fetch(request, io.BytesIO())
        except errors.RefusedByServer as error:
            return error.status
        except errors.TooLarge:  # it answers, with more than was asked for
            pass
        return HTTPStatus.OK

    def url_of(self, address: str) -> str:
        """The whole web address. Raises BadAddress."""
        url = address if is_absolute(address) else f"{self.base}/{address}"
        try:
            host_and_port(url)
        except ValueError as error:
            raise errors.BadAddress(url=url[:500]) from error
        return url

    def _request(self, address: str, params: Mapping[str, Any] | None, accept: str, mark: str) -> _Request:
        asked = condition(mark)
        headers = {"Accept": accept, **asked}
        url = self.url_of(address)
        return _Request(url, self.max_bytes, self.total_seconds, params, headers, conditional=bool(asked))

    def _fetch(self, request: _Request, sink: IO[bytes]) -> Answer:
        for attempt in range(1, request.attempts + 1):
            try:
                return self._fetch_once(request, sink)
            except _Passing as failure:
                if attempt == request.attempts:
                    raise failure.error from failure
                pause = self.backoff_seconds * (2**attempt + random.random())  # noqa: S311
                time.sleep(min(pause if failure.pause is None else failure.pause, MAX_PAUSE_SECONDS))
        raise AssertionError("the loop either returns or raises")

    def _fetch_once(self, request: _Request, sink: IO[bytes]) -> Answer:
        sink.seek(0)
        sink.truncate()
        self.deadline.start(request.total_seconds)
        target, params = request.url, request.params
        try:
            for _ in range(MAX_REDIRECTS + 1):
                with self._open(request, target, params) as answer:
                    location = self.session.get_redirect_target(answer)
                    if location is None:
                        return self._taken(request, answer, sink)
                    target, params = _joined(request, answer.url, location), None
        except (requests.RequestException, BrokenBody) as error:
            if self.deadline.passed:
                raise errors.TooSlow(url=request.url, seconds=int(request.total_seconds)) from error
            raise _Passing(errors.Unreachable(url=request.url, reason=_reason(error))) from error
        raise errors.BadRedirect(url=request.url, reason=f"quá {MAX_REDIRECTS} lần liên tiếp")

    def _open(self, request: _Request, url: str, params: Mapping[str, Any] | None) -> requests.Response:
        own = self.token and host_and_port(url) == self.address
        bearer = {"Authorization": f"{self.scheme}{self.token}"} if own else {}
        asked = requests.Request(
            request.method, url, params=dict(params or {}), headers={**request.headers, **bearer}
        )
        # Not by the session, which reads a redirect's body to its end, however long it is.
        return self.session.get_adapter(url).send(
            self.session.prepare_request(asked),
            stream=True,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            verify=self.session.verify,
        )

    def _taken(self, request: _Request, answer: requests.Response, sink: IO[bytes]) -> Answer:
        """Bring the body into `sink`. Raises what the status means."""
        status = answer.status_code
        unchanged = status == requests.codes.not_modified and request.conditional
        if status != requests.codes.ok and not unchanged:
            if status in PASSING_STATUSES:
                raise _Passing(errors.ServerBusy(status=status, url=request.url), _retry_after(answer))
            raise errors.RefusedByServer(status=status, url=request.url)
        size = 0
        while not unchanged and (chunk := answer.raw.read1(CHUNK, decode_content=True)):
            size += len(chunk)
            if size > request.max_bytes:
                raise errors.TooLarge(url=request.url, limit_mb=request.max_bytes // 2**20)
            sink.write(chunk)
        return Answer(request.url, answer.url, answer.headers, modified=not unchanged)


def _joined(request: _Request, url: str, location: str) -> str:
    """Where a redirect leads to. Raises BadRedirect when that is no web address."""
    try:
        target = urljoin(url, location)
        host_and_port(target)
    except ValueError as error:
        raise errors.BadRedirect(url=request.url, reason="tới một địa chỉ không hợp lệ") from error
    return target


def _retry_after(answer: requests.Response) -> float | None:
    told = answer.headers.get("Retry-After")
    try:
        return Retry().parse_retry_after(told) if told else None
    except (BrokenBody, ValueError, OverflowError):  # no number, or a time that no calendar has
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
