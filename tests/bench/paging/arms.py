"""Both arms are processes of one portal, over the same databases and index.

In one is the portal as `./hue up` starts it, in the other CKAN with its own theme and schema. Each is a
gunicorn of two workers with four threads; nginx with its cache stands before the first one.
"""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from measuring import children, portal_arm
from measuring.children import BenchError

from stack import files, nginx, paths, portal, ports, probe

from .plan import Bench

HERE = Path(__file__).resolve().parent
_FIRST_PORT = 5800
_FIRST_NGINX = 5900
_STOCK_INI = portal_arm.HOME / "stock-pages.ini"
_STOCK_PLUGINS = "datastore activity"
# Options of what the stock arm does not load
_OTHERS = re.compile(
    r"^(scheming\.|ckanext\.|expire_api_token|ckan\.datastore\.default_fts).*\n", re.MULTILINE
)
_PLUGINS = re.compile(r"^ckan\.plugins = .*\n(?:[ \t]+.*\n)*", re.MULTILINE)
_LINK = re.compile(r'href="/dataset/([a-z0-9_-]+)"')
_NOT_DATASETS = frozenset({"new"})
_MOST_PAGES = 100


def fill(datasets: int) -> list[str]:
    """Make so many datasets, each with a table; their names."""
    return children.call(
        paths.PYTHON,
        "pages_child",
        "fill",
        portal.ini_of(portal_arm.SITE),
        folder=HERE,
        count=datasets,
    )


@contextmanager
def ours() -> Iterator[str]:
    with _served(portal_arm.SITE.ini, "pages-web") as address:
        yield address


@contextmanager
def stock() -> Iterator[str]:
    """CKAN without the portal's plugins."""
    text = portal_arm.SITE.ini.read_text(encoding="utf-8")
    text, replaced = _PLUGINS.subn(f"ckan.plugins = {_STOCK_PLUGINS}\n", text)
    if replaced != 1:
        raise BenchError("Không thấy danh sách phần mở rộng trong cấu hình.")
    files.write(_STOCK_INI, _OTHERS.sub("", text), mode=0o600)
    try:
        with _served(_STOCK_INI, "pages-stock") as address:
            yield address
    finally:
        _STOCK_INI.unlink()


@contextmanager
def _served(ini: Path, name: str) -> Iterator[str]:
    port = ports.find_free(_FIRST_PORT, set())
    address = f"http://{ports.HOST}:{port}"
    command = [
        *(paths.PYTHON, "-m", "gunicorn", "stack.wsgi:application", "--bind", f"{ports.HOST}:{port}"),
        *("--workers", "2", "--worker-class", "gthread", "--threads", "4", "--no-control-socket"),
    ]
    with children.server(command, f"{address}/api/3/action/status_show", name, {"CKAN_INI": str(ini)}):
        yield address


@contextmanager
def behind_nginx(inner: str) -> Iterator[str]:
    """nginx with the portal's settings before a server; its address."""
    port = ports.find_free(_FIRST_NGINX, set())
    folder = portal_arm.HOME / "run-nginx"
    nginx.write(folder, port, int(inner.rpartition(":")[2]))
    address = f"http://{ports.HOST}:{port}"
    with children.server(nginx.server_command(folder), f"{address}/api/3/action/status_show", "pages-nginx"):
        yield address


def compare(bench: Bench) -> None:
    """Both arms must list the same datasets and show the same title. Raises BenchError."""
    wanted = set(bench.names)
    for address in (bench.ours, bench.stock, bench.front):
        listed = _listed(address, len(wanted))
        if listed != wanted:
            raise BenchError(f"{address} liệt kê {len(listed)} bộ dữ liệu thay vì {len(wanted)}.")
        if "Bộ dữ liệu để đo số 0" not in read(f"{address}/dataset/{bench.names[0]}"):
            raise BenchError(f"{address} không hiện bộ dữ liệu {bench.names[0]}.")


def _listed(address: str, count: int) -> set[str]:
    found: set[str] = set()
    for page in range(1, _MOST_PAGES):
        new = set(_LINK.findall(read(f"{address}/dataset/?page={page}"))) - found - _NOT_DATASETS
        found |= new
        if len(found) >= count or not new:
            break
    return found


def read(address: str) -> str:
    """The text of a page. Raises BenchError when there is none."""
    try:
        with probe.OPENER.open(urllib.request.Request(address), timeout=60) as answer:
            return answer.read().decode()
    except OSError as error:
        raise BenchError(f"{address}: {error}") from error
