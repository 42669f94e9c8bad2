"""The health checks of web server, worker and scheduler."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType, SimpleNamespace

import psycopg2
import pytest
from redis import RedisError


@pytest.fixture
def health(script: Callable[[str], ModuleType]) -> ModuleType:
    return script("health")


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """A web server in place of CKAN: the status it answers with stands in the dict."""
    answer = {"status": 200}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(answer["status"] if self.path == "/api/3/action/status_show" else 404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Print nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("PORTAL_PORT", str(server.server_port))
        yield answer
        server.shutdown()


def test_a_web_server_that_answers_is_well(health: ModuleType, answering: dict[str, int]) -> None:
    assert health.check_web() is None


def test_a_web_server_that_fails_is_not_well(health: ModuleType, answering: dict[str, int]) -> None:
    answering["status"] = 500
    assert "500" in health.check_web()


def test_a_web_server_that_is_not_there_is_not_well(
    health: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("PORTAL_PORT", str(unused.getsockname()[1]))
        assert health.check_web().startswith("CKAN không trả lời")


@pytest.fixture
def queue(health: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[SimpleNamespace]:
    """The workers that Redis knows, in place of asking it; the password holds a percent sign's escape."""
    ini = tmp_path / "ckan.ini"
    ini.write_text("[app:main]\nckan.redis.url = redis://:a%%25b@redis:6379/0\n", encoding="utf-8")
    monkeypatch.setenv("CKAN_INI", str(ini))
    workers: list[SimpleNamespace] = []

    def known(connection: object) -> list[SimpleNamespace]:
        assert connection == "redis://:a%25b@redis:6379/0"
        return workers

    monkeypatch.setattr(health.Redis, "from_url", lambda url, **options: url)
    monkeypatch.setattr(health.Worker, "all", known)
    return workers


def test_a_worker_of_this_container_is_well(health: ModuleType, queue: list[SimpleNamespace]) -> None:
    queue.append(SimpleNamespace(hostname=socket.gethostname(), pid=os.getpid()))
    assert health.check_worker() is None


def test_another_containers_worker_does_not_count(health: ModuleType, queue: list[SimpleNamespace]) -> None:
    queue.append(SimpleNamespace(hostname="another", pid=os.getpid()))
    assert health.check_worker()


def test_the_record_of_a_dead_worker_does_not_count(health: ModuleType, queue: list[SimpleNamespace]) -> None:
    beyond_all = 2**22 + 1
    queue.append(SimpleNamespace(hostname=socket.gethostname(), pid=beyond_all))
    assert health.check_worker()


def test_a_queue_that_does_not_answer_is_told(
    health: ModuleType, queue: list[SimpleNamespace], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(connection: object) -> None:
        raise RedisError("hết giờ")

    monkeypatch.setattr(health.Worker, "all", refuse)
    assert health.check_worker() == "Redis không trả lời: hết giờ"


@pytest.fixture
def heartbeat(health: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, float | None]:
    """The seconds since the scheduler looked last (None: never), in place of asking PostgreSQL."""
    ini = tmp_path / "ckan.ini"
    ini.write_text("[app:main]\nsqlalchemy.url = postgresql://ckan:a@postgres/ckan\n", encoding="utf-8")
    monkeypatch.setenv("CKAN_INI", str(ini))
    last: dict[str, float | None] = {"seconds": 1.0}

    class Cursor(AbstractContextManager["Cursor"]):
        def __exit__(self, *_: object) -> None:
            """Nothing is held."""

        def execute(self, statement: str) -> None:
            assert "hue_schedule" in statement

        def fetchone(self) -> tuple[float] | None:
            return None if last["seconds"] is None else (last["seconds"],)

    def connect(address: str, **options: object) -> SimpleNamespace:
        assert address == "postgresql://ckan:a@postgres/ckan"
        return SimpleNamespace(cursor=Cursor, close=lambda: None)

    monkeypatch.setattr(health.psycopg2, "connect", connect)
    return last


def test_a_scheduler_that_looks_is_well(health: ModuleType, heartbeat: dict[str, float | None]) -> None:
    assert health.check_scheduler() is None


@pytest.mark.parametrize("seconds", [None, 301.0])
def test_a_scheduler_that_does_not_look_is_not_well(
    health: ModuleType, heartbeat: dict[str, float | None], seconds: float | None
) -> None:
    heartbeat["seconds"] = seconds
    assert health.check_scheduler().startswith("Bộ lập lịch")


def test_a_scheduler_that_is_told_to_look_seldom_may_be_silent_for_longer(
    health: ModuleType, heartbeat: dict[str, float | None], tmp_path: Path
) -> None:
    with (tmp_path / "ckan.ini").open("a", encoding="utf-8") as ini:
        ini.write("ckanext.hue.scheduler.tick = 600\n")
    heartbeat["seconds"] = 1_000.0
    assert health.check_scheduler() is None


def test_a_database_that_does_not_answer_is_told(
    health: ModuleType, heartbeat: dict[str, float | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(address: str, **options: object) -> None:
        raise psycopg2.OperationalError("hết giờ")

    monkeypatch.setattr(health.psycopg2, "connect", refuse)
    assert health.check_scheduler() == "Cơ sở dữ liệu không trả lời: hết giờ"
