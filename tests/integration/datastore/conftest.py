"""A site for CKAN's own tests, which empty their databases: it has its own ones, made and dropped here."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from configparser import RawConfigParser
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

CONFIG = Path(__file__).parents[3] / "config"
if str(CONFIG) not in sys.path:
    sys.path.insert(0, str(CONFIG))

from stack import portal, postgres  # noqa: E402, only the line above makes it importable

DATABASE, DATASTORE = "ckan_stock_test", "datastore_stock_test"
REDIS_NUMBER = 3
# What CKAN's tests take for granted, as its own test configuration has it.
SETTINGS = {
    "testing": "true",
    "ckan.site_id": "hue-stock-test",
    "ckan.site_url": "http://test.ckan.net",
    "ckan.locale_default": "en",
    "ckan.locales_offered": "en",
    "ckan.locale_order": "en",
    "ckan.plugins": "",
    "ckan.auth.create_user_via_api": "false",
    "ckan.auth.create_dataset_if_not_in_organization": "true",
    "ckan.auth.create_unowned_dataset": "true",
    "ckan.auth.user_create_groups": "true",
    "ckan.auth.user_create_organizations": "true",
    "ckan.datastore.sqlsearch.enabled": "true",
}


@pytest.fixture(scope="module")
def stock_ini(ini: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The site's configuration; its databases are dropped at the end."""
    folder = tmp_path_factory.mktemp("stock")
    stock = folder / "stock.ini"
    write_ini(Path(ini), stock, folder)
    drop_databases()
    try:
        portal.make_database(DATABASE, portal.OWNER)
        portal.make_database(DATASTORE, portal.WRITER)
        for name in (DATABASE, DATASTORE):
            postgres.psql('ALTER DATABASE :"name" SET synchronous_commit = off', variables={"name": name})
        run_ckan(stock, "db", "upgrade")
        postgres.psql(run_ckan(stock, "datastore", "set-permissions"), DATASTORE)
        roles = {"writer": portal.WRITER, "reader": portal.READER}
        postgres.psql(portal.DATASTORE_SQL.read_text(encoding="utf-8"), DATASTORE, roles)
        yield stock
    finally:
        drop_databases()


def write_ini(test_ini: Path, ini: Path, folder: Path) -> None:
    """Derive the configuration from that of the other tests."""
    given = RawConfigParser()
    given.optionxform = str  # pyright: ignore[reportAttributeAccessIssue]
    given.read(test_ini, encoding="utf-8")
    app = given["app:main"]
    for option, database in (
        ("sqlalchemy.url", DATABASE),
        ("ckan.datastore.write_url", DATASTORE),
        ("ckan.datastore.read_url", DATASTORE),
    ):
        address = make_url(app[option].replace("%%", "%")).set(database=database)
        app[option] = address.render_as_string(hide_password=False).replace("%", "%%")
    app["ckan.redis.url"] = f"{app['ckan.redis.url'].rpartition('/')[0]}/{REDIS_NUMBER}"
    app["ckan.storage_path"] = str(folder / "storage")
    app.update(SETTINGS)
    with ini.open("w", encoding="utf-8") as file:
        given.write(file)


def run_ckan(ini: Path, *arguments: str) -> str:
    """Run CKAN's tool with the DataStore alone, and return what it prints."""
    program = Path(sys.executable).with_name("ckan")
    # The plugin is named for this call only: CKAN's tests load the plugins that they name.
    own = ini.with_name("with-datastore.ini")
    own.write_text(
        ini.read_text(encoding="utf-8").replace("ckan.plugins = \n", "ckan.plugins = datastore\n"),
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, program, "-c", own, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def drop_databases() -> None:
    for name in (DATABASE, DATASTORE):
        postgres.psql('DROP DATABASE IF EXISTS :"name" WITH (FORCE)', variables={"name": name})
