"""Links to other servers are asked whether they answer: weekly, new ones at once, each host politely.

The guard of the harvests stands between: an address in a private network is not reached, not even where a
source lies. Readers outside could not open it, and the answers would tell editors what runs there.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from ckanext.hue.harvesters.addresses import host_and_port
from ckanext.hue.harvesters.errors import AddressRefused, HostTrouble, SourceError
from ckanext.hue.harvesters.http import Client

from . import records

log = logging.getLogger(__name__)

AT_ONCE = 500  # links
HOSTS_AT_ONCE = 4
LINKS_OF_A_HOST = 50  # in one turn
PAUSE_SECONDS = 0.5  # between two questions to a host
MAX_IN_VAIN = 3  # in a row, after which a host is left alone
LEFT_ALONE_HOURS = 1
MAX_REASON = 500
PRIVATE = "Địa chỉ này nằm trong mạng nội bộ, người ngoài không mở được."
UNCHECKED = "Cổng không kiểm tra được địa chỉ này."

Check = tuple[str, int | None, str]  # address, status, reason


def host_of(address: str) -> str | None:
    """Where a link leads; None when it is no plain web address, which nobody can check."""
    try:
        host, port = host_and_port(address)
    except ValueError:
        return None
    return f"{host}:{port}"


def check_due(until: float) -> int:
    """Check links that wait for it, until the clock (`time.monotonic`) says so; how many were checked."""
    checked = 0
    while time.monotonic() < until and (waiting := records.due_links(AT_ONCE)):
        by_host: defaultdict[str, list[str]] = defaultdict(list)
        for host, address in waiting:
            by_host[host].append(address)
        checked += _check(by_host, until)
    return checked


def _check(by_host: dict[str, list[str]], until: float) -> int:
    checked = 0
    with ThreadPoolExecutor(HOSTS_AT_ONCE) as pool:
        hosts = {
            pool.submit(_of_host, addresses[:LINKS_OF_A_HOST], until): addresses[:LINKS_OF_A_HOST]
            for addresses in by_host.values()
        }
        for done in as_completed(hosts):
            checks = done.result()
            records.store_checks(checks)
            asked = {address for address, _, _ in checks}
            # What a host in trouble was not asked, and what there was no time for: later, but not for ever.
            records.put_off([address for address in hosts[done] if address not in asked], LEFT_ALONE_HOURS)
            checked += len(checks)
    return checked


def _of_host(addresses: Sequence[str], until: float) -> list[Check]:
    return list(_asked(addresses, until))


def _asked(addresses: Sequence[str], until: float) -> Iterator[Check]:
    host, port = host_and_port(addresses[0])
    name = f"[{host}]" if ":" in host else host
    client = Client(f"http://{name}:{port}")
    in_vain = 0
    for number, address in enumerate(addresses):
        if number:
            time.sleep(PAUSE_SECONDS)
        if in_vain >= MAX_IN_VAIN or time.monotonic() >= until:
            return
        try:
            yield address, client.status(address), ""
            in_vain = 0
        except AddressRefused:
            # Everybody reads the reason: it says nothing of what names in the private network lead to.
            yield address, None, PRIVATE
        except SourceError as error:
            in_vain += isinstance(error, HostTrouble)
            yield address, None, str(error)[:MAX_REASON]
        except Exception:
            # One odd address must not keep the others from being asked, day after day.
            log.exception("%s could not be checked", address)
            yield address, None, UNCHECKED
