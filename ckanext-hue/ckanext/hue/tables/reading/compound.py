"""Microsoft's compound files (XLS, and encrypted XLSX): their streams, and the extents of an XLS."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ckanext.hue.tables.errors import BrokenFile, PasswordProtected

from .extent import Extent

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FREE = 0xFFFFFFFA  # sector numbers from here on are marks
_SHORT = 4096  # shorter streams lie in pieces of 64 bytes within a stream of their own
_PIECE = 64
_ROOT = "Root Entry"
_MAX_SHORT_BYTES = 64 * 1024**2
_MAX_ENTRIES = 100_000
_RECORD = struct.Struct("<HH")
_PLACE = struct.Struct("<HH")
_FILE_PASS, _BEGIN, _END = 0x2F, 0x809, 0x0A
_BOOL_OR_ERROR, _FORMULA = 0x205, 0x06
_MULTIPLE = (0xBD, 0xBE)
_CELLS = frozenset(
    (0x203, 0xFD, 0x204, 0x27E, 0xD6, 0x406, 0x206, 0x201, _BOOL_OR_ERROR, _FORMULA, *_MULTIPLE)
)
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


class Compound:
    """A compound file. `streams` are name → first sector and size."""

    def __init__(self, path: Path, filename: str) -> None:
        self._path = path
        self._filename = filename
        with path.open("rb") as file:
            header = file.read(512)
            if len(header) < 512:
                raise self._broken()
            self._size = 1 << struct.unpack_from("<H", header, 30)[0]
            if self._size not in (512, 4096):
                raise self._broken()
            self._sectors = -(-path.stat().st_size // self._size)
            self._short_table = struct.unpack_from("<I", header, 60)[0]
            self._next = self._table(file, header)
            self.streams = self._directory(struct.unpack_from("<I", header, 48)[0])

    def chunks(self, name: str) -> Iterator[bytes]:
        """A stream's content, sector by sector."""
        start, size = self.streams[name]
        for sector in self._chain(start) if size >= _SHORT else self._short_chain(start):
            yield sector[:size]
            size -= len(sector)
            if size <= 0:
                return
        raise self._broken()

    def _broken(self) -> BrokenFile:
        return BrokenFile(filename=self._filename, reason="cấu trúc tệp XLS không đúng")

    def _sector(self, file: BinaryIO, number: int) -> bytes:
        if number >= self._sectors:
            raise self._broken()
        file.seek((number + 1) * self._size)
        return file.read(self._size)

    def _table(self, file: BinaryIO, header: bytes) -> list[int]:
        """Which sector follows each, gathered from the sectors that the header and its list name."""
        numbers = list(struct.unpack_from("<109I", header, 76))
        following, seen = struct.unpack_from("<I", header, 68)[0], 0
        while following < _FREE:
            seen += 1
            if seen > self._sectors:
                raise self._broken()
            sector = self._sector(file, following)
            *more, following = struct.unpack(f"<{len(sector) // 4}I", sector[: len(sector) // 4 * 4])
            numbers += more
        table: list[int] = []
        for number in numbers:
            if number < _FREE and len(table) <= self._sectors:
                sector = self._sector(file, number)
                table += struct.unpack(f"<{len(sector) // 4}I", sector[: len(sector) // 4 * 4])
        return table

    def _chain(self, number: int) -> Iterator[bytes]:
        seen = 0
        with self._path.open("rb") as file:
            while number < _FREE:
                seen += 1
                if seen > self._sectors or number >= len(self._next):
                    raise self._broken()
                yield self._sector(file, number)
                number = self._next[number]

    def _short_chain(self, number: int) -> Iterator[bytes]:
        start, size = self.streams.get(_ROOT, (_FREE, 0))
        if size > _MAX_SHORT_BYTES:
            raise self._broken()
        content = b"".join(self._chain(start))
        table = b"".join(self._chain(self._short_table))
        following = struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4])
        seen = 0
        while number < _FREE:
            seen += 1
            if seen > len(following) or number >= len(following):
                raise self._broken()
            yield content[number * _PIECE : (number + 1) * _PIECE]
            number = following[number]

    def _directory(self, start: int) -> dict[str, tuple[int, int]]:
        streams: dict[str, tuple[int, int]] = {}
        for sector in self._chain(start):
            for place in range(0, len(sector) - 127, 128):
                length = struct.unpack_from("<H", sector, place + 64)[0]
                name = sector[place : place + max(0, min(length, 64) - 2)].decode(
                    "utf-16-le", errors="replace"
                )
                first, size = struct.unpack_from("<II", sector, place + 116)
                if name:
                    streams[name] = (first, size)
            if len(streams) > _MAX_ENTRIES:
                raise self._broken()
        return streams


def extents(file: Compound, stream: str, filename: str) -> list[Extent]:
    """The extents of an XLS's sheets, in the stream's order. Raises BrokenFile and PasswordProtected."""
    found: list[Extent] = []
    depth = 0
    for kind, body in _records(file.chunks(stream)):
        if kind == _FILE_PASS:
            raise PasswordProtected(filename=filename)
        if kind == _BEGIN:
            depth += 1
            if depth == 1:
                found.append(Extent())
        elif kind == _END:
            depth = max(0, depth - 1)
        elif kind in _CELLS and len(body) >= 6 and found:
            row, column = _PLACE.unpack_from(body)
            last = struct.unpack_from("<H", body, len(body) - 2)[0] if kind in _MULTIPLE else column
            found[-1].reach(row + 1, last + 1)
            code = _error(kind, body)
            if code is not None:
                found[-1].add_error(row + 1, column + 1, _ERRORS.get(code, "#LỖI"))
    return found[1:]  # the first part is the workbook's own


def _error(kind: int, body: bytes) -> int | None:
    if kind == _BOOL_OR_ERROR and len(body) >= 8 and body[7]:
        return body[6]
    # A formula's result is an error when it begins with 2 and ends with FFFF.
    if kind == _FORMULA and len(body) >= 14 and body[6] == 2 and body[12:14] == b"\xff\xff":
        return body[8]
    return None


def _records(chunks: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    data = b""
    place = 0
    for chunk in chunks:
        data = data[place:] + chunk
        place = 0
        while len(data) - place >= 4:
            kind, length = _RECORD.unpack_from(data, place)
            if len(data) - place - 4 < length:
                break
            yield kind, data[place + 4 : place + 4 + length]
            place += 4 + length
