"""The stock arm: CKAN as it ships with its DataStore and ckanext-xloader, in an environment of its own.

Its databases stand in the same PostgreSQL, its core in the same Solr and its queue in the same Redis as the
portal's, so that both arms have the same servers. All but the Python environment is gone when the bench ends.
"""

from __future__ import annotations

import os
import secrets
import shutil
import threading
import time
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from stack import files, paths, portal, ports, postgres, redis_server, solr, state

from . import children, portal_arm

HOME = portal_arm.HOME
VENV = HOME / "stock"
PYTHON = VENV / "bin" / "python"
INI = HOME / "stock.ini"
DATABASE, DATASTORE = "bench_stock", "bench_stock_datastore"
OWNER, READER = "bench_stock", "bench_stock_reader"
CORE = "bench_stock"
REDIS_NUMBER = 3
_FIRST_PORT = 5600
_PACKAGES = ("ckan[requirements]==2.12.0", "gunicorn", "openpyxl")
# xloader asks for versions that CKAN's own pins exclude; it runs with CKAN's.
_WITHOUT_DEPENDENCIES = (
    "ckanext-xloader==2.6.0",
    "ckanext-harvest==1.6.3",
    "ckantoolkit==0.0.7",
    "zipp==4.1.2",
)
_XLOADER_NEEDS = ("tabulator==1.53.5", "Unidecode==1.4.0", "chardet==7.7.0", "openpyxl")
PLUGINS = "activity datastore xloader"
_NOTHING_MORE: Mapping[str, str] = {}
HARVESTING = children.HERE.parent / "harvesting"
USER = "quantri"  # as stock_child calls it


def install() -> None:
    """Fill the environment, unless just these packages are in it."""
    lock = paths.ROOT / "requirements.lock"
    wanted = files.fingerprint(lock, *_PACKAGES, *_WITHOUT_DEPENDENCIES, *_XLOADER_NEEDS)
    stamp = VENV / ".installed"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    venv.create(VENV, with_pip=True)
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-q", "-c", lock]
    children.run([*pip, *_PACKAGES], "stock-pip")
    children.run([*pip, "--no-deps", *_WITHOUT_DEPENDENCIES], "stock-pip")
    children.run([*pip, *_XLOADER_NEEDS], "stock-pip")
    files.write(stamp, wanted)


@dataclass(frozen=True, slots=True)
class Stock:
    """A running stock CKAN: its address, the folder whose files xloader fetches, and where it finds them."""

    address: str
    folder: Path
    folder_address: str

    def load(self, paths: Sequence[Path]) -> tuple[float, list[str]]:
        """Load files of the folder by one worker: seconds without its start, and the resources' ids."""
        urls = [f"{self.folder_address}/{path.name}" for path in paths]
        ids = call("submit", urls=urls, prefix=f"bang-{secrets.token_hex(4)}")
        seconds = _work()
        return seconds - _work(), ids

    def load_queued(self) -> float:
        """Run one worker until the queue is empty; seconds without its start."""
        return _work() - _work()

    def drop(self, resource_ids: Sequence[str]) -> None:
        """Take loaded tables away, so that the next ones find the same disk."""
        for resource_id in resource_ids:
            postgres.psql('DROP TABLE IF EXISTS :"name"', DATASTORE, {"name": resource_id})


@contextmanager
def site(folder: Path, more: Mapping[str, str] = _NOTHING_MORE) -> Iterator[Stock]:
    """A fresh CKAN that serves, removed at the end; it is installed already.

    `folder`: of files to load; `more`: settings beside xloader's.
    """
    _clear()
    try:
        port = ports.find_free(_FIRST_PORT, set())
        address = f"http://{ports.HOST}:{port}"
        _make(address, more)
        command = portal_arm.serving(PYTHON, "stock_wsgi", port)
        ready = f"{address}/api/3/action/status_show"
        with _file_server(folder) as files_at, children.server(command, ready, "stock-web", environment()):
            yield Stock(address, folder, files_at)
    finally:
        _clear()


def call(action: str, **arguments: Any) -> Any:
    """Run an action of `stock_child` in a process of its own."""
    return children.call(PYTHON, "stock_child", action, environment(), **arguments)


