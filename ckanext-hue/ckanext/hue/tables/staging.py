"""Staging: rows arrive batch by batch in a table of text columns: unlogged, or temporary for few rows.

Staging, build and swap are one transaction: nobody sees the table, a crash at any point leaves the
published table and no litter. An unlogged table can be read on several cores, a temporary one not.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from select import select
from typing import Any

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from ckanext.hue.harvesters.base import MAX_COLUMNS, Batch, CopyStream

from .cells import DELIMITER, NULL, Kind, copy_lines, kind_of, nfc, texts
from .errors import RowsMissing, TooManyColumns, TooMuchData
from .memory import spare_the_collector
from .streams import composed_rows, flowing

POSITION = "_position"
MAX_BYTES = 16 << 30  # of a table's rows as text: a source may go on for ever
SAMPLE = 100  # values of a column
SAMPLED_CHARACTERS = 200  # of one value
COPY_BYTES = 1 << 18  # that one write to the server carries
# How rows stand in a COPY: as `copy_lines` writes them, or as PostgreSQL does.
_AS_WRITTEN = sql.SQL(f"WITH ({DELIMITER}, NULL {{}})").format(sql.Literal(NULL))
_BLANK_IS_NULL = sql.SQL(f"WITH ({DELIMITER}, NULL '')")
_AS_COPIED = sql.SQL("")
# A stream's values are text whatever they are; its dictionary says what they were.
_DECLARED_KINDS = {
    "int": Kind.INTEGER,
    "numeric": Kind.DECIMAL,
    "bool": Kind.BOOLEAN,
    "date": Kind.TEMPORAL,
    "timestamp": Kind.TEMPORAL,
}


class Staging:
    """One staged table. `columns` maps the source's column names to positional names in staging.

    `rows` counts what was copied; `kinds` tells which types of values each column holds, `samples` are some
    of its values;
    `content_hash` identifies the rows: equal hashes mean equal names, values and order.
    """

    def __init__(self, connection: Connection, *, small: bool = False) -> None:
        """`small` expects few rows: then the table is a temporary one, which is made sooner."""
        spare_the_collector()
        self.connection = connection
        self.table = sql.Identifier("pg_temp" if small else "hue", f"staging_{uuid.uuid4().hex}")
        self._kind = sql.SQL("TEMPORARY" if small else "UNLOGGED")
        self.columns: dict[str, str] = {}
        self.kinds: dict[str, Kind] = {}
        self.samples: dict[str, list[str]] = {}
        self.rows = 0
        self._hash = hashlib.sha256()
        self._hashed_names: tuple[str, ...] = ()
        self._bytes = 0
        self._starts: list[tuple[int, int]] = []  # position in staging, row number at the source

    @property
    def content_hash(self) -> str:
        return self._hash.hexdigest()

    def column(self, name: str) -> sql.Identifier:
        """The staged column of a source's column."""
        return sql.Identifier(self.columns[name])

    def row_number(self, position: int) -> int:
        """The number that a row has at its source, as a person sees it."""
        start, number = self._starts[bisect_right(self._starts, (position, float("inf"))) - 1]
        return number + position - start

    def add_columns(self, names: Iterable[str]) -> None:
        """Make room for columns that were not seen before, in the order given."""
        new = [name for name in dict.fromkeys(names) if name not in self.columns]
        if not new:
            return
        if len(self.columns) + len(new) > MAX_COLUMNS:
            raise TooManyColumns(count=len(self.columns) + len(new), limit=MAX_COLUMNS)
        exists = bool(self.columns)
        for name in new:
            self.columns[name] = f"c{len(self.columns) + 1}"
            self.kinds[name] = Kind.NONE
            self.samples[name] = []
        added = [sql.SQL("{} text").format(self.column(name)) for name in new]
        if exists:
            added = [sql.SQL("ADD COLUMN {}").format(column) for column in added]
            self.execute("ALTER TABLE {} {}", self.table, sql.SQL(", ").join(added))
        else:
            self.execute(
                "CREATE {} TABLE {} ({} bigint GENERATED ALWAYS AS IDENTITY (CACHE 10000), {})",
                self._kind,
                self.table,
                sql.Identifier(POSITION),
                sql.SQL(", ").join(added),
            )

    def copy(self, batches: Iterable[Batch]) -> None:
        """Append rows by COPY; columns that they bring along are added."""
        # One COPY for all batches alike: the server takes rows in while the next ones are read.
        for (names, blank_is_null), alike in groupby(batches, lambda one: (one.names, one.blank_is_null)):
            self.add_columns(names)
            if names:
                self._copy(names, self._lines(alike), _BLANK_IS_NULL if blank_is_null else _AS_WRITTEN)

    def copy_stream(self, stream: CopyStream) -> None:
        """Append the rows of a stream as they are, with composed letters. Raises what its source raises."""
        self.add_columns(stream.names)
        if not self._starts:
            self._starts.append((1, 1))
        with flowing(stream.copy_to) as flow:
            lines = self._hashed(stream.names, self._until_refused(composed_rows(flow)))
            received = self._copy(stream.names, lines, _AS_COPIED)
            if received != flow.rows:
                raise RowsMissing(sent="nhiều hơn" if flow.rows is None else flow.rows, received=received)
        declared = {column.name: column.type for column in stream.columns}
        for name in stream.names:
            self.kinds[name] |= _DECLARED_KINDS.get(declared.get(name, ""), Kind.TEXT)
        self._sample_staged(stream.names)
        self.rows += received

    def remove(self, positions: Iterable[int]) -> None:
        """Take rows out."""
        taken = list(positions)
        self.execute("DELETE FROM {} WHERE _position = ANY(%s)", self.table, values=[taken])
        self.rows -= len(taken)

    def drop(self) -> None:
        """Take the staged table away, once it is published."""
        self.execute("DROP TABLE IF EXISTS {}", self.table)

    def _copy(self, names: Sequence[str], lines: Iterator[bytes], form: sql.Composable) -> int:
        columns = sql.SQL(", ").join(map(self.column, names))
        statement = sql.SQL("COPY {} ({}) FROM STDIN {}").format(self.table, columns, form)
        stream = _Stream(lines)
        try:
            with self.connection.cursor() as cursor:
                cursor.copy_expert(statement, stream, COPY_BYTES)  # pyright: ignore[reportArgumentType]
                return cursor.rowcount
        except psycopg2.Error:
            if stream.error:  # psycopg2 keeps only its text
                raise stream.error from None
            raise

    def _hashed(self, names: tuple[str, ...], lines: Iterable[bytes]) -> Iterator[bytes]:
        for some in lines:
            self._add_to_hash(names, some)
            yield some

    def _lines(self, batches: Iterable[Batch]) -> Iterator[bytes]:
        for batch in batches:
            if not batch.rows:
                continue
            self._number(batch)
            lines = copy_lines(self._texts(batch), len(batch.names), nfc).encode(errors="replace")
            self._add_to_hash(batch.names, lines)
            yield lines

    def _texts(self, batch: Batch) -> Sequence[Sequence[str]]:
        if batch.blank_is_null:
            for number, name in enumerate(batch.names):
                self.kinds[name] |= Kind.UNTYPED
                self._sample(name, (row[number] for row in batch.rows[:SAMPLE] if row[number].strip()))
            return batch.rows
        columns = []
        for name, values in zip(batch.names, zip(*batch.rows, strict=True), strict=True):
            types = set(map(type, values))
            self.kinds[name] |= kind_of(types)
            column = texts(values, types)
            self._sample(name, (value for value in column[:SAMPLE] if value != NULL))
            columns.append(column)
        return list(zip(*columns, strict=True))

    def _sample(self, name: str, values: Iterable[str]) -> None:
        sample = self.samples[name]
        if len(sample) < SAMPLE:
            sample.extend(value[:SAMPLED_CHARACTERS] for value in values)

    def _until_refused(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Stop at the server's first word, which is its refusal: psycopg2 would hear it after all rows."""
        for some in lines:
            if select([self.connection], [], [], 0)[0]:
                return
            yield some

    def _sample_staged(self, names: Sequence[str]) -> None:
        values = [
            sql.SQL("left({}, {})").format(self.column(n), sql.Literal(SAMPLED_CHARACTERS)) for n in names
        ]
        rows = self.execute(
            "SELECT {} FROM {} WHERE {} > {} LIMIT {}",
            sql.SQL(", ").join(values),
            self.table,
            sql.Identifier(POSITION),
            sql.Literal(self.rows),
            sql.Literal(SAMPLE),
        )
        for name, column in zip(names, zip(*rows, strict=True), strict=False):
            self._sample(name, (value for value in column if value is not None))

    def _number(self, batch: Batch) -> None:
        if not self._starts or self.row_number(self.rows + 1) != batch.first_row:
            self._starts.append((self.rows + 1, batch.first_row))
        self.rows += len(batch.rows)

    def _add_to_hash(self, names: tuple[str, ...], lines: bytes) -> None:
        self._bytes += len(lines)
        if self._bytes > MAX_BYTES:
            raise TooMuchData(limit_gb=MAX_BYTES >> 30)
        if names != self._hashed_names:
            # NUL bytes cannot occur in the rows, so a header is never taken for one.
            header = json.dumps(names, ensure_ascii=False).encode(errors="replace")
            self._hash.update(b"\x00" + header + b"\x00")
            self._hashed_names = names
        self._hash.update(lines)

    def execute(self, statement: str, *parts: sql.Composable, values: Sequence[object] = ()) -> list[Any]:
        """Run a statement, composed of identifiers and values, and return its rows."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(*parts), values or None)  # pyright: ignore[reportArgumentType]
            return cursor.fetchall() if cursor.description else []


class _Stream:
    """What COPY reads from; an error of the source is kept to be raised as it was."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._rest = b""
        self.error: BaseException | None = None

    def read(self, size: int) -> bytes:
        """The next bytes, at most `size`; none at the end."""
        if not self._rest:
            try:
                self._rest = next(self._lines, b"")
            except BaseException as error:
                self.error = error
                raise
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece
