"""Both arms are processes of one portal, over the same database and index.

In one the portal's own catalogue answers, in the other, where that is taken out, ckanext-dcat's endpoints
with the same profile. Each is one gunicorn worker of four threads.
"""

from __future__ import annotations

import http.client
import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from measuring import children, portal_arm
from measuring.children import BenchError

from stack import paths, portal, ports

HERE = Path(__file__).resolve().parent
_FIRST_PORT = 5700
_SECONDS = 600
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Answer:
    """Seconds to the first byte of the body and to its end, and what came."""

    first: float
    whole: float
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Server:
    """A running arm: its address, and the process id of its one worker."""

    address: str
    worker: int

    def get(self, path: str, *, keep: bool = True, status: int = 200, **headers: str) -> Answer:
        """Ask over a connection of its own; `keep` says whether the body is returned. Raises BenchError."""
        start = time.perf_counter()
        with closing(
            http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=_SECONDS)
        ) as connection:
            connection.request(
                "GET", path, headers={key.replace("_", "-"): value for key, value in headers.items()}
            )
            answer = connection.getresponse()
            pieces = [answer.read(1)]
            first = time.perf_counter() - start
            size = len(pieces[0])
            while chunk := answer.read(_CHUNK):
                size += len(chunk)
                if keep:
                    pieces.append(chunk)
            whole = time.perf_counter() - start
        if answer.status != status:
            raise BenchError(f"{path}: mã {answer.status}. {b''.join(pieces)[:500].decode(errors='replace')}")
        return Answer(first, whole, answer.status, answer.headers, b"".join(pieces), size)

    def most_memory(self) -> float:
        """The most that the worker has taken so far, in MiB."""
        for line in Path(f"/proc/{self.worker}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
        raise BenchError(f"Tiến trình {self.worker} không cho biết bộ nhớ.")


def call(action: str, **arguments: Any) -> Any:
    """Run an action of `catalog_child` in a process of its own."""
    return children.call(
        paths.PYTHON, "catalog_child", action, portal.ini_of(portal_arm.SITE), folder=HERE, **arguments
    )


def fill(datasets: int) -> list[str]:
    """Make so many datasets and their stored graphs; their names."""
    return call("fill", count=datasets)


@contextmanager
def ours() -> Iterator[Server]:
    with _served("stack.wsgi", "catalog-web") as server:
        yield server


@contextmanager
def stock() -> Iterator[Server]:
    with _served("cataloguing.stock_wsgi", "catalog-stock") as server:
        yield server


@contextmanager
def _served(module: str, name: str) -> Iterator[Server]:
    port = ports.find_free(_FIRST_PORT, set())
    address = f"http://{ports.HOST}:{port}"
    command = portal_arm.serving(paths.PYTHON, module, port)
    ready = f"{address}/api/3/action/status_show"
    with children.server(command, ready, name, portal.ini_of(portal_arm.SITE)) as pid:
        yield Server(address, _worker_of(pid))


def _worker_of(master: int) -> int:
    """The one child of a gunicorn."""
    [worker] = Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii").split()
    os.kill(int(worker), 0)
    return int(worker)
