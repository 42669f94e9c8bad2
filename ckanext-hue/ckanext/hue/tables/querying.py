"""Questions to DataStore tables: a table's real columns, and statements run by the reader in limited time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from psycopg2 import errorcodes
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.elements import ColumnClause, quoted_name

from ckanext.datastore.backend.postgres import get_read_engine

MAX_NAME_BYTES = 63  # of an identifier in PostgreSQL
WORK_MEM = "32MB"  # of one sort or hash of one question; what needs more goes to disk


class Kind(Enum):
    """What can be done with the values of a column."""

    NUMBER = "số"
    TEXT = "văn bản"
    DATE = "ngày"
    TIMESTAMP = "ngày giờ"
    BOOLEAN = "đúng/sai"
    OTHER = "kiểu phức hợp"

    @property
    def is_time(self) -> bool:
        return self in (Kind.DATE, Kind.TIMESTAMP)


FLOATS = frozenset({"float4", "float8"})
_KINDS = {
    **dict.fromkeys(("int2", "int4", "int8", "numeric", *FLOATS), Kind.NUMBER),
    **dict.fromkeys(("text", "varchar", "bpchar"), Kind.TEXT),
    "date": Kind.DATE,
    "timestamp": Kind.TIMESTAMP,
    "bool": Kind.BOOLEAN,
}


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column as PostgreSQL has it; `type` is named as datastore_search names it."""

    name: str
    type: str

    @property
    def kind(self) -> Kind:
        return _KINDS.get(self.type, Kind.OTHER)

    @property
    def sql(self) -> ColumnClause[Any]:
        return sa.column(quoted_name(self.name, True))


_COLUMNS = sa.text(
    "SELECT c.relkind, a.attname, t.typname FROM pg_class c"
    " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
    " JOIN pg_type t ON t.oid = a.atttypid"
    " WHERE c.relname = :name AND c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v')"
    " ORDER BY a.attnum"
)
# What a table can cause that was swapped or dropped between two statements
_CHANGED = {errorcodes.UNDEFINED_TABLE, errorcodes.UNDEFINED_COLUMN, errorcodes.UNDEFINED_FUNCTION}


def columns_of(resource_id: str) -> dict[str, TableColumn]:
    """The columns of a resource's table by name, `_id` first, in their order; not the full text.

    Raises ObjectNotFound without a table, and ValidationError for an alias: only a resource's id says
    whose dataset protects the rows.
    """
    with get_read_engine().connect() as connection:
        found = connection.execute(_COLUMNS, {"name": printable(resource_id)}).all()
    if not found:
        reason = tk._("Không có bảng dữ liệu nào của tài nguyên «{id}».")
        raise tk.ObjectNotFound(reason.format(id=resource_id))
    if found[0].relkind == "v":
        reason = tk._("«{id}» là tên khác (alias) của bảng; hãy dùng mã của tài nguyên.")
        raise tk.ValidationError({"resource_id": [reason.format(id=resource_id)]})
    return {name: TableColumn(name, type_) for _, name, type_ in found if name != "_full_text"}


def table(resource_id: str) -> sa.TableClause:
    """The table of a resource in a statement."""
    return sa.table(quoted_name(resource_id, True), schema="public")


def ask(statement: sa.Executable, milliseconds: int) -> sa.Row[Any]:
    """Run a statement that gives one row. Raises ValidationError when it takes longer, or the table changed.

    A transaction of its own: no lock on the table outlives the statement, so a new version can come.
    """
    try:
        with get_read_engine().connect() as connection:
            connection.execute(
                sa.select(
                    sa.func.set_config("statement_timeout", str(milliseconds), True),
                    sa.func.set_config("work_mem", WORK_MEM, True),
                )
            )
            return connection.execute(statement).one()
    except DBAPIError as error:
        code = getattr(error.orig, "pgcode", None)
        if code == errorcodes.QUERY_CANCELED:
            reason = tk._("Câu hỏi cần quá nhiều thời gian. Hãy thêm bộ lọc hoặc bớt cột, rồi gọi lại.")
        elif code == errorcodes.PROGRAM_LIMIT_EXCEEDED:
            reason = tk._("Kết quả quá lớn. Hãy thêm bộ lọc hoặc giảm «limit», rồi gọi lại.")
        elif code == errorcodes.NUMERIC_VALUE_OUT_OF_RANGE:
            reason = tk._("Có số quá lớn để tính. Hãy thêm bộ lọc hoặc chọn cột khác, rồi gọi lại.")
        elif code in _CHANGED:
            reason = tk._("Bảng vừa được thay bằng bản mới, hãy gọi lại.")
        else:
            raise
        raise tk.ValidationError({"query": [reason]}) from error


def printable(text: str) -> str:
    """Text that can be sent to PostgreSQL: without NUL characters and lone surrogates."""
    return text.replace("\x00", "").encode(errors="replace").decode()
