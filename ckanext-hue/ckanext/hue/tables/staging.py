"""Staging: rows arrive page by page in a temporary table of text columns.

A temporary table writes no log and is seen by nobody else; staging, build and swap are one
transaction, so a crash at any point leaves the published table and no litter.
"""

from __future__ import annotations

import hashlib
import io
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from ckanext.hue.harvesters.base import MAX_COLUMNS

from .cells import Kind, copy_text, kind_of
from .errors import TooManyColumns

POSITION = "_position"


class Staging:
    """One staged table. `columns` maps the source's column names to positional names in staging.

    `rows` counts what was copied; `kinds` tells which JSON types each column holds; `content_hash`
    identifies the rows: equal hashes mean equal names, values and order.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.table = sql.Identifier(f"hue_staging_{uuid.uuid4().hex}")
        self.columns: dict[str, str] = {}
        self.kinds: dict[str, Kind] = {}
        self.rows = 0
        self._hash = hashlib.sha256()
        self._hashed_names: list[str] = []
        self._execute(
            "CREATE TEMPORARY TABLE {} ({} bigserial) ON COMMIT DROP", self.table, sql.Identifier(POSITION)
        )

    @property
    def content_hash(self) -> str:
        return self._hash.hexdigest()

    def add_columns(self, names: Iterable[str]) -> None:
        """Make room for columns that were not seen before, in the order given."""
        for name in names:
            if name in self.columns:
                continue
            if len(self.columns) == MAX_COLUMNS:
                raise TooManyColumns(count=len(self.columns) + 1, limit=MAX_COLUMNS)
            self.columns[name] = f"c{len(self.columns) + 1}"
            self.kinds[name] = Kind.NONE
            self._execute("ALTER TABLE {} ADD COLUMN {} text", self.table, sql.Identifier(self.columns[name]))

    def copy(self, rows: list[Mapping[str, Any]]) -> None:
        """Append rows by COPY; columns that they bring along are added."""
        self.add_columns(dict.fromkeys(name for row in rows for name in row))
        if not rows or not self.columns:
            return
        names = list(self.columns)
        kinds = dict.fromkeys(names, Kind.NONE)
        lines: list[str] = []
        for row in rows:
            values = [row.get(name) for name in names]
            for name, value in zip(names, values, strict=True):
                kinds[name] |= kind_of(value)
            lines.append("\t".join(map(copy_text, values)))
        for name, kind in kinds.items():
            self.kinds[name] |= kind
        self._send(names, "\n".join(lines) + "\n")
        self.rows += len(rows)

    def _send(self, names: list[str], body: str) -> None:
        data = body.encode(errors="replace")
        if names != self._hashed_names:
            # NUL bytes cannot occur in the rows, so a header is never taken for one.
            header = "\t".join(map(copy_text, names)).encode(errors="replace")
            self._hash.update(b"\x00" + header + b"\x00")
            self._hashed_names = names
        self._hash.update(data)
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            self.table, sql.SQL(", ").join(sql.Identifier(self.columns[name]) for name in names)
        )
        with self.connection.cursor() as cursor:
            cursor.copy_expert(statement, io.BytesIO(data))

    def _execute(self, statement: str, *parts: sql.Composable) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(*parts))  # pyright: ignore[reportArgumentType]
