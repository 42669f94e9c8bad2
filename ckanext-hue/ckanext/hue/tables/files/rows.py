"""Rows of a query as Python values, a bounded part at a time."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

Row = tuple[object, ...]

FIRST_ROWS = 100
MAX_ROWS = 10_000
CHARACTERS = 8_000_000  # of a part, as far as the part before it foretells


def parts(connection: Connection, query: sql.Composable) -> Iterator[list[Row]]:
    """The rows in parts, from one statement. Closing the iterator ends the statement."""
    size = FIRST_ROWS
    with connection.cursor(name=f"hue_{uuid.uuid4().hex}") as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(size):
            yield rows
            characters = sum(len(value) for row in rows for value in row if isinstance(value, str))
            size = min(MAX_ROWS, max(1, CHARACTERS * len(rows) // max(1, characters)), size * 10)
