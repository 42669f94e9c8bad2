"""Faults on demand: which there are, when they strike, and what they do to an answer."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from flask import Response

from .encoding import encoded

LISTING = "danhmuc"
EVERYWHERE = "*"
# What each kind may be told, and the value that holds otherwise; every kind also takes `from_page`.
OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "drop": {"after": None},
    "status": {"status": 500, "retry_after": None},
    "slow": {"delay_ms": 0, "chunk_delay_ms": 0, "chunk_bytes": 4096},
    "truncate": {"rows": None},
    "code": {"code": 1, "message": "Hệ thống đang bận, vui lòng thử lại sau"},
    "html": {},
    "broken-json": {},
    "listing-changes": {"mode": "phien"},
    "changes-midway": {},
}
FROM_SECOND_PAGE = ("listing-changes", "changes-midway")
LONGEST_DELAY_MS = 600_000
# Seconds, or a date such as "Wed, 21 Oct 2026 07:28:00 GMT".
RETRY_AFTER = re.compile(r"[A-Za-z0-9,: ]{1,40}", re.ASCII)
HTML = (
    "<!doctype html><html lang='vi'><meta charset='utf-8'><title>Đăng nhập</title>"
    "<h1>Phiên làm việc đã hết hạn</h1></html>"
)


class BadFault(ValueError):
    """A fault was described wrongly; the message is Vietnamese."""


@dataclass(slots=True)
class Fault:
    """A fault that strikes `path` from page `from_page` on, `times` times or (None) until it is cleared."""

    path: str
    kind: str
    times: int | None
    from_page: int
    options: Mapping[str, Any] = field(default_factory=dict)

    def strikes(self, path: str, page: int) -> bool:
        folder = self.path.removesuffix("/*")
        fits = self.path in (EVERYWHERE, path) or (folder != self.path and path.startswith(f"{folder}/"))
        return fits and page >= self.from_page and _concerns(self.kind, path)


def _concerns(kind: str, path: str) -> bool:
    """Some kinds are about the listing or about tables alone."""
    if kind == "listing-changes":
        return path == LISTING
    return kind != "changes-midway" or path.startswith("bang/")


class FaultBox:
    """The faults that wait, first come first struck."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._faults: list[Fault] = []

    def add(self, given: Any) -> Fault:
        """Add a fault from its JSON form; raises BadFault."""
        fault = fault_from(given)
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def take(self, path: str, page: int = 1) -> Fault | None:
        """The fault that strikes this request, if any; it is used up by one."""
        with self._lock:
            for fault in self._faults:
                if fault.strikes(path, page):
                    if fault.times is not None:
                        fault.times -= 1
                        if fault.times == 0:
                            self._faults.remove(fault)
                    return fault
        return None


def fault_from(given: Any) -> Fault:
    """A fault from `{"path": …, "kind": …, "times": …, options}`; raises BadFault."""
    if not isinstance(given, dict):
        raise BadFault("Lỗi phải là một đối tượng JSON.")
    rest = dict(given)
    path, kind, times = rest.pop("path", None), rest.pop("kind", None), rest.pop("times", None)
    if not isinstance(path, str) or not (path in (EVERYWHERE, LISTING) or path.startswith(("bang/", "csv/"))):
        raise BadFault("“path” phải là danhmuc, bang/ID, csv/ID hoặc *.")
    if kind not in OPTIONS:
        raise BadFault(f"“kind” phải là một trong {', '.join(OPTIONS)}.")
    listing_mode = rest.get("mode", "phien")
    second = kind in FROM_SECOND_PAGE and listing_mode != "tong"
    from_page = rest.pop("from_page", 2 if second else 1)
    if unknown := set(rest) - set(OPTIONS[kind]):
        raise BadFault(f"Lỗi {kind} không có tùy chọn {', '.join(sorted(unknown))}.")
    if times is not None:
        _check_whole("times", times, 1)
    _check_whole("from_page", from_page, 1)
    options = {**OPTIONS[kind], **rest}
    _check_options(options)
    return Fault(path, kind, times, from_page, options)


