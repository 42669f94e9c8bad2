"""A stream of PostgreSQL's COPY text on its way into staging, without a row becoming an object.

The source writes in a thread of its own what staging reads; a few pieces wait in between. Whichever side
fails, the other one ends as well, and the failure is raised as it was.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from queue import Empty, Queue
from typing import IO, Any

from .cells import nfc
from .errors import NotUtf8

PIECES = 8  # that wait at most
_ESCAPED = re.compile(r"(\\.)")


class Flow:
    """The pieces that a source writes; `rows` is what it says it wrote, None until all of them were read."""

    def __init__(self, conduit: _Conduit, written: Future[int]) -> None:
        self._conduit = conduit
        self._written = written
        self.rows: int | None = None

    def __iter__(self) -> Iterator[bytes]:
        yield from self._conduit
        self.rows = self._written.result()  # raises what the source raised, before the end is taken for one


@contextmanager
def flowing(copy_to: Callable[[IO[bytes]], int]) -> Iterator[Flow]:
    """Run a source's `copy_to`. On leaving early its file is closed, at which it has to give up."""
    with ThreadPoolExecutor(1, "copy stream") as pool:
        conduit = _Conduit()

        def write() -> int:
            try:
                return copy_to(conduit)  # pyright: ignore[reportArgumentType]
            finally:
                conduit.finish()

        try:
            yield Flow(conduit, pool.submit(write))
        finally:
            conduit.close()


def composed_rows(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same stream in pieces of whole rows, its letters composed (NFC). Raises NotUtf8."""
    rest: list[bytes] = []
    for piece in pieces:
        end = piece.rfind(b"\n") + 1
        if not end:
            rest.append(piece)
            continue
        yield _composed(b"".join((*rest, piece[:end])))
        rest = [piece[end:]]
    if last := b"".join(rest):
        yield _composed(last)


def _composed(rows: bytes) -> bytes:
    if rows.isascii():
        return rows
    try:
        text = rows.decode()
    except UnicodeDecodeError as error:
        raise NotUtf8 from error
    if nfc(text) == text:
        return rows
    # A mark behind a line end, which stands here as "\\n", must not join the letter.
    return "".join(part if part[:1] == "\\" else nfc(part) for part in _ESCAPED.split(text)).encode()


class _Conduit(io.RawIOBase):
    """A file whose writer waits when its reader is PIECES behind, and fails when the reader is gone."""

    def __init__(self) -> None:
        self._queue: Queue[bytes] = Queue(PIECES)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        piece = bytes(data)
        if piece:
            self._put(piece)
        return len(piece)

    def finish(self) -> None:
        """Tell the reader that nothing follows."""
        if not self.closed:
            self._queue.put(b"")

    def __iter__(self) -> Iterator[bytes]:
        while piece := self._queue.get():
            yield piece

    def close(self) -> None:
        """Let the writer go: what waits is thrown away, so that it never waits for room again."""
        super().close()
        while True:
            try:
                self._queue.get_nowait()
            except Empty:
                return

    def _put(self, piece: bytes) -> None:
        if self.closed:
            raise BrokenPipeError
        self._queue.put(piece)
