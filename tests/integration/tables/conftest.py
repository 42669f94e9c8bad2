"""Tables in the DataStore for the tests of this folder."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest


@pytest.fixture
def published() -> Iterator[Callable[..., str]]:
    """Publish rows (dicts) as the table of a new resource, with declared columns; the resource's id."""
    from ckanext.hue.harvesters.base import Column, Page
    from ckanext.hue.tables.database import datastore_connection
    from ckanext.hue.tables.loading import load
    from ckanext.hue.tables.publishing import drop_table

    made: list[str] = []

    def publish(rows: list[dict[str, Any]], *columns: Column, resource_id: str = "") -> str:
        name = resource_id or str(uuid.uuid4())
        made.append(name)
        load([Page("data", rows, columns)], lambda _list: name)
        return name

    yield publish
    with datastore_connection() as connection, connection.cursor() as cursor:
        for name in made:
            drop_table(cursor, name)


@pytest.fixture
def raw_table() -> Iterator[Callable[..., str]]:
    """Make a table as others than the loader make them, from its columns' and its rows' SQL; its id."""
    from ckanext.hue.tables.database import datastore_connection, reader_role
    from ckanext.hue.tables.publishing import drop_table

    made: list[str] = []

    def make(columns: str, rows: str) -> str:
        name = str(uuid.uuid4())
        made.append(name)
        with datastore_connection() as connection, connection.cursor() as cursor:
            cursor.execute(f'CREATE TABLE "{name}" (_id serial PRIMARY KEY, _full_text tsvector, {columns})')
            cursor.execute(f'GRANT SELECT ON "{name}" TO "{reader_role()}"')
            names = "(SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
            cursor.execute(f"SELECT {names} WHERE attrelid = '\"{name}\"'::regclass AND attnum > 2)")
            row = cursor.fetchone()
            assert row
            cursor.execute(f'INSERT INTO "{name}" ({row[0]}) {rows}')
        return name

    yield make
    with datastore_connection() as connection, connection.cursor() as cursor:
        for name in made:
            drop_table(cursor, name)
