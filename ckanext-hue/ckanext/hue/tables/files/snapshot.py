"""One file is one state of its table: a read transaction that holds the table as it was described."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import psycopg2
import psycopg2.errors
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from ckanext.datastore.backend.postgres import get_read_engine

from .errors import NoTable, TableChanged, TooSlow, ValueRefused
from .selection import Selection, columns_of

MAX_SECONDS = 600  # of one statement; the reader's role has less, for questions of pages
IDLE_SECONDS = 60  # between two fetches

_SETTINGS = sql.SQL(
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;"
    f" SET LOCAL statement_timeout = '{MAX_SECONDS}s';"
    f" SET LOCAL idle_in_transaction_session_timeout = '{IDLE_SECONDS}s';"
    " SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'iso_8601'; SET LOCAL bytea_output = 'hex';"
    " SET LOCAL TimeZone = 'Asia/Ho_Chi_Minh'; SET LOCAL extra_float_digits = 1;"
    " LOCK TABLE {} IN ACCESS SHARE MODE"
)


@contextmanager
def snapshot(selection: Selection) -> Iterator[Connection]:
    """A connection of the DataStore's readers in a transaction that sees one state of the table.

    Raises FileError: NoTable, TableChanged when the columns are no longer those of the selection, and what
    PostgreSQL says of the statements run in it, in words.
    """
    pooled = get_read_engine().raw_connection()
    try:
        connection = cast(Connection, pooled.driver_connection)
        with _errors_in_words():
            _begin(connection, selection)
            yield connection
        connection.rollback()
    except BaseException:
        # Whatever is still under way on this connection ends with it.
        pooled.invalidate()
        raise
    finally:
        pooled.close()


def _begin(connection: Connection, selection: Selection) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SETTINGS.format(sql.Identifier("public", selection.resource_id)))
    present = {column["id"]: column["type"] for column in columns_of(connection, selection.resource_id)}
    if any(present.get(column["id"]) != column["type"] for column in selection.columns):
        raise TableChanged()


@contextmanager
def _errors_in_words() -> Iterator[None]:
    try:
        yield
    except psycopg2.errors.UndefinedTable as error:
        raise NoTable() from error
    except psycopg2.errors.UndefinedColumn as error:
        raise TableChanged() from error
    except (psycopg2.errors.QueryCanceled, psycopg2.errors.IdleInTransactionSessionTimeout) as error:
        raise TooSlow() from error
    except psycopg2.DataError as error:
        raise ValueRefused() from error
