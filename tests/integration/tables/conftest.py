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
