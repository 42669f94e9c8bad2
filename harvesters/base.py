"""What every kind of source gives: entries of its listing, and pages of a table."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, ClassVar, Literal, Protocol

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
    `problem` says in Vietnamese why the table cannot be read although it is listed. `document` is what a
    catalogue says of a dataset in its own form (`document_form`): such an entry has no pages to load.
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
    document: str = ""
    document_form: Literal["", "ckan", "dcat"] = ""

    def as_dict(self) -> dict[str, Any]:
        """The entry as plain JSON values; `from_dict` reads it back."""
        # dataclasses.asdict copies every value, which a listing of 100,000 tables spends seconds on.
        values = {name: getattr(self, name) for name in self.__slots__}
        values["contact"] = {name: getattr(self.contact, name) for name in self.contact.__slots__}
        return values

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TableEntry:
        return cls(
            **{
                **values,
                "keywords": tuple(values["keywords"]),
                "contact": Contact(**values["contact"]),
            }
        )

    def identity(self) -> tuple[str, str]:
        """The entry as canonical JSON, and the hash of it: equal means that the listing says the same."""
        canonical = json.dumps(self.as_dict(), ensure_ascii=False, sort_keys=True)
        if "\\u0000" in canonical:  # which no database stores
            whole = _without_nul(json.loads(canonical))
            canonical = json.dumps(whole, ensure_ascii=False, sort_keys=True)
        return canonical, hashlib.sha256(canonical.encode()).hexdigest()

    def fingerprint(self) -> str:
        """A hash of all that the listing says of the table: equal means that nothing changed."""
        return self.identity()[1]

    @property
    def tells_changes(self) -> bool:
        """Whether an unchanged entry proves an unchanged table."""
        return bool(self.version or self.updated)


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [_without_nul(element) for element in value]
    return {k: _without_nul(v) for k, v in value.items()} if isinstance(value, dict) else value


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


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive rows of a table: one value a name in each row, in the order of `names`.

    A later batch may have names that earlier ones lack, and the other way round: columns without a header
    come where they hold something. Batches without rows tell the names of a table that has none.

    Values are str, None, bool, int, Decimal, float, date, datetime, time, or lists and dicts of these.
    `blank_is_null` says that all values are str and that "" means no value, as in CSV. `columns` is the
    dictionary that the file itself brings, if any. `first_row` is the number, as a person sees it in the
    file, of the first row; the others follow without a gap.
    """

    names: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    first_row: int
    blank_is_null: bool = False
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """Some consecutive rows of one list of a table, as a file holds them."""

    list_name: str
    batch: Batch


@dataclass(frozen=True, slots=True)
class CopyStream:
    """A whole list of a table in PostgreSQL's COPY text format.

    `names` are the columns in the stream's order. `copy_to` writes all rows to a binary file, in pieces, and
    returns their number. It raises SourceError, and gives up when the file is closed.
    """

    list_name: str
    names: tuple[str, ...]
    copy_to: Callable[[IO[bytes]], int]
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """What lets a source tell the next time that a table did not change, such as an ETag. Yielded last."""

    value: str


Chunk = Page | Sheet | CopyStream | Mark


class NotModified(Exception):
    """The table is as it was when its mark was given: there is nothing to load."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a kind of source, as forms and documents show it (in Vietnamese).

    `type` is `text`, `secret`, `choice` (one of `choices`), `flag` (true or false), `list` (of text) or
    `mapping` (of text to text). A text has the form of `pattern`, a regular expression, if there is one.
    """

    name: str
    label: str
    help: str
    type: Literal["text", "secret", "choice", "flag", "list", "mapping"] = "text"
    choices: tuple[str, ...] = ()
    required: bool = False
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Access:
    """How a source may be reached. `token` is its access token or password; with `allow_private_host` its
    own host and port may be a private address. `settings` are those that its kind declares, checked."""

    url: str
    token: str = field(default="", repr=False)
    allow_private_host: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)


class Source(Protocol):
    """A kind of source: declares what it is and implements list and fetch. Made without any request."""

    kind: ClassVar[str]
    title: ClassVar[str]
    settings: ClassVar[tuple[Setting, ...]]

    def __init__(self, access: Access) -> None:
        """Raises SettingsError."""
        ...

    def listing(self) -> Iterator[TableEntry]:
        """Yield every table once. Raises SourceError; exhausting it without one proves it complete."""
        ...

    def pages(self, entry: TableEntry, mark: str = "") -> Iterator[Chunk]:
        """Yield the table's rows. Raises SourceError; exhausting it without one proves it complete.

        `mark` is the one that was yielded the last time. Raises NotModified when it still holds.
        """
        ...
