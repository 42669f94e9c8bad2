"""A PostgreSQL warehouse, read through an account that may only read.

Tables are found in the catalogue and copied by the server; no row becomes an object here.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from fnmatch import fnmatchcase
from typing import ClassVar
from unicodedata import normalize

from psycopg2 import sql

from ckanext.hue.harvesters import defaults
from ckanext.hue.harvesters.base import MAX_COLUMNS, OPEN, Access, Chunk, CopyStream, Setting, TableEntry
from ckanext.hue.harvesters.errors import BadEntry, IncompleteListing, SettingsError

from . import address, catalog, columns, errors, names
from .catalog import Listed
from .session import Session, opened

MAX_TABLES = 1_000_000
LISTING_SECONDS = 900
TABLE_SECONDS = 7_200
PROBE_SECONDS, ALL_PROBES_SECONDS = 60, 400  # of reading change columns, for one listing
LIST_NAME = "data"
_SCHEMAS = ("public",)
_SYSTEM = ("pg_", "information_schema")
_MAX_NAME = 63  # bytes


class WarehouseSource:
    """A source of kind `warehouse` (see `base.Source`)."""

    kind: ClassVar[str] = "warehouse"
    title: ClassVar[str] = "Kho dữ liệu PostgreSQL"
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting(
            "schemas",
            "Lược đồ",
            "Các lược đồ (schema) có bảng được công bố; để trống là public.",
            "list",
        ),
        Setting(
            "include",
            "Chỉ lấy các bảng",
            "Mẫu tên dạng lược_đồ.bảng với * và ?, ví dụ mo.du_lich_*; để trống là mọi bảng đọc được.",
            "list",
        ),
        Setting(
            "exclude", "Bỏ các bảng", "Mẫu tên như trên; bảng khớp một mẫu thì không được công bố.", "list"
        ),
        Setting(
            "change_column",
            "Cột ngày cập nhật",
            "Cột mà mọi thay đổi của một dòng đều ghi lại, ví dụ ngay_cap_nhat. Bảng không có cột này được"
            " theo dõi bằng bộ đếm của PostgreSQL, hoặc được đọc lại mỗi lần.",
        ),
        *defaults.SETTINGS,
        Setting(
            "sslmode",
            "Mã hóa đường truyền",
            "require: mã hóa (mặc định); verify-ca, verify-full: mã hóa và kiểm tra chứng chỉ của kho;"
            " disable: không mã hóa, chỉ dùng trong mạng tin cậy.",
            "choice",
            address.SSL_MODES,
        ),
    )

    def __init__(self, access: Access) -> None:
        self.address = address.parse(access.url)
        self._access = access
        self._given = dict(access.settings)
        self._schemas: list[str] = list(dict.fromkeys(self._given.get("schemas") or _SCHEMAS))
        self._change_column: str = self._given.get("change_column", "")
        _check_names("schemas", self._schemas)
        _check_names("change_column", [self._change_column] if self._change_column else [])
        if system := next((name for name in self._schemas if name.startswith(_SYSTEM)), None):
            raise SettingsError(reason=f"«{system}» là lược đồ của hệ thống, không phải của dữ liệu.")

    def listing(self) -> Iterator[TableEntry]:
        """Yield every table of the schemas that the account may read and that the patterns let through."""
        values = {
            "schemas": self._schemas,
            "change": self._change_column,
            "counted_from": catalog.COUNTED_FROM,
        }
        with self._opened(LISTING_SECONDS) as session:
            session.start()
            if missing := session.run(catalog.SCHEMAS, values):
                raise errors.NoSchema(schema=missing[0][0])
            probes_end = time.monotonic() + ALL_PROBES_SECONDS
            for count, row in enumerate(session.stream(catalog.TABLES, values), 1):
                if count > MAX_TABLES:
                    raise IncompleteListing(reason=f"kho dữ liệu có hơn {MAX_TABLES} bảng")
                listed = Listed(*row)
                if self._is_chosen(f"{listed.schema}.{listed.table}"):
                    yield self._entry(session, listed, probes_end)

    def pages(self, entry: TableEntry, mark: str = "") -> Iterator[Chunk]:
        """Yield the table as one stream of PostgreSQL's own."""
        if entry.problem:
            raise BadEntry(reason=entry.problem)
        schema, table = names.parts(entry.remote_id)
        with self._opened(TABLE_SECONDS) as session:
            _lock(session, schema, table)
            found = session.run(columns.STATEMENT, {"schema": schema, "table": table})
            read = columns.readings(found)
            if not read:
                raise BadEntry(reason="bảng không có cột nào công bố được")
            declared = tuple(one.column for one in read)
            yield CopyStream(
                LIST_NAME,
                tuple(column.name for column in declared),
                lambda file: session.copy(columns.query(schema, table, read), file),
                declared,
            )

    def _opened(self, seconds: int) -> AbstractContextManager[Session]:
        how = address.connection_settings(
            self.address,
            self._access.token,
            self._given.get("sslmode", address.SSL_MODES[0]),
            allow_private_host=self._access.allow_private_host,
        )
        return opened(self.address, how, seconds)

    def _is_chosen(self, name: str) -> bool:
        included, excluded = self._given.get("include") or ["*"], self._given.get("exclude", [])
        return _matches(name, included) and not _matches(name, excluded)

    def _entry(self, session: Session, listed: Listed, probes_end: float) -> TableEntry:
        title, description = names.title_and_description(listed.comment, listed.table)
        version, updated = self._version(session, listed, probes_end)
        return TableEntry(
            remote_id=names.remote_id(listed.schema, listed.table),
            title=title,
            access=OPEN,
            description=description,
            updated=updated,
            version=version,
            problem=_problem(listed),
            **defaults.given(self._given),
        )

    def _version(self, session: Session, listed: Listed, probes_end: float) -> tuple[str | None, str]:
        """The table's version and the time of its latest change, as far as they are known."""
        if not listed.is_probed:
            return (catalog.version(listed, listed.written) if listed.written else None), ""
        seconds = min(PROBE_SECONDS, probes_end - time.monotonic())
        found = (
            session.attempt(catalog.probe(listed, self._change_column), max(1, int(seconds * 1_000)))
            if seconds > 0
            else None
        )
        if found is None:  # the table is read, which tells what is wrong with it
            return None, ""
        *proofs, latest = found
        return catalog.version(listed, *proofs), latest or ""


def _lock(session: Session, schema: str, table: str) -> None:
    """Begin the transaction, in which the table's columns and file stay as they are.

    The lock must come before the transaction's snapshot: a table that is emptied and filled in between
    would look empty. Materialised views cannot be locked and need not be: what fills them is seen by all.
    """
    found = session.run(catalog.KIND, {"schema": schema, "table": table})
    if not found:
        raise errors.TableVanished(table=names.remote_id(schema, table))
    session.start()
    if found[0][0] != catalog.MATERIALISED:
        session.run(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(sql.Identifier(schema, table)))


def _problem(listed: Listed) -> str:
    if not listed.columns:
        return "bảng không có cột nào"
    if listed.columns > MAX_COLUMNS:
        return f"bảng có {listed.columns} cột, vượt quá giới hạn {MAX_COLUMNS} cột"
    return ""


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(normalize("NFC", name), normalize("NFC", pattern)) for pattern in patterns)


def _check_names(setting: str, given: list[str]) -> None:
    for name in given:
        if not name or len(name.encode()) > _MAX_NAME:
            raise SettingsError(reason=f"thiết lập «{setting}» có tên trống hoặc dài hơn {_MAX_NAME} byte.")
