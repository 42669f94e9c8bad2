"""CSV and TSV as PostgreSQL writes them: no row passes through Python objects.

An empty field is null and `""` is empty text. Cells that look like formulas stay as they are: the file is
data. Numbers, dates and times are as stored; boolean values are `true` and `false`.
"""

from __future__ import annotations

from collections.abc import Iterator

from psycopg2 import sql

from .copying import copied
from .selection import Column, Selection
from .snapshot import snapshot

BOM = b"\xef\xbb\xbf"


def csv(selection: Selection) -> Iterator[bytes]:
    return _stream(selection, ",")


def csv_with_bom(selection: Selection) -> Iterator[bytes]:
    """CSV that Excel takes for UTF-8."""
    return _stream(selection, ",", BOM)


def tsv(selection: Selection) -> Iterator[bytes]:
    return _stream(selection, "\t")


def _stream(selection: Selection, delimiter: str, head: bytes = b"") -> Iterator[bytes]:
    alone = len(selection.columns) == 1
    query = selection.query([_value(column, alone) for column in selection.columns])
    statement = sql.SQL(
        "COPY ({}) TO STDOUT WITH (FORMAT csv, HEADER, DELIMITER {}, ENCODING 'UTF8')"
    ).format(query, sql.Literal(delimiter))
    with snapshot(selection) as connection, copied(connection, statement) as chunks:
        for chunk in chunks:
            yield head + chunk
            head = b""


def _value(column: Column, alone: bool) -> sql.Composable:
    name = sql.Identifier(column["id"])
    if alone:
        # A line without any character is no row for most readers.
        return sql.SQL("coalesce({}::text, '') AS {}").format(name, name)
    if column["type"] == "boolean":
        return sql.SQL("{}::text AS {}").format(name, name)
    return name
