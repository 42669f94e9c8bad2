"""A portal of others over real HTTP, which says what a test wants it to say."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest

Query = dict[str, str]
Answer = tuple[str, str | bytes]  # a media type, and the body
Say = Callable[[str, Query], Answer]


@dataclass
class Other:
    """A portal's address, and the requests that it got: path, query and authorization."""

    base: str
    requests: list[tuple[str, Query, str]] = field(default_factory=list)


@contextmanager
def _running(say: Callable[[Other], Say]) -> Iterator[Other]:
    other = Other("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            other.requests.append((parts.path, query, self.headers.get("Authorization", "")))
            media_type, body = answer(parts.path, query)
            content = body.encode() if isinstance(body, str) else body
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Keep the terminal for the results."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        other.base = f"http://127.0.0.1:{server.server_port}"
        answer = say(other)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield other
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def portal_of_others() -> Iterator[Callable[[Callable[[Other], Say]], Other]]:
    """Start portals; each is given as a function of itself that makes the answers to a path and a query."""
    with ExitStack() as stack:
        yield lambda say: stack.enter_context(_running(say))
