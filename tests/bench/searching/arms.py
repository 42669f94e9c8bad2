"""Both arms are processes of one portal and its database, each with a core of its own in the same Solr."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import judging
from measuring import children, portal_arm

from stack import files, paths, portal, ports, solr, state

HERE = Path(__file__).resolve().parent
STOCK_CORE = "ckan_bench_stock_search"
_FIRST_PORT = 5800


def call(action: str, **arguments: Any) -> Any:
    """Run an action of `search_child` in a process of the portal's."""
    return children.call(
        paths.PYTHON, "search_child", action, portal.ini_of(portal_arm.SITE), folder=HERE, **arguments
    )


def call_stock(action: str, **arguments: Any) -> Any:
    """The same without the portal's search."""
    arguments["stock"] = True
    return children.call(paths.PYTHON, "search_child", action, _stock_environment(), folder=HERE, **arguments)


@contextmanager
def stock_core() -> Iterator[None]:
    """An empty core with the schema that CKAN ships."""
    with state.exclusive():
        solr.drop_core(STOCK_CORE)
        for name, text in judging.stock_files().items():
            files.write(solr.HOME / STOCK_CORE / "conf" / name, text)
        solr.order("CREATE", STOCK_CORE, name=STOCK_CORE, instanceDir=str(solr.HOME / STOCK_CORE))
    try:
        yield
    finally:
        solr.drop_core(STOCK_CORE)


@contextmanager
def ours() -> Iterator[str]:
    with _served("stack.wsgi", "search-web", portal.ini_of(portal_arm.SITE)) as address:
        yield address


@contextmanager
def stock() -> Iterator[str]:
    with _served("searching.stock_wsgi", "search-stock", _stock_environment()) as address:
        yield address


def _stock_environment() -> dict[str, str]:
    return {**portal.ini_of(portal_arm.SITE), "CKAN_SOLR_URL": solr.core_url(STOCK_CORE)}


@contextmanager
def _served(module: str, name: str, environment: dict[str, str]) -> Iterator[str]:
    port = ports.find_free(_FIRST_PORT, set())
    address = f"http://{ports.HOST}:{port}"
    command = portal_arm.serving(paths.PYTHON, module, port)
    with children.server(command, f"{address}/api/3/action/status_show", name, environment):
        yield address
