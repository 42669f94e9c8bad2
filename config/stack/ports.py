"""Which loopback port each part listens on: chosen once, chosen anew only when another program took it."""

from __future__ import annotations

import socket
from collections.abc import Callable

from stack import state
from stack.errors import PortTaken
from stack.steps import warn

HOST = "127.0.0.1"
# "web" is where people reach the portal, "ckan" where nginx reaches CKAN
FIRST = {
    "web": 5000,
    "ckan": 15000,
    "postgres": 15432,
    "redis": 16379,
    "solr": 18983,
    "sandbox": 15080,
    "supervisor": 19001,
}
# Which part listens on a port of another name
LISTENERS = {"web": "nginx", "ckan": "web"}
TRIES = 200


def is_free(port: int) -> bool:
    """Whether a program could listen on this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def find_free(first: int, avoid: set[int]) -> int:
    """Return the first free port from `first` on that is not in `avoid`."""
    for port in range(first, first + TRIES):
        if port not in avoid and is_free(port):
            return port
    raise PortTaken(f"Không còn cổng trống trong khoảng {first}-{first + TRIES - 1}.")


def of_part(name: str) -> int | None:
    """Return the port on which a part listens, if it listens on any."""
    held = {listener: port for port, listener in LISTENERS.items()}
    return load().get(held.get(name, name))


def load() -> dict[str, int]:
    """Return the chosen ports by part; empty before the first `./hue up`."""
    known = state.get("ports", {})
    # A part that an earlier version did not have got no port yet
    return {**FIRST, **known} if known else {}


def choose(is_running: Callable[[str], bool], web_port: int | None = None) -> dict[str, int]:
    """Settle every part's port and remember it.

    is_running: says whether a part of this checkout is up, and so is itself the one on its port.
    web_port: the port that the person asked for; raises PortTaken when another program has it.
    """
    chosen = state.get("ports", {})
    if web_port is not None and chosen.get("web") != web_port:
        if not is_free(web_port):
            raise PortTaken(
                f"Cổng {web_port} đang được một chương trình khác sử dụng. Hãy chọn cổng khác cho --port."
            )
        chosen = {**chosen, "web": web_port}
    for part, first in FIRST.items():
        port = chosen.get(part)
        if port is not None and (is_running(LISTENERS.get(part, part)) or is_free(port)):
            continue
        if port is not None and port == web_port:
            raise PortTaken(f"Cổng {port} đang được một chương trình khác sử dụng.")
        others = {number for name, number in chosen.items() if name != part}
        chosen = {**chosen, part: find_free(first, others)}
        if port is not None:
            warn(f"  Cổng {port} ({part}) đã bị chương trình khác chiếm; dùng cổng {chosen[part]}.")
    if chosen != state.get("ports"):
        state.put("ports", chosen)
    return chosen
