"""What every kind of source gives: entries of its listing, and pages of a table."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

Row = dict[str, Any]

OPEN = "mo"
# Of a table: a row fits one page of PostgreSQL's, whatever its values (18 bytes a column stored aside).
MAX_COLUMNS = 400


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask about a table. All parts may be empty."""

    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class TableEntry:
    """One table of a source's listing.

    `access` is `mo`, `dung-chung` or `noi-bo`: only `mo` may be published. `version` is the source's
    opaque mark of the content (None when it gives none); `updated` is ISO 8601; `rows` counts records.
    `problem` says in Vietnamese why the table cannot be read although it is listed.
    """

    remote_id: str
    title: str
    access: str
    description: str = ""
    field_code: str = ""
    agency_code: str = ""
    agency_name: str = ""
    frequency: str = ""
    updated: str = ""
    rows: int | None = None
    version: str | None = None
    keywords: tuple[str, ...] = ()
    license: str = ""
    contact: Contact = field(default_factory=Contact)
    problem: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The entry as plain JSON values; `from_dict` reads it back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TableEntry:
        return cls(
            **{
                **values,
                "keywords": tuple(values["keywords"]),
                "contact": Contact(**values["contact"]),
            }
        )

    def fingerprint(self) -> str:
        """A hash of all that the listing says of the table: equal means that nothing changed."""
        canonical = json.dumps(self.as_dict(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def tells_changes(self) -> bool:
        """Whether an unchanged entry proves an unchanged table."""
        return bool(self.version or self.updated)


@dataclass(frozen=True, slots=True)
class Column:
    """One entry of a table's data dictionary. `type` is the declared type (`kieu`) or empty."""

    name: str
    label: str = ""
    type: str = ""
    unit: str = ""
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Some consecutive rows of one list of a table; `columns` is the dictionary, which may be empty."""

    list_name: str
    rows: list[Row]
    columns: tuple[Column, ...] = ()


class Source(Protocol):
    """A kind of source: declares its name and implements list and fetch."""

    def listing(self) -> Iterator[TableEntry]:
        """Yield every table once. Raises SourceError; exhausting it without one proves it complete."""
        ...

    def pages(self, entry: TableEntry) -> Iterator[Page]:
        """Yield the table's rows. Raises SourceError; exhausting it without one proves it complete."""
        ...
