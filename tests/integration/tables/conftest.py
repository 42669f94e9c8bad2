"""Tables of the test portal's DataStore, loaded and read as the portal does."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import ckan.plugins.toolkit as tk
import psycopg2
import pytest


@pytest.fixture
def resource_id() -> Iterator[str]:
    from ckanext.hue.tables.loading import drop

    made = str(uuid.uuid4())
    yield made
    drop([made])


@pytest.fixture
def read(resource_id: str) -> Callable[..., list[tuple[Any, ...]]]:
    """Read the resource's table as the DataStore's reader does."""

    def run(statement: str = "SELECT * FROM {}") -> list[tuple[Any, ...]]:
        with (
            psycopg2.connect(tk.config["ckan.datastore.read_url"]) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(statement.format(f'"{resource_id}"'))
            return cursor.fetchall()

    return run


@pytest.fixture
def written() -> Callable[..., list[tuple[Any, ...]]]:
    """Run a statement as the DataStore's writer."""

    def run(statement: str, *values: Any) -> list[tuple[Any, ...]]:
        from ckanext.hue.tables.database import datastore_connection

        with datastore_connection() as connection, connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    return run


@pytest.fixture
def published() -> Iterator[Callable[..., str]]:
    """Publish rows (dicts) as the table of a new resource, with declared columns; the resource's id."""
    from ckanext.hue.harvesters.base import Column, Page
    from ckanext.hue.tables.loading import drop, load

    made: list[str] = []

    def publish(rows: list[dict[str, Any]], *columns: Column, resource_id: str = "") -> str:
        name = resource_id or str(uuid.uuid4())
        made.append(name)
        load([Page("data", rows, columns)], lambda _list: name)
        return name

    yield publish
    drop(made)


@pytest.fixture
def raw_table() -> Iterator[Callable[..., str]]:
    """Make a table as others than the loader make them, from its columns' and its rows' SQL; its id."""
    from ckanext.hue.tables.database import datastore_connection, reader_role
    from ckanext.hue.tables.loading import drop

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
    drop(made)
