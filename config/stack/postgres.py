"""This checkout's own PostgreSQL cluster under .hue/postgres, on loopback TCP only."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from stack import credentials, files, paths, ports, shell
from stack.errors import MustInstall, StackError

OLDEST = 15
ADMIN = "hue_admin"
SERVICE_USER = "postgres"
DATA = paths.POSTGRES / "data"
SETTINGS = """\
# Written by ./hue up
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''    # a checkout's path may be too long for a socket
password_encryption = 'scram-sha-256'
max_connections = 100
shared_buffers = '256MB'
work_mem = '16MB'
maintenance_work_mem = '256MB'
effective_cache_size = '1GB'
random_page_cost = 1.1
max_wal_size = '2GB'
wal_compression = lz4           # pglz costs half of an index build
jit = off                       # compiling costs more than the portal's short queries
timezone = 'UTC'                # CKAN stores UTC without an offset
log_timezone = 'Asia/Ho_Chi_Minh'
log_line_prefix = '%m [%p] %u@%d '
"""


def version_of(binaries: Path) -> int:
    """Return the major version of the PostgreSQL in a folder; 0 when there is none."""
    if not (binaries / "initdb").exists():
        return 0
    printed = subprocess.run(
        [binaries / "postgres", "--version"], capture_output=True, text=True, check=False
    ).stdout
    found = re.search(r"(\d+)", printed)
    return int(found.group(1)) if found else 0


def installed() -> dict[int, Path]:
    """Map the major versions on this machine to their folders of programs."""
    folders = [*Path("/usr/lib/postgresql").glob("*/bin")]
    if on_path := shutil.which("initdb"):
        folders.append(Path(on_path).resolve().parent)
    return {version_of(folder): folder for folder in folders}


def newest_binaries() -> Path | None:
    """Return the programs of the newest usable PostgreSQL, or None."""
    usable = {version: folder for version, folder in installed().items() if version >= OLDEST}
    return usable[max(usable)] if usable else None


@cache
def binaries() -> Path:
    """Return the programs that fit our cluster: of its own version once it exists."""
    mark = DATA / "PG_VERSION"
    if mark.exists():
        version = int(mark.read_text())
        found = installed().get(version)
        if found is None:
            raise MustInstall(
                f"Dữ liệu trong .hue/postgres thuộc PostgreSQL {version}; hãy cài gói postgresql-{version}."
            )
        return found
    found = newest_binaries()
    if found is None:
        raise MustInstall(f"Cần PostgreSQL {OLDEST} trở lên (gói Debian: postgresql).")
    return found


@cache
def as_service_user() -> tuple[str, ...]:
    """Return what to put before PostgreSQL's programs: they refuse to run as root.

    Where root's checkout lies in a folder closed to others, the unprivileged user also gets the one
    capability to pass through folders. Nothing outside .hue/postgres changes its permissions.
    """
    if os.geteuid() != 0:
        return ()
    try:
        user = pwd.getpwnam(SERVICE_USER)
    except KeyError as error:
        raise MustInstall(
            f"Thiếu người dùng hệ thống {SERVICE_USER} (gói Debian: postgresql-common)."
        ) from error
    drop = ("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups")
    paths.POSTGRES.mkdir(parents=True, exist_ok=True)
    os.chown(paths.POSTGRES, user.pw_uid, user.pw_gid)
    paths.POSTGRES.chmod(0o700)
    pass_through = ("--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search")
    # a file is really made: access(2) knows nothing of ambient capabilities
    for command in ((*drop, "--inh-caps=-all"), (*drop, *pass_through)):
        probe = subprocess.run(
            [*command, "touch", paths.POSTGRES / ".writable"], capture_output=True, check=False, cwd="/"
        )
        if probe.returncode == 0:
            return command
    raise StackError(
        f"Người dùng {SERVICE_USER} không vào được {paths.POSTGRES} (PostgreSQL không chạy dưới quyền root). "
        "Hãy đặt bản sao mã nguồn ở thư mục mà người dùng khác đi qua được, "
        "hoặc chạy ./hue bằng người dùng thường."
    )


def server_command() -> list[str]:
    """Return the command that runs the server in the foreground."""
    return [*as_service_user(), str(binaries() / "postgres"), "-D", str(DATA)]


def prepare() -> None:
    """Make the cluster when there is none, and write its settings."""
    as_service_user()
    paths.POSTGRES.mkdir(parents=True, exist_ok=True)
    if not (DATA / "PG_VERSION").exists() or not (paths.POSTGRES / ".made").exists():
        make_cluster()
    own(DATA / "hue.conf", SETTINGS.format(port=ports.load()["postgres"]))


def make_cluster() -> None:
    """Run initdb; what an interrupted one left is thrown away."""
    shutil.rmtree(DATA, ignore_errors=True)
    password = paths.POSTGRES / ".password"
    own(password, credentials.load()["postgres_admin"])
    shell.run_logged(
        [
            *as_service_user(),
            binaries() / "initdb",
            f"--pgdata={DATA}",
            f"--username={ADMIN}",
            f"--pwfile={password}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ],
        "initdb",
        "Tạo cụm PostgreSQL",
    )
    password.unlink()
    main = DATA / "postgresql.conf"
    own(main, main.read_text(encoding="utf-8") + "\ninclude 'hue.conf'\n")
    own(paths.POSTGRES / ".made", "")


def own(path: Path, text: str) -> None:
    """Write a file that only PostgreSQL's user may read."""
    files.write(path, text, mode=0o600)
    if os.geteuid() == 0:
        user = pwd.getpwnam(SERVICE_USER)
        os.chown(path, user.pw_uid, user.pw_gid)


def psql(sql: str, database: str = "postgres", variables: Mapping[str, str] | None = None) -> str:
    """Run SQL as the cluster's administrator and return what it prints, columns parted by tabs.

    variables: psql variables; the SQL writes them as :'name' (text) or :"name" (identifier).
    Raises StackError at the first statement that fails.
    """
    settings = [f"--set={name}={value}" for name, value in (variables or {}).items()]
    login = [
        f"--host={ports.HOST}",
        f"--port={ports.load()['postgres']}",
        f"--username={ADMIN}",
        f"--dbname={database}",
    ]
    return shell.output_of(
        [binaries() / "psql", "-XqAt", "-F", "\t", "--set=ON_ERROR_STOP=1", *settings, *login, "-f", "-"],
        "Lệnh PostgreSQL",
        stdin=sql,
        env={"PGPASSWORD": credentials.load()["postgres_admin"], "PGCONNECT_TIMEOUT": "5"},
    )


def url(role: str, secret: str, database: str) -> str:
    """Return the address of a database for SQLAlchemy."""
    return (
        f"postgresql://{role}:{credentials.load()[secret]}@{ports.HOST}:{ports.load()['postgres']}/{database}"
    )


def is_ready() -> bool:
    """Whether the server answers a query."""
    try:
        return psql("SELECT 1").strip() == "1"
    except StackError:
        return False
