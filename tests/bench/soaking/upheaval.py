"""What befalls a source and its answers, drawn from a seed."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from harvesting.sandboxes import Platform

_CHANGED = 0.15  # of the tables, before each harvest
_MOST_REMOVED = 3  # at a time: more would wait for a person's approval
# Those that pass end within the client's tries; those that stay fail a table, but do not open the breaker.
_PASSING = (
    ("status", {"status": 503, "retry_after": 0}),
    ("drop", {}),
    ("slow", {"delay_ms": 1_500}),
    ("slow", {"chunk_delay_ms": 20, "chunk_bytes": 1_024}),
)
_STAYING = (
    ("truncate", {}),
    ("code", {}),
    ("html", {}),
    ("broken-json", {}),
    ("status", {"status": 404}),
)


class Upheaval:
    """Changes and faults. `touched` counts the changes of each table, `removed` are those now unlisted."""

    def __init__(self, source: Platform, tables: int, rows: int, seed: int) -> None:
        self.source = source
        self.chance = random.Random(seed)  # noqa: S311
        self.tables = source.changeable(rows)[:tables]
        for entry in source.listing():
            if entry["id"] not in self.tables:
                source.change(entry["id"], removed=True)
        self.touched: Counter[str] = Counter()
        self.removed: set[str] = set()
        self.closed: set[str] = set()
        self.faults = 0
        self._most_rows = rows
        self._revision = 0

    def strike(self) -> None:
        """Change some tables, then let the next answers be bad."""
        for table in self.tables:
            if self.chance.random() < _CHANGED:
                self.source.change(table, **self._change(table))
                self.touched[table] += 1
        self.source.heal()
        for _ in range(self.chance.choice((0, 0, 1, 1, 2, 3))):
            self._fail()

    def _change(self, table: str) -> dict[str, Any]:
        what = self.chance.choice(("revision",) * 6 + ("rows",) * 2 + ("access", "removed"))
        if what == "rows":
            return {"rows": self.chance.randint(1, self._most_rows)}
        if what == "access":
            self.closed ^= {table}
            return {"mucdo": "noi-bo" if table in self.closed else "mo"}
        if what == "removed" and (table in self.removed or len(self.removed) < _MOST_REMOVED):
            self.removed ^= {table}
            return {"removed": table in self.removed}
        self._revision += 1
        return {"revision": self._revision}

    def _fail(self) -> None:
        self.faults += 1
        if self.chance.random() < 0.6:
            kind, options = self.chance.choice(_PASSING)
            path = self.chance.choice(("*", "danhmuc", f"bang/{self.chance.choice(self.tables)}"))
            self.source.fail(path, kind, times=self.chance.randrange(1, 4), **options)
        else:
            kind, options = self.chance.choice(_STAYING)
            self.source.fail(f"bang/{self.chance.choice(self.tables)}", kind, **options)
