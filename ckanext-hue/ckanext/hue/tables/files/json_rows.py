"""JSON and NDJSON as PostgreSQL writes them: an object a row, numbers as stored, dates in ISO 8601."""

from __future__ import annotations

from collections.abc import Iterator

from psycopg2 import sql

from .copying import copied
from .selection import Selection
from .snapshot import snapshot

# JSON text has no control characters, so COPY's CSV form with these two quotes nothing: a line is an object.
_COPY = "COPY ({}) TO STDOUT WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02', ENCODING 'UTF8')"


def ndjson(selection: Selection) -> Iterator[bytes]:
    """One object a line."""
    query = sql.SQL("SELECT {} FROM ({}) AS r").format(one_line("row_to_json(r.*)"), selection.query())
    with snapshot(selection) as connection:
        yield from copied(connection, copy_of(query))


def json(selection: Selection) -> Iterator[bytes]:
    """A list of objects."""
    yield from listed(ndjson(selection), b"[", b"]\n")


def copy_of(query: sql.Composable) -> sql.Composable:
    """COPY of a query that gives JSON texts without line breaks, each as a line."""
    return sql.SQL(_COPY).format(query)


def one_line(expression: str) -> sql.Composable:
    """A JSON expression as one line of text: columns of type json keep the blank space they came with."""
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
