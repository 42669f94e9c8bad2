"""One read-only transaction at a warehouse, with limits on time and bytes, and errors in words."""

from __future__ import annotations

import io
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import IO, Any, NoReturn

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ
from psycopg2.extensions import connection as Connection

from ckanext.hue.harvesters.errors import TooSlow

from . import errors, wording
from .address import Address

OLDEST = 14
MAX_BYTES = 16 * 2**30
PIECE = 1 << 18  # bytes that are handed on at once
FETCHED = 1_000  # rows of a long answer that are held at once

# What values look like, and which rows come first, must depend on the table alone.
_SETTINGS = """
    SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres';
    SET TIME ZONE INTERVAL '+07:00' HOUR TO MINUTE;
    SET extra_float_digits = 1; SET bytea_output = 'hex'; SET synchronize_seqscans = off;
    SET max_parallel_workers_per_gather = 0; SET client_min_messages = error; SET row_security = on;
    SET lock_timeout = %(lock)s; SET statement_timeout = %(statement)s;
    SET idle_in_transaction_session_timeout = %(statement)s
"""


@contextmanager
def opened(address: Address, how: Mapping[str, str | int], seconds: int) -> Iterator[Session]:
    """Connect with the settings of libpq given, for at most so many seconds. Raises SourceError."""
    try:
        connection = psycopg2.connect(**how)  # pyright: ignore[reportArgumentType, reportCallIssue]
    except psycopg2.Error as error:
        raise wording.of_connecting(error, address, str(how["sslmode"])) from error
    try:
        session = Session(connection, address, seconds)
    except BaseException:
        connection.close()
        raise
    try:
        session.begin()
        yield session
    finally:
        session.close()


class Session:
    """A repeatable-read, read-only transaction. Every failure is a SourceError.

    It ends after `seconds`, also when the server says nothing any more.
    """

    def __init__(self, connection: Connection, address: Address, seconds: int) -> None:
        self._connection = connection
        self._address = address
        self._seconds = seconds
        self._watch = _Watch(connection, seconds)

    def begin(self) -> None:
        """Set the session up. Until `start`, each statement stands for itself."""
        version = self._connection.server_version // 10_000
        if version < OLDEST:
            raise errors.TooOld(url=str(self._address), version=version, oldest=OLDEST)
        self._connection.autocommit = True
        with suppress(psycopg2.Error), self._connection.cursor() as cursor:  # few platforms cannot do it
            cursor.execute("SET client_connection_check_interval = '2s'")
        self.run(_SETTINGS, {"lock": f"{wording.LOCK_SECONDS}s", "statement": f"{self._seconds}s"})

    def start(self) -> None:
        """The next statement begins the transaction, of which the session's settings are no part."""
        self._connection.autocommit = False
        self._connection.set_session(ISOLATION_LEVEL_REPEATABLE_READ, readonly=True)

    def run(self, statement: sql.Composable | str, values: object = None) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows, all at once."""
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(statement, values)  # pyright: ignore[reportArgumentType]
                return cursor.fetchall() if cursor.description else []
        except (psycopg2.Error, UnicodeError) as error:
            self._fail(error)

    def stream(self, statement: str, values: object) -> Iterator[tuple[Any, ...]]:
        """Run a query and yield its rows, of which few are held at once."""
        try:
            with self._connection.cursor(name="rows") as cursor:
                cursor.itersize = FETCHED
                cursor.execute(statement, values)  # pyright: ignore[reportArgumentType]
                yield from cursor
        except (psycopg2.Error, UnicodeError) as error:
            self._fail(error)

    def attempt(self, statement: sql.Composable, milliseconds: int) -> tuple[Any, ...] | None:
        """The row of a query, or None when the server refuses it or takes longer.

        No lock stays behind.
        """
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(
                    "SAVEPOINT attempt; SELECT set_config('statement_timeout', %s, true)", [str(milliseconds)]
                )
                try:
                    cursor.execute(statement)
                    return cursor.fetchone()
                except psycopg2.Error:
                    if self._connection.closed:
                        raise
                    return None
                finally:
                    if not self._connection.closed:
                        cursor.execute("ROLLBACK TO SAVEPOINT attempt")
        except (psycopg2.Error, UnicodeError) as error:
            self._fail(error)

    def copy(self, query: sql.Composable, file: IO[bytes]) -> int:
        """Write the rows of a query to `file` in PostgreSQL's text format; returns their number.

        It ends early when the file is closed. Rows are gathered to pieces outside of Python.
        """
        self._watch.given_up = lambda: file.closed
        target = _Capped(file)
        gathered = io.BufferedWriter(target, PIECE)
        try:
            with self._connection.cursor() as cursor:
                cursor.copy_expert(sql.SQL("COPY ({}) TO STDOUT").format(query), gathered, PIECE)  # pyright: ignore[reportArgumentType]
                gathered.flush()
                return cursor.rowcount
        except (psycopg2.Error, UnicodeError) as error:
            self._fail(error)
        finally:
            target.discard()  # what is still gathered after a failure
            gathered.close()
            self.close()

    def close(self) -> None:
        """End the transaction by ending the connection: nothing was written, nothing is waited for."""
        self._watch.stop()
        self._connection.close()

    def _fail(self, error: Exception) -> NoReturn:
        if self._watch.expired:
            raise TooSlow(url=str(self._address), seconds=self._seconds) from error
        raise wording.of_statement(error, self._address, self._seconds) from error


class _Watch:
    """Cuts the connection when its time is over or nobody wants its answer: the server may be mute.

    The server looks for its client now and then, so it ends what it does as well.
    """

    def __init__(self, connection: Connection, seconds: float) -> None:
        self.given_up: Callable[[], bool] = lambda: False
        self.expired = False
        self._end = time.monotonic() + seconds
        self._stopped = threading.Event()
        # A descriptor of its own: the connection's may be closed, and given to another, at any time.
        self._socket = socket.socket(fileno=os.dup(connection.fileno()))
        self._thread = threading.Thread(target=self._run, name="warehouse watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        while not self._stopped.wait(1):
            self.expired = time.monotonic() > self._end
            if self.expired or self.given_up():
                with suppress(OSError):  # the server was first
                    self._socket.shutdown(socket.SHUT_RDWR)
                return


class _Capped(io.RawIOBase):
    """Passes bytes on to a file until there are too many."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._left = MAX_BYTES
        self._discarding = False

    def discard(self) -> None:
        """Pass nothing on any more."""
        self._discarding = True

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        if self._discarding:
            return len(data)
        self._left -= len(data)
        if self._left < 0:
            raise errors.TooManyBytes(limit_gb=MAX_BYTES // 2**30)
        self._file.write(bytes(data))
        return len(data)
