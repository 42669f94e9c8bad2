"""Our arm: a portal of its own with databases, index and files that are gone when the bench ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stack import paths, portal, ports, solr, state

from . import children

HOME = paths.HUE / "bench"
SITE = portal.Site(
    "hue-bench", HOME / "ckan.ini", "ckan_bench", "datastore_bench", "ckan_bench", 2, HOME / "storage"
)
_FIRST_PORT = 5500


@contextmanager
def site() -> Iterator[None]:
    """A fresh portal, removed at the end."""
    HOME.mkdir(mode=0o700, exist_ok=True)
    with state.exclusive():
        portal.clear(SITE)
        portal.write_ini(SITE)
        solr.ensure_core(SITE.core)
        portal.prepare_databases(SITE)
    try:
        yield
    finally:
        with state.exclusive():
            portal.clear(SITE)
            SITE.ini.unlink(missing_ok=True)


def call(action: str, **arguments: Any) -> Any:
    """Run an action of `portal_child` in a process of its own."""
    return children.call(paths.PYTHON, "portal_child", action, portal.ini_of(SITE), **arguments)


def register(titles: Sequence[str]) -> list[str]:
    """Resources for tables that are read over HTTP; their ids."""
    return call("register", titles=titles)


def load(resource_id: str, path: Path) -> dict[str, float]:
    return call("load", resource_id=resource_id, path=str(path))


@contextmanager
def web() -> Iterator[str]:
    """The portal behind one web process, as `./hue up` starts it; its address."""
    port = ports.find_free(_FIRST_PORT, set())
    address = f"http://{ports.HOST}:{port}"
    with children.server(
        serving(paths.PYTHON, "stack.wsgi", port),
        f"{address}/api/3/action/status_show",
        "portal-web",
        portal.ini_of(SITE),
    ):
        yield address


def serving(python: Path, module: str, port: int) -> list[str | Path]:
    """The command that serves a WSGI application with one worker."""
    return [
        *(python, "-m", "gunicorn", f"{module}:application", "--bind", f"{ports.HOST}:{port}"),
        *("--workers", "1", "--worker-class", "gthread", "--threads", "4", "--timeout", "600"),
        "--no-control-socket",
    ]
