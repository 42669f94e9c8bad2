"""Parquet with the table's types, in row groups of bounded size."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from .rows import Row, parts
from .selection import Column, Selection
from .snapshot import snapshot

GROUP_ROWS = 100_000
GROUP_BYTES = 32 * 1024 * 1024
_PRECISIONS = (18, 38)  # of decimals in 64 and in 128 bits
_PLAIN = {
    "smallint": pa.int16(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "real": pa.float32(),
    "double precision": pa.float64(),
    "boolean": pa.bool_(),
    "text": pa.string(),
    "character varying": pa.string(),
}
# Python's calendar ends there; PostgreSQL's goes further and has infinities.
_CALENDAR = {"date": pa.date32(), "timestamp": pa.timestamp("us")}
_NUMERIC_TEST = "max(scale(trim_scale({c}))), max(length(trunc(abs({c}))::text)), bool_and({c} - {c} = 0)"
_CALENDAR_TEST = "NULL, NULL, bool_and({c} BETWEEN '0001-01-01' AND '9999-12-31 23:59:59.999999')"


@dataclass(frozen=True, slots=True)
class _Field:
    """A column of the file, and what to select for it."""

    arrow: pa.Field
    value: sql.Composable


def parquet(selection: Selection) -> Iterator[bytes]:
    """The file's bytes, a row group at a time. Columns of types that Parquet lacks are text."""
    with snapshot(selection) as connection:
        fields = _fields(connection, selection)
        schema = pa.schema([field.arrow for field in fields])
        query = selection.query([field.value for field in fields])
        sink = _Sink()
        with pq.ParquetWriter(sink, schema) as writer:
            for group in _groups(parts(connection, query), schema):
                writer.write_table(group, row_group_size=max(1, group.num_rows))
                yield sink.taken()
        yield sink.taken()


class _Sink(io.BytesIO):
    """Where Parquet is written: forgets what was taken, and still knows the place in the file."""

    def __init__(self) -> None:
        super().__init__()
        self._before = 0

    def tell(self) -> int:
        return self._before + super().tell()

    def close(self) -> None:
        """Stay readable: the end of the file is taken after the writer has closed it."""

    def taken(self) -> bytes:
        chunk = self.getvalue()
        self._before += len(chunk)
        self.seek(0)
        self.truncate()
        return chunk


def _groups(rows: Iterator[list[Row]], schema: pa.Schema) -> Iterator[pa.Table]:
    batches: list[pa.RecordBatch] = []
    for part in rows:
        arrays = [
            pa.array(values, type=field.type)
            for values, field in zip(zip(*part, strict=True), schema, strict=True)
        ]
        batches.append(pa.RecordBatch.from_arrays(arrays, schema=schema))
        enough = sum(batch.nbytes for batch in batches) >= GROUP_BYTES
        if enough or sum(batch.num_rows for batch in batches) >= GROUP_ROWS:
            yield pa.Table.from_batches(batches)
            batches = []
    if batches:
        yield pa.Table.from_batches(batches)


def _fields(connection: Connection, selection: Selection) -> list[_Field]:
    measures = _measures(connection, selection)
    return [_field(column, measures.get(column["id"])) for column in selection.columns]


def _field(column: Column, measure: tuple[int | None, int | None, bool | None] | None) -> _Field:
    name = sql.Identifier(column["id"])
    kind, value = _PLAIN.get(column["type"]), name
    if measure:
        kind = _measured_type(column["type"], *measure)
        if column["type"] == "numeric":
            value = sql.SQL("trim_scale({})").format(name)
    if kind is None:
        kind, value = pa.string(), sql.SQL("{}::text").format(name)
    info = column["info"]
    told = {key: str(info[key]) for key in ("label", "unit", "notes") if info.get(key)}
    return _Field(pa.field(column["id"], kind, metadata=told or None), value)


def _measured_type(kind: str, scale: int | None, whole: int | None, plain: bool | None) -> pa.DataType | None:
    """The type that holds every value of a column; None when only text does."""
    if plain is False:
        return None
    if kind != "numeric":
        return _CALENDAR[kind]
    scale = scale or 0
    digits = (whole or 0) + scale
    return next((pa.decimal128(size, scale) for size in _PRECISIONS if digits <= size), None)


def _measures(
    connection: Connection, selection: Selection
) -> dict[str, tuple[int | None, int | None, bool | None]]:
    """Of decimals and dates: digits after the point, digits before it, and whether all are plain values."""
    measured = [column["id"] for column in selection.columns if column["type"] in ("numeric", *_CALENDAR)]
    if not measured:
        return {}
    kinds = {column["id"]: column["type"] for column in selection.columns}
    tests = [
        sql.SQL(_NUMERIC_TEST if kinds[name] == "numeric" else _CALENDAR_TEST).format(c=sql.Identifier(name))
        for name in measured
    ]
    query = selection.query([sql.Identifier(name) for name in measured])
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT {} FROM ({}) AS r").format(sql.SQL(", ").join(tests), query))
        found = cursor.fetchone() or ()
    return {name: found[3 * place : 3 * place + 3] for place, name in enumerate(measured)}
