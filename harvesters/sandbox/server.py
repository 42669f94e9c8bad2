"""The sandbox platform as a server: for the command line, and for tests in a thread."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from .app import Platform, create_app
from .catalogue import TABLES, BadSettings, generated_catalogue
from .control import add_control
from .exports import folder_catalogue
from .faults import LONGEST_DELAY_MS

SEED = 46
BACKLOG = 128
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What to serve: the files of `data`, else generated tables. `control` opens the addresses for tests.

    With `silent` the listing of generated tables says nothing of changes.
    """

    data: Path | None = None
    tables: int = TABLES
    rows: int | None = None
    open_tables: int | None = None
    seed: int = SEED
    token: str | None = None
    delay_ms: int = 0
    control: bool = False
    silent: bool = False


class QuietHandler(WSGIRequestHandler):
    """Requests are logged at the level debug, errors at the level error."""

    def connection_dropped(self, error: BaseException, environ: dict[str, Any] | None = None) -> None:
        # Else an answer that broke before its first byte would leave the client waiting.
        self.close_connection = True

    def log(self, type: str, message: str, *args: Any) -> None:
        level = logging.ERROR if type == "error" else logging.DEBUG
        log.log(level, f"{self.address_string()} {message}", *args)


def make_sandbox(settings: Settings, host: str, port: int) -> BaseWSGIServer:
    """A server that listens already but does not serve yet; raises BadSettings."""
    if not 0 <= settings.delay_ms <= LONGEST_DELAY_MS:
        raise BadSettings(
            f"Độ trễ phải từ 0 đến {LONGEST_DELAY_MS} mili giây, không phải {settings.delay_ms}."
        )
    if settings.token == "":
        raise BadSettings("Mã truy cập không được để trống.")
    if settings.data is None:
        catalogue = generated_catalogue(
            settings.tables, settings.rows, settings.open_tables, settings.seed, silent=settings.silent
        )
    else:
        catalogue, problems = folder_catalogue(settings.data)
        for problem in problems:
            log.warning("%s", problem)
    platform = Platform(catalogue, settings.token, settings.delay_ms)
    app = create_app(platform)
    if settings.control:
        add_control(app, platform)
    try:
        # Bound here, since werkzeug ends the process when a port is taken.
        listener = socket.create_server((host, port), backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        raise BadSettings(f"Không mở được cổng {port} trên {host}: {error}.") from error
    with listener:
        return make_server(host, port, app, threaded=True, request_handler=QuietHandler, fd=listener.fileno())


@contextmanager
def start_sandbox(
    settings: Settings | None = None, *, host: str = "127.0.0.1", port: int = 0
) -> Iterator[str]:
    """Serve in a thread and yield the base address, without a slash at its end; raises BadSettings."""
    server = make_sandbox(settings or Settings(), host, port)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.socket.getsockname()[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
