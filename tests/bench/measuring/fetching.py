"""Downloads and questions over HTTP, timed as their reader sees them."""

from __future__ import annotations

import http.client
import json
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .children import BenchError

_CHUNK = 1 << 18
_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Fetched:
    """Seconds to the first byte of the body and to its end, lines in it, and the answer's ETag."""

    first: float
    whole: float
    lines: int
    etag: str


def fetch(address: str, into: Path | None = None) -> Fetched:
    """Download an address to its end over a connection of its own; `into` keeps the body."""
    parts = urlsplit(address)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    start = time.perf_counter()
    with closing(http.client.HTTPConnection(parts.netloc, timeout=_SECONDS)) as connection:
        connection.request("GET", target)
        answer = connection.getresponse()
        if answer.status != http.HTTPStatus.OK:
            raise BenchError(f"{address}: mã {answer.status}. {answer.read(500).decode(errors='replace')}")
        first = answer.read(1)
        first_at = time.perf_counter() - start
        if into is None:
            lines = first.count(b"\n")
            while chunk := answer.read(_CHUNK):
                lines += chunk.count(b"\n")
        else:
            into.write_bytes(first + answer.read())
            lines = 0
        return Fetched(first_at, time.perf_counter() - start, lines, answer.headers.get("ETag", ""))


class Api:
    """CKAN's action API over a connection that stays open, as an application uses it."""

    def __init__(self, address: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=_SECONDS)

    def search(self, **question: Any) -> tuple[float, dict[str, Any]]:
        """`datastore_search`: seconds and the result."""
        body = json.dumps(question)
        start = time.perf_counter()
        self._connection.request(
            "POST", "/api/3/action/datastore_search", body, {"Content-Type": "application/json"}
        )
        answer = self._connection.getresponse()
        text = answer.read()
        seconds = time.perf_counter() - start
        if answer.status != http.HTTPStatus.OK:
            raise BenchError(
                f"datastore_search {body}: mã {answer.status}. {text[:500].decode(errors='replace')}"
            )
        return seconds, json.loads(text)["result"]

    def close(self) -> None:
        self._connection.close()
