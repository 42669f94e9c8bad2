"""Web servers on loopback that answer exactly what a test says."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from typing import Any

import pytest


class Request(BaseHTTPRequestHandler):
    """A request, and the ways to answer it."""

    protocol_version = "HTTP/1.1"

    def give(self, body: bytes = b"", status: int = 200, **headers: str) -> None:
        """Answer; names of headers are written with underscores."""
        self.send_response_only(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD" and status != 304:
            self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Tests print nothing."""


@dataclass
class Web:
    """A server under way: its address and the requests that came, each with method, path and headers."""

    base: str
    port: int
    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def paths(self, method: str = "GET") -> list[str]:
        return [path for made, path, _headers in self.seen if made == method]


Answer = Callable[[Any], None]


@contextmanager
def _serving(answer: Answer, tls: SSLContext | None) -> Iterator[Web]:
    class Handler(Request):
        def do_GET(self) -> None:
            web.seen.append((self.command, self.path, dict(self.headers.items())))
            # A client that has enough closes the connection: that is what some tests are about.
            with contextlib.suppress(OSError):
                answer(self)

        do_HEAD = do_GET

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_arguments: object) -> None:
            """A client that hung up is no error of the server."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    scheme = "https" if tls else "http"
    web = Web(f"{scheme}://127.0.0.1:{server.server_port}", server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def serve() -> Iterator[Callable[..., Web]]:
    """Start a server; each call takes the function that answers its requests."""
    with ExitStack() as stack:
        yield lambda answer, tls=None: stack.enter_context(_serving(answer, tls))