def _check_options(options: Mapping[str, Any]) -> None:
    for name, least, most in (
        ("after", 0, 10**9),
        ("status", 200, 599),
        ("delay_ms", 0, LONGEST_DELAY_MS),
        ("chunk_delay_ms", 0, LONGEST_DELAY_MS),
        ("chunk_bytes", 1, 10**9),
        ("rows", 1, 10**9),
    ):
        if options.get(name) is not None:
            _check_whole(name, options[name], least, most)
    if "code" in options and (not isinstance(options["code"], int) or options["code"] == 0):
        raise BadFault("“code” phải là số nguyên khác 0.")
    if not isinstance(options.get("message", ""), str):
        raise BadFault("“message” phải là chuỗi.")
    wait = options.get("retry_after")
    if wait is not None and not RETRY_AFTER.fullmatch(str(wait)):
        raise BadFault("“retry_after” phải là số giây hoặc thời điểm HTTP.")
    if options.get("mode", "phien") not in ("phien", "tong"):
        raise BadFault("“mode” phải là phien hoặc tong.")


def _check_whole(name: str, value: Any, least: int, most: int = 10**9) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise BadFault(f"“{name}” phải là số nguyên từ {least} đến {most}.")


def disturb_body(fault: Fault, body: Any, page: int) -> Any:
    """A JSON body after faults that concern its content."""
    if fault.kind == "truncate":
        return _truncated(body, fault.options["rows"])
    if fault.kind == "changes-midway" and isinstance(body, dict) and "mabam" in body:
        return {**body, "mabam": f"{body['mabam']}-{page}"}
    if fault.kind == "listing-changes":
        if fault.options["mode"] == "tong":
            return {**body, "tong": body["tong"] + 1}
        return {**body, "phien": f"{body['phien']}-{page}"}
    return body


def _truncated(body: Any, missing: int | None) -> Any:
    """A body without the last `missing` rows (by default half) of each list; what it says of counts stays."""
    if isinstance(body, list):
        return body[: max(0, len(body) - (missing or (len(body) + 1) // 2))]
    return {
        key: _truncated(value, missing) if isinstance(value, list) and key != "hienthi" else value
        for key, value in body.items()
    }


def replaced(fault: Fault) -> Response | None:
    """The answer of a fault that takes the place of the whole answer."""
    if fault.kind == "status":
        status = fault.options["status"]
        body = {"code": status, "message": f"Lỗi thử nghiệm, mã trạng thái {status}", "data": []}
        response = Response(encoded(body), status, content_type="application/json; charset=utf-8")
        if fault.options["retry_after"] is not None:
            response.headers["Retry-After"] = str(fault.options["retry_after"])
        return response
    if fault.kind == "code":
        body = {"code": fault.options["code"], "message": fault.options["message"], "data": []}
        return Response(encoded(body), content_type="application/json; charset=utf-8")
    if fault.kind == "html":
        return Response(HTML, content_type="text/html; charset=utf-8")
    return None


def disturbed(fault: Fault, content: bytes, content_type: str) -> Response:
    """The answer with a content, after faults that concern its bytes and the way they are sent."""
    length = len(content)
    pieces: bytes | Iterator[bytes] = content
    if fault.kind == "broken-json":
        pieces = content[: length // 2]
        length = len(pieces)
    elif fault.kind == "drop":
        after = fault.options["after"]
        pieces = _cut(content, length // 2 if after is None else after)
    elif fault.kind == "slow":
        time.sleep(fault.options["delay_ms"] / 1000)
        if fault.options["chunk_delay_ms"]:
            pieces = _slowly(content, fault.options["chunk_bytes"], fault.options["chunk_delay_ms"])
    response = Response(pieces, content_type=content_type)
    response.content_length = length
    return response


def _cut(content: bytes, after: int) -> Iterator[bytes]:
    """The first bytes, then the connection breaks: the server closes it on this error."""
    if content[:after]:
        yield content[:after]
    raise ConnectionAbortedError


def _slowly(content: bytes, size: int, pause_ms: int) -> Iterator[bytes]:
    for start in range(0, len(content), size):
        if start:
            time.sleep(pause_ms / 1000)
        yield content[start : start + size]
