from __future__ import annotations

import io
from typing import Any

import pytest

from stack import redis_server


@pytest.mark.parametrize(
    ("wire", "value"),
    [
        (b"+OK\r\n", "OK"),
        (b":12\r\n", 12),
        (b"$-1\r\n", None),
        (b"$5\r\nHu\xe1\xba\xbf\r\n", "Huế"),
        (b"*2\r\n$1\r\na\r\n:3\r\n", ["a", 3]),
    ],
)
def test_answers_are_read(wire: bytes, value: Any) -> None:
    assert redis_server.read_answer(io.BytesIO(wire)) == value


@pytest.mark.parametrize("wire", [b"", b"-WRONGPASS invalid password\r\n"])
def test_a_refusal_or_silence_is_an_error(wire: bytes) -> None:
    with pytest.raises(OSError, match="Redis"):
        redis_server.read_answer(io.BytesIO(wire))