def environment() -> dict[str, str]:
    """What the stock CKAN's processes find: its configuration, and the modules of the benches beside it."""
    return {"CKAN_INI": str(INI), "PYTHONPATH": os.pathsep.join(map(str, (children.HERE, HARVESTING)))}


def _work() -> float:
    """Run a worker until the queue is empty; seconds."""
    start = time.perf_counter()
    _ckan("jobs", "worker", "--burst", "default")
    return time.perf_counter() - start


def _ckan(*arguments: str) -> str:
    return children.run([PYTHON, VENV / "bin" / "ckan", *arguments], "stock-ckan", environment())


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Keep the terminal for the figures."""


@contextmanager
def _file_server(folder: Path) -> Iterator[str]:
    with ThreadingHTTPServer((ports.HOST, 0), partial(_Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://{ports.HOST}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def _make(address: str, more: Mapping[str, str]) -> None:
    """Roles, databases, core, configuration, administrator, agency and token."""
    passwords = {role: secrets.token_hex(24) for role in (OWNER, READER)}
    for role, password in passwords.items():
        postgres.psql(f"CREATE ROLE :\"name\" LOGIN PASSWORD '{password}'", variables={"name": role})
    for database in (DATABASE, DATASTORE):
        portal.make_database(database, OWNER)
    _make_core()
    INI.unlink(missing_ok=True)
    _ckan("generate", "config", str(INI))
    INI.chmod(0o600)
    owner, reader = (
        f"{role}:{passwords[role]}@{ports.HOST}:{ports.load()['postgres']}" for role in passwords
    )
    _configure(
        {
            "ckan.site_url": address,
            "ckan.plugins": PLUGINS,
            "ckan.locale_default": "vi",
            "ckan.storage_path": str(HOME / "stock-storage"),
            "sqlalchemy.url": f"postgresql://{owner}/{DATABASE}",
            "ckan.datastore.write_url": f"postgresql://{owner}/{DATASTORE}",
            "ckan.datastore.read_url": f"postgresql://{reader}/{DATASTORE}",
            "ckanext.xloader.jobs_db.uri": f"postgresql://{owner}/{DATASTORE}",
            "solr_url": solr.core_url(CORE),
            "ckan.redis.url": redis_server.url(REDIS_NUMBER),
            **more,
        }
    )
    _ckan("db", "init")
    _ckan("db", "upgrade")
    postgres.psql(_ckan("datastore", "set-permissions"), DATASTORE)
    _ckan("user", "add", USER, "email=quantri@example.invalid", f"password={secrets.token_urlsafe(15)}")
    _ckan("sysadmin", "add", USER)
    _configure({"ckanext.xloader.api_token": call("prepare")})


def _configure(settings: dict[str, str]) -> None:
    _ckan("config-tool", str(INI), *(f"{name} = {value}" for name, value in settings.items()))


def _make_core() -> None:
    """A core with the schema that CKAN ships, and the portal's handlers and caches."""
    [schema] = VENV.glob("lib/python*/site-packages/ckan/config/solr/schema.xml")
    configuration = solr.HOME / CORE / "conf"
    files.write(configuration / "schema.xml", schema.read_text(encoding="utf-8"))
    handlers = (solr.SOURCE / "conf" / "solrconfig.xml").read_text(encoding="utf-8")
    files.write(configuration / "solrconfig.xml", handlers)
    for name in ("stopwords.txt", "synonyms.txt", "protwords.txt"):
        files.write(configuration / name, "")
    solr.order("CREATE", CORE, name=CORE, instanceDir=str(solr.HOME / CORE))


def _clear() -> None:
    with state.exclusive():
        for database in (DATABASE, DATASTORE):
            postgres.psql('DROP DATABASE IF EXISTS :"name" WITH (FORCE)', variables={"name": database})
        for role in (READER, OWNER):
            postgres.psql('DROP ROLE IF EXISTS :"name"', variables={"name": role})
        solr.drop_core(CORE)
        redis_server.empty(REDIS_NUMBER)
        shutil.rmtree(HOME / "stock-storage", ignore_errors=True)
        INI.unlink(missing_ok=True)
