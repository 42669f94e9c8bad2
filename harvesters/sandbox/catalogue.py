"""The listing of tables: which there are, in which order, and its snapshot."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from threading import Lock
from typing import Any

from .content import TEMPLATES
from .encoding import compressed, encoded
from .figures import published
from .simulated import city_table, most_unit_tables, spread, unit_table
from .tables import INTERNAL, OPEN, SUCCESS, Page, Table

# As the province reported for the first quarter of 2023.
TABLES = 597
OPEN_TABLES = 43
MOST_ROWS = 10_000_000
MOST_KEPT_PAGES = 1_000
CHANGES = ("ngaycapnhat", "mabam")  # what an entry tells of changes


class BadSettings(ValueError):
    """The catalogue cannot be made as asked; the message, in Vietnamese, is for the person who starts it."""


class UnknownTable(LookupError):
    """No table has this id."""


class Listing:
    """The listing as it was at one moment, and its pages as far as they were asked for."""

    def __init__(self, snapshot: str, tables: Sequence[Table], *, silent: bool = False) -> None:
        self.snapshot = snapshot
        self.tables = tables
        self.silent = silent
        self._pages: dict[Page, bytes] = {}

    def body(self, page: Page) -> dict[str, Any]:
        """The body of `/danhmuc` for one page."""
        return {
            "code": 0,
            "message": SUCCESS,
            "phien": self.snapshot,
            "tong": len(self.tables),
            "trang": page.number,
            "data": [self._entry(table) for table in self.tables[page.start : page.stop]],
        }

    def _entry(self, table: Table) -> dict[str, Any]:
        unsaid = CHANGES if self.silent else ()
        return {name: value for name, value in table.entry().items() if name not in unsaid}

    def compressed(self, page: Page) -> bytes:
        """The same as compressed JSON, made once."""
        found = self._pages.get(page)
        if found is None:
            found = compressed(encoded(self.body(page)))
            if len(self._pages) < MOST_KEPT_PAGES:
                self._pages[page] = found
        return found


class Catalogue:
    """Tables by id, in the order of the listing. Tables may be changed and removed while it is served.

    The listing of a silent one says nothing of changes; the tables' entity tags still do.
    """

    def __init__(self, tables: Sequence[Table], *, silent: bool = False) -> None:
        self._lock = Lock()
        self._silent = silent
        self._tables = {table.id: table for table in tables}
        self._removed: set[str] = set()
        digest = hashlib.sha256()
        for table_id, table in self._tables.items():
            digest.update(f"{table_id}|{table.access}|{table.version}\n".encode())
        self._first = digest.hexdigest()[:16]
        self._edition = 0
        self._listing = self._list()

    def _list(self) -> Listing:
        listed = [table for key, table in self._tables.items() if key not in self._removed]
        return Listing(f"{self._first}-{self._edition}", listed, silent=self._silent)

    @property
    def listing(self) -> Listing:
        with self._lock:
            return self._listing

    def table(self, table_id: str) -> Table:
        """The listed table with an id; raises UnknownTable."""
        with self._lock:
            if table_id in self._removed or table_id not in self._tables:
                raise UnknownTable(table_id)
            return self._tables[table_id]

    def change(self, table_id: str, *, removed: bool | None = None, **change: Any) -> Table:
        """Change a table, take it out of the listing or put it back; raises UnknownTable and NoSuchRows."""
        with self._lock:
            if table_id not in self._tables:
                raise UnknownTable(table_id)
            if change:
                self._tables[table_id] = self._tables[table_id].changed(**change)
            if removed is not None:
                (self._removed.add if removed else self._removed.discard)(table_id)
            self._edition += 1
            self._listing = self._list()
            return self._tables[table_id]


def generated_catalogue(
    number: int, rows: int | None, open_tables: int | None, seed: int, *, silent: bool = False
) -> Catalogue:
    """A catalogue of `number` tables, `open_tables` of them open (by default in the proportion of 43 to 597).

    rows: exact rows of each simulated table, by default about a hundred. Raises BadSettings.
    """
    most = most_unit_tables()
    if not 1 <= number <= most:
        raise BadSettings(f"Số bảng phải từ 1 đến {most}, không phải {number}.")
    if open_tables is None:
        open_tables = max(1, round(number * OPEN_TABLES / TABLES))
    if not 0 <= open_tables <= number:
        raise BadSettings(f"Số bảng mở phải từ 0 đến {number}, không phải {open_tables}.")
    if rows is not None and not 1 <= rows <= MOST_ROWS:
        raise BadSettings(f"Số bản ghi mỗi bảng phải từ 1 đến {MOST_ROWS}, không phải {rows}.")
    tables = [
        table.changed(access=OPEN) if place < open_tables else _closed(table)
        for place, table in enumerate(_first_tables(number, rows, seed))
    ]
    return Catalogue(sorted(tables, key=lambda table: spread(f"{seed}|{table.id}", 2**60)), silent=silent)


def _closed(table: Table) -> Table:
    return table.changed(access=INTERNAL) if table.access == OPEN else table


def _first_tables(number: int, rows: int | None, seed: int) -> Iterator[Table]:
    """The tables in the order in which they are opened: for all of Huế, then for single units."""
    shown = [template for template in TEMPLATES if template.public]
    hidden = [template for template in TEMPLATES if not template.public]
    city: list[Table] = [city_table(template, seed, rows, OPEN) for template in shown[:1]]
    city += published()
    city += [city_table(template, seed, rows, OPEN) for template in shown[1:]]
    city += [city_table(template, seed, rows, INTERNAL) for template in hidden]
    yield from city[:number]
    for place in range(number - len(city)):
        yield unit_table(place, seed, rows)
