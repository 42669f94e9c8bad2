"""The source of all arms: a sandbox platform in a process of its own, over real HTTP."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from measuring import children

from stack import paths, ports
from stack.parts import SANDBOX_MODULE
from stack.probe import OPENER

_FIRST_PORT = 5700
_LISTING_PAGE = 500  # as the portal asks for it
_SECONDS = 120  # a page of 500 tables is made when it is asked for the first time


@dataclass(frozen=True, slots=True)
class Platform:
    """A running sandbox with its control addresses."""

    address: str

    def listing(self) -> list[dict[str, Any]]:
        """All entries. The sandbox keeps the pages, so that later readers wait for none."""
        entries: list[dict[str, Any]] = []
        total, page = 1, 0
        while len(entries) < total:
            page += 1
            body = self.ask("GET", f"/danhmuc?trang={page}&sobanghi={_LISTING_PAGE}")
            total = body["tong"]
            entries += body["data"]
        return entries

    def table(self, table_id: str) -> list[dict[str, Any]]:
        """The rows of an open table."""
        return self.ask("GET", f"/bang/{quote(table_id, safe='')}?trang=1&sobanghi=50000")["data"]

    def change(self, table_id: str, **change: Any) -> None:
        """Change a table: `revision`, `rows`, `mucdo`, `removed`."""
        self.ask("POST", f"/_sandbox/bang/{quote(table_id, safe='')}", change)

    def changeable(self, rows: int) -> list[str]:
        """The tables whose rows are made: as many as asked for. Published figures have their own."""
        return [entry["id"] for entry in self.listing() if entry["tongsobanghi"] == rows]

    def fail(self, path: str, kind: str, **options: Any) -> None:
        """Have a fault strike answers (see the sandbox's control addresses)."""
        self.ask("POST", "/_sandbox/loi", {"path": path, "kind": kind, **options})

    def heal(self) -> None:
        """No more faults."""
        self.ask("DELETE", "/_sandbox/loi")

    def requests(self) -> dict[str, int]:
        """How often each kind of address was asked for."""
        return self.ask("GET", "/_sandbox/yeucau")

    def requests_by_table(self) -> dict[str, int]:
        """How often the rows of each table were asked for."""
        return self.ask("GET", "/_sandbox/yeucau/bang")

    def forget_requests(self) -> None:
        self.ask("DELETE", "/_sandbox/yeucau")

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """One request; the JSON of its answer, None where it has no body."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.address}{path}", data, {"Content-Type": "application/json"}, method=method
        )
        with OPENER.open(request, timeout=_SECONDS) as answer:
            content = answer.read()
        return json.loads(content) if content else None


@contextmanager
def platform(
    tables: int, *, rows: int, delay_ms: int = 0, seed: int = 46, taken: Sequence[int] = ()
) -> Iterator[Platform]:
    """A platform whose tables are all open, until the block ends."""
    port = ports.find_free(_FIRST_PORT, set(taken))
    address = f"http://{ports.HOST}:{port}"
    options = {
        "port": port,
        "tables": tables,
        "open": tables,
        "rows": rows,
        "delay-ms": delay_ms,
        "seed": seed,
    }
    command = [str(paths.PYTHON), "-P", "-m", SANDBOX_MODULE, "--control"]
    command += [f"--{name}={value}" for name, value in options.items()]
    with children.server(command, f"{address}/_sandbox/yeucau", "sandbox"):
        yield Platform(address)
