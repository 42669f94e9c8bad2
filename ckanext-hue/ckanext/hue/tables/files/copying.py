"""What PostgreSQL copies out, as chunks of bytes: one thread reads rows, a few chunks wait for the other."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from .snapshot import IDLE_SECONDS, MAX_SECONDS

FIRST_CHUNK = 8 * 1024  # the first bytes leave early
CHUNK = 256 * 1024
WAITING_CHUNKS = 4
CANCEL_EVERY = 0.1  # seconds


@contextmanager
def copied(connection: Connection, statement: sql.Composable) -> Iterator[Iterator[bytes]]:
    """The bytes of `COPY … TO STDOUT`, in chunks of whole rows, while it runs.

    Leaving the block ends the statement. A reader who takes nothing for a minute, or has not finished after
    ten, ends it as well, since an open statement keeps the table from being replaced. What psycopg2 raises
    comes with the chunks.
    """
    channel = _Channel(connection)
    thread = threading.Thread(target=_copy, args=(connection, statement, channel), daemon=True)
    thread.start()
    try:
        yield iter(channel)
    finally:
        channel.close()
        while not channel.ended:
            # A cancel that comes before the statement does has no effect.
            connection.cancel()
            thread.join(CANCEL_EVERY)
        thread.join()


def _copy(connection: Connection, statement: sql.Composable, channel: _Channel) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.copy_expert(statement, channel)
    except Exception as error:
        channel.end(error)
    else:
        channel.end()


class _Channel:
    """Chunks between the thread that writes rows and the one that reads chunks."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._deadline = time.monotonic() + MAX_SECONDS
        self._rows = bytearray()
        self._size = FIRST_CHUNK
        self._chunks: deque[bytes] = deque()
        self._changed = threading.Condition()
        self._unread = False  # nobody reads any more: rows are dropped until the statement has ended
        self.ended = False
        self._error: Exception | None = None

    def write(self, row: bytes) -> None:
        """Take one row from psycopg2."""
        self._rows += row
        if len(self._rows) >= self._size:
            self._flush()
            self._size = CHUNK

    def end(self, error: Exception | None = None) -> None:
        """Nothing more comes: the statement is done, or failed with `error`."""
        with self._changed:
            if self._rows and error is None:
                self._chunks.append(bytes(self._rows))
            self._error = error
            self.ended = True
            self._changed.notify_all()

    def close(self) -> None:
        """Nothing more is read."""
        with self._changed:
            self._unread = True
            self._chunks.clear()
            self._changed.notify_all()

    def __iter__(self) -> Iterator[bytes]:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._chunks or self.ended)
                if not self._chunks:
                    break
                chunk = self._chunks.popleft()
                self._changed.notify_all()
            yield chunk
        if self._error:
            raise self._error

    def _flush(self) -> None:
        patience = max(0.0, min(IDLE_SECONDS, self._deadline - time.monotonic()))
        with self._changed:
            roomy = self._changed.wait_for(
                lambda: self._unread or len(self._chunks) < WAITING_CHUNKS, timeout=patience
            )
            if roomy and not self._unread:
                self._chunks.append(bytes(self._rows))
                self._changed.notify_all()
            self._rows.clear()
            self._unread = self._unread or not roomy
        if not roomy:
            self._connection.cancel()
