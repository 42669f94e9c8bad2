"""Web addresses, read exactly as the connection reads them: whoever checks one must see what is reached."""

from __future__ import annotations

import re

from requests import PreparedRequest
from urllib3.util import parse_url

from .errors import SettingsError

HostPort = tuple[str, int]

_PORTS = {"http": 80, "https": 443}
_WEB = re.compile(r"https?://", re.IGNORECASE)


def is_absolute(address: str) -> bool:
    """Whether this is a whole web address and no path."""
    return _WEB.match(address) is not None


def host_and_port(url: str) -> HostPort:
    """Where a request for `url` goes. Raises ValueError when it is no plain http(s) address."""
    if not is_absolute(url):
        raise ValueError("no web address")
    prepared = PreparedRequest()
    prepared.prepare_url(url, None)
    parts = parse_url(prepared.url or "")
    # A host with a percent sign names a network card of this machine, or hides what it names.
    if not parts.host or not parts.scheme or parts.auth is not None or "%" in parts.host:
        raise ValueError("no plain web address")
    parts.host.encode("idna")
    return parts.host.strip("[]").lower(), parts.port or _PORTS[parts.scheme]


def source_address(url: str) -> HostPort:
    """Host and port of a source's address; raises SettingsError when it is no plain http(s) address."""
    if "?" in url or "#" in url:
        raise SettingsError(reason=f"địa chỉ «{url}» không được có phần sau dấu ? hoặc #.")
    try:
        return host_and_port(url)
    except ValueError as error:
        raise SettingsError(reason=f"địa chỉ «{url}» phải có dạng http(s)://máy-chủ/….") from error
