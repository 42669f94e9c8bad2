"""CKAN itself: its configuration, databases, search index and first administrator."""

from __future__ import annotations

import shutil
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from stack import credentials, files, paths, ports, postgres, probe, redis_server, shell, solr, state
from stack.steps import say, step

TEMPLATE = paths.CONFIG / "ckan.ini.template"
DATASTORE_SQL = paths.CONFIG / "postgres" / "datastore.sql"
SOURCES = [paths.ROOT / name for name in ("ckanext-hue", "schemas", "harvesters")]
ADMIN = "quantri"
OWNER, WRITER, READER = "ckan", "datastore_writer", "datastore_reader"


@dataclass(frozen=True)
class Site:
    """One CKAN with its own databases, search core and queue: the portal, or one of those for tests.

    settings: options of CKAN's configuration that only this one has.
    """

    site_id: str
    ini: Path
    database: str
    datastore: str
    core: str
    redis_number: int
    storage: Path
    settings: Mapping[str, str] = field(default_factory=dict)


MAIN = Site("hue", paths.CKAN_INI, "ckan", "datastore", solr.MAIN_CORE, 0, paths.STORAGE)
TESTS = tuple(
    Site(
        f"hue-test-{number}",
        paths.HUE / f"test-{number}.ini",
        f"ckan_test_{number}",
        f"datastore_test_{number}",
        f"ckan_test_{number}",
        10 + number,  # the lower ones are the portal's and those of benchmarks
        paths.HUE / f"test-storage-{number}",
        # tests look at a page right after they changed what stands there
        {"ckanext.hue.pages.shared_seconds": "0"},
    )
    for number in (1, 2)
)


def site_url() -> str:
    """Return the address at which the portal answers."""
    return f"http://{ports.HOST}:{ports.load()['web']}"


def inner_url() -> str:
    """Return the address at which CKAN's own server answers nginx."""
    return f"http://{ports.HOST}:{ports.load()['ckan']}"


def write_ini(site: Site) -> bool:
    """Write the site's configuration file. Returns whether anything changed."""
    secrets = credentials.load()
    values = {
        "site_id": site.site_id,
        "site_url": site_url(),
        "https": str(site_url().startswith("https:")).lower(),
        "storage_path": str(site.storage),
        "sqlalchemy_url": postgres.url(OWNER, "postgres_ckan", site.database),
        "datastore_write_url": postgres.url(WRITER, "postgres_writer", site.datastore),
        "datastore_read_url": postgres.url(READER, "postgres_reader", site.datastore),
        "solr_url": solr.core_url(site.core),
        "redis_url": redis_server.url(site.redis_number),
        "secret_key": secrets["secret_key"],
        "api_token_key": secrets["api_token_key"],
    }
    # a percent sign begins an interpolation in this kind of file
    escaped = {name: value.replace("%", "%%") for name, value in values.items()}
    text = string.Template(TEMPLATE.read_text(encoding="utf-8")).substitute(escaped)
    own = "".join(f"{name} = {value}\n" for name, value in site.settings.items())
    text = text.replace("\nuse = egg:ckan\n", f"\nuse = egg:ckan\n{own}", 1)
    site.storage.mkdir(parents=True, exist_ok=True)
    return files.write(site.ini, text, mode=0o600)


def command(*arguments: str) -> list[str]:
    """Return the command line of CKAN's own tool."""
    return [str(paths.PYTHON), str(paths.VENV / "bin" / "ckan"), *arguments]


def run(arguments: Sequence[str], site: Site = MAIN) -> int:
    """Run CKAN's tool in the foreground, for a person. Returns its exit code."""
    return shell.foreground(command(*arguments), ini_of(site))


def code_files() -> list[Path]:
    """List the files whose change makes a running CKAN outdated."""
    return files.tree(SOURCES, {".py", ".yaml", ".json", ".html", ".css", ".js", ".sql", ".mo"})


def prepare_databases(site: Site) -> None:
    """Make the site's roles and databases and bring them to the present schema; nothing when all is done."""
    migrations = files.tree([paths.ROOT / "ckanext-hue" / "ckanext" / "hue" / "migration"], {".py"})
    lock = paths.ROOT / "requirements.lock"
    wanted = files.fingerprint(DATASTORE_SQL, TEMPLATE, lock, *migrations)
    if state.is_done(f"databases-{site.site_id}", wanted):
        return
    with step(f"Chuẩn bị cơ sở dữ liệu ({site.database}, {site.datastore})"):
        make_roles()
        for database, owner in ((site.database, OWNER), (site.datastore, WRITER)):
            make_database(database, owner)
        shell.run_logged(
            command("db", "upgrade"), f"db-upgrade-{site.site_id}", "Nâng cấp cơ sở dữ liệu", ini_of(site)
        )
        permissions = shell.output_of(
            command("datastore", "set-permissions"), "Quyền của DataStore", env=ini_of(site)
        )
        postgres.psql(permissions, site.datastore)
        roles = {"writer": WRITER, "reader": READER}
        postgres.psql(DATASTORE_SQL.read_text(encoding="utf-8"), site.datastore, roles)
    state.mark_done(f"databases-{site.site_id}", wanted)


