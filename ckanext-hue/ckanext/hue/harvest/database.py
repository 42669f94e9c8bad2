"""Connections for the engine's own tables in CKAN's database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from ckan import model
from sqlalchemy import text
from sqlalchemy.engine import Connection, Engine, Row


def engine() -> Engine:
    """CKAN's own, which every process has once its configuration is loaded."""
    return cast(Engine, model.meta.engine)


@contextmanager
def transaction() -> Iterator[Connection]:
    """A transaction of its own, so that others see progress while a batch is still being written."""
    with engine().begin() as connection:
        yield connection


def rows(statement: str, **values: Any) -> list[Row[Any]]:
    """Run one statement in its own transaction and return its rows (none for a statement without)."""
    with transaction() as connection:
        result = connection.execute(text(statement), values)
        return list(result.fetchall()) if result.returns_rows else []
