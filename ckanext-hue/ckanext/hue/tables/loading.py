"""Load the lists of one table: all of them, or none."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import psycopg2
import psycopg2.errors
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from ckanext.hue.harvesters.base import Column, Page

from . import publishing, types, versions
from .database import datastore_connection
from .errors import DatabaseRefused, NoColumns
from .staging import Staging


@dataclass(frozen=True, slots=True)
class LoadedList:
    """One list of a table after loading; `notes` are Vietnamese sentences for the report."""

    name: str
    resource_id: str
    rows: int
    columns: tuple[publishing.PublishedColumn, ...]
    content_hash: str
    written: bool
    notes: tuple[str, ...]


def load(
    pages: Iterable[Page],
    resource_id_of: Callable[[str], str],
    known_hashes: dict[str, str] | None = None,
) -> list[LoadedList]:
    """Read `pages` to their end and publish each list as the DataStore table of its resource.

    `known_hashes` (resource id to content hash) leaves tables alone whose rows did not change. One
    transaction holds it all: what `pages` raises, or TableError, leaves every published table as it was.
    """
    known_hashes = known_hashes or {}
    with _errors_in_words(), datastore_connection() as connection:
        staged, dictionary = _stage(connection, pages)
        prepared = [
            _prepare(staging, name, resource_id_of(name), dictionary, known_hashes)
            for name, staging in staged.items()
        ]
        # All are built before the first one is swapped: readers wait for a swap, never for a build.
        with connection.cursor() as cursor:
            for loaded, table in prepared:
                if table:
                    publishing.swap(cursor, table, loaded.resource_id, loaded.rows)
                    versions.record(
                        cursor,
                        loaded.resource_id,
                        loaded.rows,
                        loaded.content_hash,
                        [column.as_dict() for column in loaded.columns],
                        [{"message": note} for note in loaded.notes],
                    )
    return [loaded for loaded, _ in prepared]


def drop(resource_ids: Iterable[str]) -> None:
    """Take the tables of these resources away. Raises TableError; then all of them are still there."""
    with _errors_in_words(), datastore_connection() as connection, connection.cursor() as cursor:
        for resource_id in resource_ids:
            publishing.drop_table(cursor, resource_id)


def _stage(connection: Connection, pages: Iterable[Page]) -> tuple[dict[str, Staging], dict[str, Column]]:
    staged: dict[str, Staging] = {}
    dictionary: dict[str, Column] = {}
    for page in pages:
        if page.list_name not in staged:
            staged[page.list_name] = Staging(connection)
            dictionary.update((column.name, column) for column in page.columns)
        staged[page.list_name].copy(page.rows)  # pyright: ignore[reportArgumentType]
    return staged, dictionary


def _prepare(
    staging: Staging,
    name: str,
    resource_id: str,
    dictionary: dict[str, Column],
    known_hashes: dict[str, str],
) -> tuple[LoadedList, sql.Identifier | None]:
    """Describe one list and build its table; no table when the published one holds the same already."""
    if not staging.rows:
        staging.add_columns(dictionary)
    if not staging.columns:
        raise NoColumns(name=name)
    listed = [column for column in dictionary if column in staging.columns]
    order = [*listed, *(column for column in staging.columns if column not in dictionary)]
    dictionary = _with_key(staging, dictionary)
    decided = types.decide(staging, dictionary)
    columns = publishing.plan_columns(order, decided, dictionary)
    content_hash = _hash(staging, columns)
    with staging.connection.cursor() as cursor:
        unchanged = known_hashes.get(resource_id) == content_hash and publishing.table_exists(
            cursor, resource_id
        )
    loaded = LoadedList(
        name=name,
        resource_id=resource_id,
        rows=staging.rows,
        columns=tuple(columns),
        content_hash=content_hash,
        written=not unchanged,
        notes=tuple(typed.note for typed in decided.values() if typed.note),
    )
    return loaded, None if unchanged else publishing.build(staging, columns, decided)


def _with_key(staging: Staging, dictionary: dict[str, Column]) -> dict[str, Column]:
    """Take `id` for the key where none is declared and it is unique and complete."""
    if any(column.is_key for column in dictionary.values()) or "id" not in staging.columns:
        return dictionary
    column = sql.Identifier(staging.columns["id"])
    with staging.connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("SELECT count(*) > 0 AND count(DISTINCT {}) = count(*) FROM {}").format(
                column, staging.table
            )
        )
        unique = (cursor.fetchone() or (False,))[0]
    return (
        {**dictionary, "id": replace(dictionary.get("id", Column("id")), is_key=True)}
        if unique
        else dictionary
    )


def _hash(staging: Staging, columns: list[publishing.PublishedColumn]) -> str:
    """Identify the table as published: its rows, and its columns with types and dictionary."""
    described = [(column.name, column.type, column.info) for column in columns]
    text = staging.content_hash + json.dumps(described, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@contextmanager
def _errors_in_words() -> Iterator[None]:
    """Turn what PostgreSQL refuses into a TableError."""
    try:
        yield
    except psycopg2.errors.LockNotAvailable as error:
        raise DatabaseRefused(reason="bảng đang được đọc quá lâu nên chưa thay được") from error
    except psycopg2.errors.DependentObjectsStillExist as error:
        raise DatabaseRefused(
            reason="có khung nhìn (view) phụ thuộc vào bảng, hãy gỡ khung nhìn trước"
        ) from error
    except psycopg2.Error as error:
        reason = (error.diag.message_primary or str(error) or type(error).__name__).strip()
        raise DatabaseRefused(reason=reason) from error
