"""Lines become a list, wherever the chunks are cut between them."""

from __future__ import annotations

import json

import pytest

from ckanext.hue.tables.files.json_rows import listed


@pytest.mark.parametrize(
    "chunks",
    [
        [],
        [b"1\n"],
        [b"1\n2\n", b"3\n"],
        [b"1\n", b"2\n", b"3\n"],
        [b'{"a":"b\\n"}\n', b"[1]\n"],
        [b"1", b"2\n3", b"4\n"],
    ],
)
def test_lines_become_the_elements_of_a_list(chunks: list[bytes]) -> None:
    expected = [json.loads(line) for line in b"".join(chunks).split(b"\n") if line]
    assert json.loads(b"".join(listed(iter(chunks), b"[", b"]"))) == expected
