"""Where a warehouse is, and how to connect there and nowhere else, whatever the environment says."""

from __future__ import annotations

import os
import re
import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from ckanext.hue.harvesters.errors import SettingsError, Unreachable
from ckanext.hue.harvesters.guard import checked_addresses

PORT = 5432
CONNECT_SECONDS = 10
SILENCE_SECONDS = 60
SSL_MODES = ("require", "verify-ca", "verify-full", "disable")
_NOWHERE = f"{os.devnull}/none"  # a path that cannot exist: libpq goes on without the file
_SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")  # with those that the operator added
_HOST = re.compile(r"[\w.:-]+")


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of `postgresql://user@host:port/database`."""

    user: str
    host: str
    port: int
    database: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}/{self.database}"


def parse(url: str) -> Address:
    """Raises SettingsError when the address is not of that form."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORT
        host = parts.hostname or ""
        host.encode("idna")
    except ValueError as error:
        raise _wrong(url, "không hợp lệ") from error
    user, database = unquote(parts.username or ""), unquote(parts.path.removeprefix("/"))
    if parts.password is not None:
        raise SettingsError(
            reason="mật khẩu của kho dữ liệu khai báo riêng (token), không đặt trong địa chỉ."
        )
    if parts.scheme not in ("postgresql", "postgres") or not _HOST.fullmatch(host) or not user:
        raise _wrong(url, "phải có dạng postgresql://tài-khoản@máy-chủ:5432/cơ-sở-dữ-liệu")
    if not database or "/" in database or "\x00" in user + database:
        raise _wrong(url, "phải có đúng một tên cơ sở dữ liệu sau máy chủ")
    if parts.query or parts.fragment:
        raise _wrong(url, "không được có phần sau dấu ? hoặc #")
    return Address(user, host, port, database)


def _wrong(url: str, reason: str) -> SettingsError:
    return SettingsError(reason=f"địa chỉ «{url}» {reason}.")


def connection_settings(
    address: Address, password: str, sslmode: str, *, allow_private_host: bool
) -> dict[str, str | int]:
    """What libpq needs to connect to the addresses that the guard let through.

    Every setting that libpq would else take from the environment, a service file or the home folder is
    given; an empty one counts as given. Raises AddressRefused or Unreachable.
    """
    try:
        allowed = [(address.host.lower(), address.port)] if allow_private_host else []
        addresses = checked_addresses(address.host, address.port, allowed)
    except (socket.gaierror, UnicodeError) as error:
        raise Unreachable(url=str(address), reason="không tìm thấy tên máy chủ") from error
    verified = sslmode.startswith("verify")
    return {
        # The name is for TLS; connections go to the checked addresses.
        "host": ",".join([address.host] * len(addresses)),
        "hostaddr": ",".join(addresses),
        "port": address.port,
        "user": address.user,
        "password": password,
        "dbname": address.database,
        "passfile": _NOWHERE,
        "sslmode": sslmode,
        "sslrootcert": _certificates() if verified else _NOWHERE,
        "sslcert": _NOWHERE,
        "sslkey": _NOWHERE,
        "sslcrl": "",
        "sslcrldir": "",
        "sslcompression": 0,
        "sslsni": 1,
        "ssl_min_protocol_version": "TLSv1.2",
        "ssl_max_protocol_version": "",
        "requirepeer": "",
        "channel_binding": "prefer",
        "gssencmode": "disable",
        "krbsrvname": "postgres",
        "target_session_attrs": "any",
        "replication": "",
        "application_name": "ckanext-hue",
        "client_encoding": "UTF8",
        "fallback_application_name": "",
        "options": "-c default_transaction_read_only=on",
        "connect_timeout": CONNECT_SECONDS,
        "keepalives": 1,
        "keepalives_idle": SILENCE_SECONDS,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": SILENCE_SECONDS * 1_000,
    }


def _certificates() -> str:
    return str(_SYSTEM_CERTIFICATES) if _SYSTEM_CERTIFICATES.exists() else DEFAULT_CA_BUNDLE_PATH