def prepare_translations(site: Site) -> None:
    """Build the texts that scripts in the browser show, which CKAN itself does only in its own server."""
    catalogues = files.tree([paths.ROOT / "ckanext-hue" / "ckanext" / "hue" / "i18n"], {".po"})
    wanted = files.fingerprint(paths.ROOT / "requirements.lock", *catalogues)
    if state.is_done(f"translations-{site.site_id}", wanted):
        return
    with step("Lập bản dịch cho trình duyệt"):
        shell.run_logged(command("translation", "js"), "translation-js", "Lập bản dịch", ini_of(site))
    state.mark_done(f"translations-{site.site_id}", wanted)


def ini_of(site: Site) -> dict[str, str]:
    """Return the one variable that tells CKAN its site."""
    return {"CKAN_INI": str(site.ini)}


def make_roles() -> None:
    """Make the three roles of the databases, or give them their present passwords."""
    secrets = credentials.load()
    for role, secret in ((OWNER, "postgres_ckan"), (WRITER, "postgres_writer"), (READER, "postgres_reader")):
        if not postgres.psql(
            "SELECT 1 FROM pg_roles WHERE rolname = :'role'", variables={"role": role}
        ).strip():
            postgres.psql('CREATE ROLE :"role" LOGIN', variables={"role": role})
        sql = f"ALTER ROLE :\"role\" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '{secrets[secret]}'"
        postgres.psql(sql, variables={"role": role})


def make_database(name: str, owner: str) -> None:
    """Make an empty database, unless it exists."""
    variables = {"name": name, "owner": owner}
    if postgres.psql("SELECT 1 FROM pg_database WHERE datname = :'name'", variables=variables).strip():
        return
    postgres.psql(
        'CREATE DATABASE :"name" OWNER :"owner" ENCODING \'UTF8\' TEMPLATE template0', variables=variables
    )
    postgres.psql('REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC', variables=variables)


def rebuild_index(site: Site) -> None:
    """Index every dataset anew, after a change of the core's configuration."""
    with step("Cấu hình tìm kiếm đã đổi: lập lại chỉ mục"):
        wanted = files.fingerprint(*solr.core_files())
        rebuild = command("hue", "search", "rebuild", "--quiet", "--purpose", wanted)
        shell.run_logged(rebuild, "search-index", "Lập lại chỉ mục tìm kiếm", ini_of(site))
    solr.core_is_built(site.core)


def clear(site: Site) -> None:
    """Remove everything that a site holds: databases, index, queue and files."""
    for database in (site.database, site.datastore):
        postgres.psql('DROP DATABASE IF EXISTS :"name" WITH (FORCE)', variables={"name": database})
    solr.drop_core(site.core)
    redis_server.empty(site.redis_number)
    shutil.rmtree(site.storage, ignore_errors=True)
    for work in ("databases", "translations"):
        state.mark_done(f"{work}-{site.site_id}", "")


def ensure_admin() -> None:
    """Make the first administrator, and show the password this one time."""
    if state.get("admin"):
        return
    password = credentials.admin_password()
    with step("Tạo tài khoản quản trị"):
        known = postgres.psql("SELECT 1 FROM \"user\" WHERE name = :'name'", MAIN.database, {"name": ADMIN})
        if not known.strip():
            answers = f"{password}\n{password}\n"
            add = command("user", "add", ADMIN, f"email={ADMIN}@example.invalid", "fullname=Quản trị cổng")
            shell.output_of(add, "Tạo tài khoản quản trị", stdin=answers, env=ini_of(MAIN))
        shell.output_of(command("sysadmin", "add", ADMIN), "Cấp quyền quản trị", env=ini_of(MAIN))
    state.put("admin", ADMIN)
    say(f"  Tài khoản quản trị: {ADMIN}   Mật khẩu: {password}")
    say(f"  (Mật khẩu chỉ hiện lần này; được lưu ở {paths.ADMIN_PASSWORD}, chỉ chủ sở hữu đọc được.)")


def answers() -> bool:
    """Whether CKAN's API answers."""
    try:
        return bool(probe.get_json(f"{inner_url()}/api/3/action/status_show")["success"])
    except (OSError, ValueError, KeyError):
        return False
