"""The moment by which an answer must be there in full, watched at every read from the connection."""

from __future__ import annotations

import io
import math
import socket
import time
from http.client import HTTPResponse
from typing import Any


class Deadline:
    """How long the request under way may still take. A client shares its own with its connections."""

    def __init__(self) -> None:
        self._end = math.inf

    def start(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def passed(self) -> bool:
        return time.monotonic() >= self._end

    def shortened(self, seconds: float | None) -> float:
        """`seconds`, or what is left if that is less. Raises TimeoutError when nothing is left."""
        if self.passed:
            raise TimeoutError("the deadline timed out")
        left = max(self._end - time.monotonic(), 0.001)
        return left if seconds is None else min(seconds, left)


class _TimedReads(io.RawIOBase):
    """Bytes of a socket. Its own time limit counts each read anew, so a slow drip would never end."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, deadline: Deadline) -> None:
        self._raw = raw
        self._socket = sock
        self._silence = sock.gettimeout()
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._socket.settimeout(self._deadline.shortened(self._silence))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class TimedResponse(HTTPResponse):
    """An answer whose status line, headers and body all have to come before the deadline."""

    deadline: Deadline

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_TimedReads(self.fp.detach(), sock, self.deadline))
