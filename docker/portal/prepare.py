"""The setup service: brings databases and search index to what this version needs. Harmless to repeat."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

HERE = Path(__file__).parent
STORAGE = Path(os.environ.get("STORAGE_PATH") or "/var/lib/portal")
# says with which configuration the search index was built
INDEX_MARK = STORAGE / "search-core.sha256"
PATIENCE = 120
SECONDS = 30


class SetupError(Exception):
    """A step failed; the message is for the administrator."""


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)


def run(command: Sequence[str | Path], environment: Mapping[str, str], sql: str | None = None) -> None:
    """Run a program, with `sql` as its input. Raises SetupError when it fails; what it printed is above."""
    code = subprocess.run(command, input=sql, text=True, env=environment, check=False).returncode
    if code != 0:
        raise SetupError(f"Lệnh thất bại (mã {code}): {' '.join(map(str, command))}")


def output_of(command: Sequence[str], environment: Mapping[str, str]) -> str:
    """Run a program and return what it prints. Raises SetupError when it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment, check=False)
    if done.returncode != 0:
        raise SetupError(f"Lệnh thất bại (mã {done.returncode}): {' '.join(command)}")
    return done.stdout


def wait(what: str, problem: Callable[[], str], seconds: float = PATIENCE) -> None:
    """Wait until a server has no problem any more. Raises SetupError with the last one after `seconds`."""
    say(f"Chờ {what}")
    deadline = time.monotonic() + seconds
    while reason := problem():
        if time.monotonic() > deadline:
            raise SetupError(f"{what} chưa sẵn sàng sau {seconds:.0f} giây: {reason}")
        time.sleep(1)


def administrator(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment in which psql is PostgreSQL's superuser.

    Raises SetupError without the superuser's password.
    """
    password = environment.get("POSTGRES_PASSWORD")
    if not password:
        raise SetupError("Thiếu biến môi trường POSTGRES_PASSWORD (xem docker/.env.example).")
    host, _, port = (environment.get("POSTGRES_ADDRESS") or "postgres:5432").partition(":")
    return {
        **environment,
        "PGHOST": host,
        "PGPORT": port or "5432",
        "PGUSER": "postgres",
        "PGPASSWORD": password,
        "PGCONNECT_TIMEOUT": "5",
    }


def psql(database: str, *options: str) -> list[str]:
    """Return the command line of psql that stops at the first error."""
    return ["psql", "-Xq", "--no-password", "--set=ON_ERROR_STOP=1", f"--dbname={database}", *options]


def postgres_problem(admin: Mapping[str, str]) -> str:
    """Return why PostgreSQL does not let the superuser in; nothing when it does."""
    command = psql("postgres", "--command=SELECT 1", "--output=/dev/null")
    done = subprocess.run(command, env=admin, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode == 0:
        return ""
    return done.stderr.strip() or f"psql trả về mã {done.returncode}"


def prepare_databases(admin: Mapping[str, str]) -> None:
    """Make or update roles, databases, their schemas and the DataStore's permissions."""
    run(["sh", HERE / "databases.sh"], admin)
    run(["ckan", "db", "upgrade"], admin)
    run(psql("datastore"), admin, output_of(["ckan", "datastore", "set-permissions"], admin))
    roles = ("--set=writer=datastore_writer", "--set=reader=datastore_reader")
    run(psql("datastore", *roles, f"--file={HERE / 'datastore.sql'}"), admin)


def ask_solr(path: str, **parameters: str) -> dict[str, Any]:
    """Ask the search core something. Raises OSError or ValueError when it does not answer well."""
    host = os.environ.get("SOLR_ADDRESS") or "solr:8983"
    connection = http.client.HTTPConnection(host, timeout=SECONDS)
    try:
        connection.request("GET", f"/solr/ckan/{path}?{urlencode({**parameters, 'wt': 'json'})}")
        answer = connection.getresponse()
        body = answer.read()
    except http.client.HTTPException as error:
        raise OSError(f"Solr: {error}") from error
    finally:
        connection.close()
    if answer.status != http.client.OK:
        raise OSError(f"Solr trả lời mã {answer.status}")
    return json.loads(body)


def solr_problem() -> str:
    """Return why the search core does not answer; nothing when it does."""
    try:
        ask_solr("admin/ping")
    except (OSError, ValueError) as error:
        return str(error)
    return ""


def fingerprint(folder: Path) -> str:
    """Hash the names and content of a folder's files."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        digest.update(f"{path.name}:{len(content)}:".encode())
        digest.update(content)
    return digest.hexdigest()


def prepare_index(environment: Mapping[str, str]) -> None:
    """Index every dataset anew when the core is empty or its configuration is another than before."""
    present = fingerprint(HERE / "solr-conf")
    built_with = INDEX_MARK.read_text(encoding="utf-8") if INDEX_MARK.exists() else ""
    documents = ask_solr("select", q="*:*", rows="0")["response"]["numFound"]
    if present == built_with and documents:
        return
    say("Lập chỉ mục tìm kiếm")
    INDEX_MARK.unlink(missing_ok=True)
    run(["ckan", "hue", "search", "rebuild", "--quiet", "--purpose", present], environment)
    INDEX_MARK.write_text(present, encoding="utf-8")


def main() -> None:
    """Do every step in order. Raises SetupError at the first that fails."""
    admin = administrator(os.environ)
    wait("PostgreSQL", lambda: postgres_problem(admin))
    wait("Solr", solr_problem)
    say("Chuẩn bị cơ sở dữ liệu")
    prepare_databases(admin)
    say("Tạo bản dịch cho mã JavaScript")
    run(["ckan", "translation", "js"], os.environ)
    prepare_index(os.environ)
    say("Xong")


if __name__ == "__main__":
    try:
        main()
    except (SetupError, OSError, ValueError) as error:
        say(str(error))
        sys.exit(1)
