"""Parquet with the table's types, in row groups of bounded size.

PostgreSQL's CSV goes through Arrow's reader, so that no value becomes a Python object.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from .copying import copied
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
_CALENDAR = {"date": pa.date32(), "timestamp": pa.timestamp("us")}
_FIRST_DATE, _END = "0001-01-01", "9999-12-32"  # what Arrow's reader knows


@dataclass(frozen=True, slots=True)
class _Measure:
    """The span of a column's values, and how many digits after the point they have; None without values."""

    scale: int | None
    least: str | None
    most: str | None


@dataclass(frozen=True, slots=True)
class _Field:
    """A column of the file, and what to select for it."""

    arrow: pa.Field
    value: sql.Composable


def parquet(selection: Selection) -> Iterator[bytes]:
    """The file's bytes, a row group at a time. Columns of types that Parquet lacks are text."""
    with snapshot(selection) as connection:
        measures = _measures(connection, selection)
        fields = [_field(column, measures.get(column["id"])) for column in selection.columns]
        schema = pa.schema([field.arrow for field in fields])
        statement = sql.SQL("COPY ({}) TO STDOUT WITH (FORMAT csv, ENCODING 'UTF8')").format(
            selection.query([field.value for field in fields])
        )
        sink = _Sink()
        with copied(connection, statement) as chunks, pq.ParquetWriter(sink, schema) as writer:
            for group in _groups(chunks, schema):
                writer.write_table(group, row_group_size=group.num_rows)
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


def _groups(chunks: Iterator[bytes], schema: pa.Schema) -> Iterator[pa.Table]:
    """Whole rows of CSV as tables that are each a row group."""
    waiting: list[pa.Table] = []
    for chunk in chunks:
        waiting.append(_read(chunk, schema))
        rows = sum(table.num_rows for table in waiting)
        if rows >= GROUP_ROWS or sum(table.nbytes for table in waiting) >= GROUP_BYTES:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)


def _read(chunk: bytes, schema: pa.Schema) -> pa.Table:
    read = pa_csv.read_csv(
        pa.BufferReader(chunk),
        # One block, since a row must not be longer than that.
        pa_csv.ReadOptions(column_names=schema.names, block_size=len(chunk) + 1, use_threads=False),
        pa_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        pa_csv.ConvertOptions(
            column_types=schema,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    )
    return read.cast(schema)  # brings the columns' labels along


def _field(column: Column, measure: _Measure | None) -> _Field:
    name = sql.Identifier(column["id"])
    kind = _measured_type(column["type"], measure) if measure else _PLAIN.get(column["type"])
    value = name if kind else sql.SQL("{}::text").format(name)
    info = column["info"]
    told = {key: str(info[key]) for key in ("label", "unit", "notes") if info.get(key)}
    return _Field(pa.field(column["id"], kind or pa.string(), metadata=told or None), value)


def _measured_type(kind: str, measure: _Measure) -> pa.DataType | None:
    """The type that holds every value of the column; None when only text does."""
    if kind == "numeric":
        return _decimal_type(measure)
    if measure.least is None or measure.most is None:
        return _CALENDAR[kind]
    # PostgreSQL's calendar goes further: years before Christ, years of five digits, infinities.
    known = all(
        len(text.partition(" ")[0]) == len(_END) and not text.endswith("BC") and _FIRST_DATE <= text < _END
        for text in (measure.least, measure.most)
    )
    return _CALENDAR[kind] if known else None


def _decimal_type(measure: _Measure) -> pa.DataType | None:
    bounds = [Decimal(text) for text in (measure.least, measure.most) if text is not None]
    if not all(bound.is_finite() for bound in bounds):
        return None
    scale = measure.scale or 0
    digits = scale + max((bound.adjusted() + 1 for bound in bounds if bound), default=0)
    digits = max(digits, scale)
    return next((pa.decimal128(size, scale) for size in _PRECISIONS if digits <= size), None)


def _measures(connection: Connection, selection: Selection) -> dict[str, _Measure]:
    """Measure the columns of decimals and dates."""
    columns = [column for column in selection.columns if column["type"] in ("numeric", *_CALENDAR)]
    if not columns:
        return {}
    names = [sql.Identifier(column["id"]) for column in columns]
    tests = [
        sql.SQL("{}, min({c})::text, max({c})::text").format(
            sql.SQL("max(scale({}))").format(name) if column["type"] == "numeric" else sql.SQL("NULL"), c=name
        )
        for column, name in zip(columns, names, strict=True)
    ]
    statement = sql.SQL("SELECT {} FROM ({}) AS r").format(sql.SQL(", ").join(tests), selection.query(names))
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found = iter(cursor.fetchone() or ())
    return {
        column["id"]: _Measure(scale, least, most)
        for column, (scale, least, most) in zip(columns, zip(found, found, found, strict=True), strict=True)
    }
