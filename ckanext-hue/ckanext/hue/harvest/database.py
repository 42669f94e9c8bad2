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


@contextmanager
def held_lock(name: str) -> Iterator[bool]:
    """Hold the lock of this name; yields False when another process has it.

    The lock belongs to a database connection, so it ends with its process, however that dies.
    """
    key = {"name": name}
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        held = bool(
            connection.execute(text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))"), key).scalar()
        )
        try:
            yield held
        finally:
            if held:
                connection.execute(text("SELECT pg_advisory_unlock(hashtextextended(:name, 0))"), key)
