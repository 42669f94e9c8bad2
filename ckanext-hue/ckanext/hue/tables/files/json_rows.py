"""JSON and NDJSON as PostgreSQL writes them: an object a row, numbers as stored, dates in ISO 8601."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from psycopg2 import sql

from .copying import copied
from .selection import Column, Selection
from .snapshot import snapshot

# JSON text has no control characters, so COPY's CSV form with these two quotes nothing: a line is an object.
_COPY = "COPY ({}) TO STDOUT WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02', ENCODING 'UTF8')"

_WITHOUT_BREAKS = {
    *("smallint", "integer", "bigint", "numeric", "real", "double precision"),
    *("boolean", "date", "timestamp", "timestamptz", "text"),
}


def ndjson(selection: Selection) -> Iterator[bytes]:
    """One object a line."""
    with snapshot(selection) as connection, copied(connection, _objects(selection)) as lines:
        yield from lines


def json(selection: Selection) -> Iterator[bytes]:
    """A list of objects."""
    with snapshot(selection) as connection, copied(connection, _objects(selection)) as lines:
        yield from listed(lines, b"[", b"]\n")


def _objects(selection: Selection) -> sql.Composable:
    row = one_line("row_to_json(r.*)", selection.columns)
    return copy_of(sql.SQL("SELECT {} FROM ({}) AS r").format(row, selection.query()))


def copy_of(query: sql.Composable) -> sql.Composable:
    """COPY of a query that gives JSON texts without line breaks, each as a line."""
    return sql.SQL(_COPY).format(query)


def one_line(expression: str, columns: Sequence[Column]) -> sql.Composable:
    """A JSON expression over these columns as one line of text.

    Values of type json keep the line breaks that they came with between their parts; no others have any.
    """
    if all(column["type"] in _WITHOUT_BREAKS for column in columns):
        return sql.SQL("({})::text").format(sql.SQL(expression))
    return sql.SQL("translate(({})::text, E'\\n\\r', '  ')").format(sql.SQL(expression))


def listed(lines: Iterator[bytes], head: bytes, tail: bytes) -> Iterator[bytes]:
    """Chunks of lines as the elements of a JSON list."""
    separator = b"\n"
    for chunk in lines:
        # Line breaks stand at the ends of elements only; the last one of a chunk waits for what comes next.
        ends = chunk.endswith(b"\n")
        text = chunk.removesuffix(b"\n").replace(b"\n", b",\n")
        yield head + separator + text
        head, separator = b"", b",\n" if ends else b""
    yield head + b"\n" + tail
