"""The containers' entry point: writes CKAN's configuration from the environment, then becomes the command."""

from __future__ import annotations

import os
import re
import string
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

TEMPLATE = Path(__file__).with_name("ckan.ini.template")
STORAGE = "/var/lib/portal"
SHORTEST_KEY = 32
# CKAN hands the database's address to Alembic, which takes the percent sign of an escaped character amiss.
PASSWORD = re.compile(r"[0-9A-Za-z._~-]+")
BAD_SETTING = 64


class BadSetting(Exception):
    """A variable of the environment is missing or cannot be used; the message is for the administrator."""


def read(environment: Mapping[str, str], name: str) -> str:
    """Return a variable that must be there, as one line of text."""
    value = environment.get(name, "")
    if not value:
        raise BadSetting(f"Thiếu biến môi trường {name} (xem docker/.env.example).")
    if not value.isprintable() or value != value.strip():
        raise BadSetting(f"Biến môi trường {name} không được có ký tự điều khiển hay khoảng trắng ở hai đầu.")
    return value


def read_key(environment: Mapping[str, str], name: str) -> str:
    """Return a key that signs sessions or tokens."""
    key = read(environment, name)
    if len(key) < SHORTEST_KEY:
        raise BadSetting(f"Biến môi trường {name} phải dài ít nhất {SHORTEST_KEY} ký tự.")
    return key


def read_password(environment: Mapping[str, str], name: str) -> str:
    """Return a password that stands in an address as it is."""
    password = read(environment, name)
    if not PASSWORD.fullmatch(password):
        raise BadSetting(f"Biến môi trường {name} chỉ được gồm chữ không dấu, chữ số và các dấu . _ ~ -")
    return password


def read_site_url(environment: Mapping[str, str]) -> str:
    """Return the portal's public address: scheme, host and perhaps a port, nothing after them."""
    address = read(environment, "SITE_URL").removesuffix("/")
    problem = BadSetting(f"SITE_URL phải có dạng https://du-lieu.example.vn, không có đường dẫn: {address}")
    try:
        parts = urlsplit(address)
        rebuilt = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
    except ValueError as error:
        raise problem from error
    if parts.scheme not in ("http", "https") or not parts.hostname or rebuilt != address.lower():
        raise problem
    return address


def database_url(environment: Mapping[str, str], role: str, secret: str, database: str) -> str:
    """Return the address of a database for SQLAlchemy."""
    host = environment.get("POSTGRES_ADDRESS") or "postgres:5432"
    return f"postgresql://{role}:{read_password(environment, secret)}@{host}/{database}"


def values(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what the template's names stand for. Raises BadSetting."""
    site_url = read_site_url(environment)
    solr = environment.get("SOLR_ADDRESS") or "solr:8983"
    redis = environment.get("REDIS_ADDRESS") or "redis:6379"
    writer, reader = "datastore_writer", "datastore_reader"
    return {
        "site_id": "hue",
        "site_url": site_url,
        "https": str(site_url.startswith("https:")).lower(),
        "storage_path": environment.get("STORAGE_PATH") or STORAGE,
        "sqlalchemy_url": database_url(environment, "ckan", "POSTGRES_CKAN_PASSWORD", "ckan"),
        "datastore_write_url": database_url(environment, writer, "POSTGRES_WRITER_PASSWORD", "datastore"),
        "datastore_read_url": database_url(environment, reader, "POSTGRES_READER_PASSWORD", "datastore"),
        "solr_url": f"http://{solr}/solr/ckan",
        "redis_url": f"redis://:{read_password(environment, 'REDIS_PASSWORD')}@{redis}/0",
        "secret_key": read_key(environment, "SECRET_KEY"),
        "api_token_key": read_key(environment, "API_TOKEN_KEY"),
    }


def render(template: str, environment: Mapping[str, str]) -> str:
    """Return CKAN's configuration file. Raises BadSetting."""
    # a percent sign begins an interpolation in this kind of file
    escaped = {name: value.replace("%", "%%") for name, value in values(environment).items()}
    return string.Template(template).substitute(escaped)


def write_private(path: Path, text: str) -> None:
    """Put `text` into a file that only its owner may read, in one step."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def main(arguments: list[str], environment: Mapping[str, str]) -> None:
    """Write the configuration where CKAN_INI says, and become the command `arguments`."""
    if not arguments:
        raise BadSetting("Thiếu lệnh cần chạy trong bộ chứa.")
    text = render(TEMPLATE.read_text(encoding="utf-8"), environment)
    write_private(Path(read(environment, "CKAN_INI")), text)
    # uploads pass through temporary files, and /tmp is memory here
    temporary = Path(values(environment)["storage_path"], "tmp")
    temporary.mkdir(parents=True, exist_ok=True)
    os.execvpe(arguments[0], arguments, {**environment, "TMPDIR": str(temporary)})  # noqa: S606


if __name__ == "__main__":
    try:
        main(sys.argv[1:], os.environ)
    except BadSetting as error:
        print(error, file=sys.stderr)
        sys.exit(BAD_SETTING)
