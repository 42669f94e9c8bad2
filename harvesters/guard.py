"""No request of the portal reaches a private address unless its host and port were allowed.

The check happens where the connection is opened, on the very addresses that are then used: after
every redirect, for each address of a name, and with no gap between check and use.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from typing import Any

import requests.adapters
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from .addresses import HostPort
from .deadline import Deadline, TimedResponse
from .errors import AddressRefused

# Ranges of IPv6 that carry an IPv4 address in their last 32 bits.
_CARRIERS = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "::/96", "::ffff:0:0:0/96")))
_REFUSED = tuple(map(ipaddress.IPv6Network, ("fec0::/10", "64:ff9b:1::/48")))


def is_public(address: str) -> bool:
    """Tell whether an IP address (text) is reachable on the public internet and is no multicast."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if any(ip in network for network in _REFUSED):
            return False
        ip = ip.ipv4_mapped or ip.sixtofour or _carried(ip) or ip
    return ip.is_global and not ip.is_multicast


def _carried(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    return (
        ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if any(ip in network for network in _CARRIERS) else None
    )


def checked_addresses(host: str, port: int, allowed: Collection[HostPort]) -> list[str]:
    """Resolve `host` to the addresses to connect to; refuse all of them if any is private."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
    if (host.lower().strip("[]"), port) not in allowed:
        for address in addresses:
            if not is_public(address):
                raise AddressRefused(host=host, address=address)
    return addresses


class _GuardedConnection(HTTPConnection):
    allowed: Collection[HostPort] = ()
    deadline: Deadline

    def _new_conn(self) -> socket.socket:
        try:
            addresses = checked_addresses(self.host, self.port or self.default_port, self.allowed)
        except (socket.gaierror, UnicodeError) as error:
            raise NameResolutionError(self.host, self, socket.gaierror(str(error))) from error
        *others, last = addresses
        for address in others:
            try:
                return self._connect_to(address)
            except (NewConnectionError, ConnectTimeoutError):
                continue
        return self._connect_to(last)

    def _connect_to(self, address: str) -> socket.socket:
        # urllib3 connects to `_dns_host`; TLS and the Host header need the name again afterwards.
        name, self._dns_host = self._dns_host, address
        self.timeout = self.deadline.shortened(self.timeout)
        try:
            return super()._new_conn()
        finally:
            self._dns_host = name


class GuardedAdapter(requests.adapters.HTTPAdapter):
    """A transport adapter of requests whose connections pass the guard."""

    def __init__(
        self, allowed: Collection[HostPort], *, deadline: Deadline | None = None, **settings: Any
    ) -> None:
        self.allowed = frozenset((host.lower(), port) for host, port in allowed)
        self.deadline = deadline or Deadline()
        super().__init__(**settings)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        shared = {
            "allowed": self.allowed,
            "deadline": self.deadline,
            "response_class": type("Response", (TimedResponse,), {"deadline": self.deadline}),
        }
        plain = type("Connection", (_GuardedConnection,), shared)
        secure = type("SecureConnection", (_GuardedConnection, HTTPSConnection), shared)
        manager: urllib3.PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = {
            "http": type("Pool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }
