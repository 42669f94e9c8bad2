"""A portal whose datasets are scored, and servers outside that its links lead to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

Answer = Callable[[str, str], int]  # from method and path to the HTTP status


@dataclass
class Outside:
    """A server of others: its address, and the requests that came."""

    base: str
    port: int
    seen: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def _serving(answer: Answer) -> Iterator[Outside]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            outside.seen.append((self.command, self.path))
            self.send_response(answer(self.command, self.path))
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_HEAD = do_GET

        def log_message(self, *_arguments: object) -> None:
            """Tests print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    outside = Outside(f"http://127.0.0.1:{server.server_port}", server.server_port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield outside
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def outside() -> Iterator[Callable[[Answer], Outside]]:
    """Start servers of others; each call takes what a request is answered with."""
    with ExitStack() as stack:
        yield lambda answer: stack.enter_context(_serving(answer))


@pytest.fixture
def reachable(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let the guard take the server at this address on loopback for one in the public network."""
    from ckanext.hue.harvesters.http import Client
    from ckanext.hue.quality import links

    bases: set[str] = set()
    monkeypatch.setattr(links, "Client", lambda base: Client(base, allow_private_host=base in bases))
    return bases.add


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pauses between two questions to a host."""
    from ckanext.hue.quality import links

    monkeypatch.setattr(links, "PAUSE_SECONDS", 0)


@pytest.fixture
def score() -> Callable[[], Any]:
    """Do what the background job does; returns its summary."""
    from ckanext.hue.quality import jobs

    return jobs.run


@pytest.fixture
def quality() -> Callable[[str], Any]:
    """What the portal says of a dataset's quality, by id."""
    from ckanext.hue.quality import overview

    def of(dataset_id: str) -> Any:
        found = overview.of_dataset(dataset_id)
        assert found, "the dataset was not scored"
        return found

    return of


@pytest.fixture
def linked(dataset: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Create a dataset whose only file is a link."""

    def make(url: str, **values: Any) -> dict[str, Any]:
        resource = {"url": url, "name": "Tệp", "format": "CSV", "mimetype": "text/csv"}
        return dataset(resources=[resource], **values)

    return make
