"""Bodies as bytes: compact JSON, and gzip that favours speed."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

LEVEL = 1
CHUNK = 64 * 1024
GZIP_FORMAT = 31


def encoded(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def compressed(content: bytes) -> bytes:
    return gzip.compress(content, LEVEL, mtime=0)


def chunks(lines: Iterable[str]) -> Iterator[bytes]:
    """Lines as UTF-8 in pieces of about 64 KiB."""
    waiting: list[str] = []
    size = 0
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size >= CHUNK:
            yield "".join(waiting).encode()
            waiting, size = [], 0
    if waiting:
        yield "".join(waiting).encode()


def compressed_stream(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Pieces as one gzip stream."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP_FORMAT)
    for piece in pieces:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()
