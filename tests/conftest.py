"""The test portal's configuration and application, for the tests that need the parts running.

`./hue test` starts PostgreSQL, Redis and Solr and names the configurations in HUE_TEST_INIS, one for each
process that runs tests.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

CONFIG = Path(__file__).parents[1] / "config"
START_SECONDS = 90
# What these folders set up takes long, and all their files share it.
WHOLE_FOLDERS = ("integration/catalog", "integration/harvest/interop")


class Scheduling(LoadFileScheduling):
    """In a run of several processes the tests of a file, or of such a folder, stay in one process."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        folder = file.removeprefix("tests/").rpartition("/")[0]
        return folder if folder in WHOLE_FOLDERS else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    return Scheduling(config, log)


@pytest.fixture(scope="session")
def ini() -> str:
    paths = os.environ.get("HUE_TEST_INIS")
    if not paths:
        pytest.skip("HUE_TEST_INIS is not set: run these tests with ./hue test")
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return paths.split(os.pathsep)[number]


@pytest.fixture(scope="session")
def application(ini: str) -> Any:
    """The WSGI application with all plugins of the test configuration."""
    os.environ["CKAN_INI"] = ini
    from ckan.cli import load_config
    from ckan.config.middleware import make_app

    return make_app(load_config(ini))


@pytest.fixture(scope="session")
def free_address() -> Callable[[], str]:
    """An address on which nobody listens, such as 127.0.0.1:40000."""

    def find() -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return f"127.0.0.1:{probe.getsockname()[1]}"

    return find


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path, str], str]]:
    """Serve the CKAN of a configuration file at an address until the tests end; returns its URL."""
    with ExitStack() as stack:
        yield lambda ini, address: stack.enter_context(_served(ini, address))


@pytest.fixture(scope="session")
def answering() -> Callable[[Callable[[str], bytes]], AbstractContextManager[str]]:
    """Answer requests at a new address with what a function has for their paths (with their queries)."""
    return _answering


@contextmanager
def _answering(body_of: Callable[[str], bytes]) -> Iterator[str]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = body_of(self.path)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Tests print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def bad_rows(answering: Callable[..., Any]) -> Iterator[Callable[[], str]]:
    """Start a platform with one table of which two rows cannot be read as declared."""
    titles = "<script>alert(1)</script> Bảng «lạ» & \u0001"
    listed = {"id": "b/1?x=<i>", "tenbang": titles, "mucdo": "mo", "macoquan": "so-du-lich", "mabam": "1"}
    numbers: list[Any] = [*range(200), "=cmd|' /C calc'!A0", "<b>hai</b>"]
    listing = {"code": 0, "phien": 1, "tong": 1, "data": [listed]}
    table = {
        "code": 0,
        "data": [{"stt": number, "so": value} for number, value in enumerate(numbers)],
        "hienthi": [{"tentruong": "stt"}, {"tentruong": "so", "mota": "Số", "kieu": "int"}],
    }
    with answering(
        lambda path: json.dumps(listing if path.startswith("/danhmuc") else table).encode()
    ) as base:
        yield lambda: base


@contextmanager
def _served(ini: Path, address: str) -> Iterator[str]:
    url = f"http://{address}"
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "stack.wsgi:application", "--bind", address),
            *("--threads", "4", "--no-control-socket", "--log-level", "warning"),
        ],
        env={
            **os.environ,
            "CKAN_INI": str(ini),
            "CKAN_SITE_URL": url,
            "PYTHONPATH": str(CONFIG),
            "PYTHONUTF8": "1",
        },
    )
    try:
        _wait(url, server)
        yield url
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/api/3/action/status_show", timeout=30) as answer:
                assert json.load(answer)["success"]
                return
        except urllib.error.URLError:
            time.sleep(0.3)
    pytest.fail(f"the portal did not start within {START_SECONDS} s (exit code {server.poll()})")
