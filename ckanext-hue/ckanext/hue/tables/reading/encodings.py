"""Bytes of a text file as text: its encoding found from what it contains, and lines that do not fit it told.

The sample is bounded and taken from all over the file. Text comes in blocks of whole lines.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ckanext.hue.tables.errors import BrokenFile, TooLargeToRead

from . import legacy
from .base import Finding, Limits

BLOCK = 2 * 1024**2
_WINDOW = 32 * 1024
_WINDOWS = 24
_BYTES_A_CHARACTER = 4
_UTF_16_NULS = 0.25  # of the bytes of one parity are NUL in UTF-16 text; far fewer in any other


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file's bytes become text. `name` is for people; `unit` is the bytes of a line's end."""

    name: str
    decode: Callable[[bytes], str]
    codec: str = ""
    unit: int = 1

    @property
    def is_utf_8(self) -> bool:
        return self.codec == "utf-8"


UTF_8 = Encoding("UTF-8", lambda data: data.decode("utf-8"), "utf-8")
UTF_16_LE = Encoding("UTF-16 LE", lambda data: data.decode("utf-16-le"), "utf-16-le", 2)
UTF_16_BE = Encoding("UTF-16 BE", lambda data: data.decode("utf-16-be"), "utf-16-be", 2)


def of_file(path: Path) -> Encoding:
    """Find the encoding of a text file from samples of it."""
    samples = _samples(path)
    encoding = _unicode(samples)
    if encoding is None:
        found = legacy.of_bytes(b"\n".join(samples))
        return Encoding(found.name, found.decode)
    text = "\n".join(sample.decode(encoding.codec, errors="ignore") for sample in samples)
    hidden = legacy.of_text(text)
    if hidden is None:
        return encoding
    return Encoding(
        f"{hidden.name} trong {encoding.name}",
        lambda data: legacy.repaired(encoding.decode(data), hidden),
        unit=encoding.unit,
        codec="" if encoding.unit == 1 else encoding.codec,
    )


def start_of(head: bytes, encoding: Encoding) -> str:
    """A file's first characters; beyond ASCII they may be wrong, since the bytes may end within one."""
    head = head.removeprefix(codecs.BOM_UTF8)
    return head.decode(encoding.codec or "latin-1", errors="ignore").removeprefix("\ufeff")


def finding_of(encoding: Encoding) -> Finding | None:
    """What to tell of an encoding other than UTF-8."""
    if encoding.is_utf_8:
        return None
    if encoding.name in (legacy.WESTERN.name, legacy.LATIN_1.name):
        return Finding(
            f"Không nhận ra bảng mã tiếng Việt nào trong tệp; tệp được đọc theo {encoding.name}. "
            "Hãy kiểm tra lại dấu tiếng Việt, hoặc lưu tệp với bảng mã UTF-8."
        )
    return Finding(f"Tệp dùng bảng mã {encoding.name}; nội dung đã được chuyển sang Unicode.")


def _samples(path: Path) -> list[bytes]:
    """Pieces from the start to the end of the file, each of whole lines where it has any."""
    size = path.stat().st_size
    if size <= _WINDOW * _WINDOWS:
        return [path.read_bytes()]
    step = -(-(size - _WINDOW) // (_WINDOWS - 1))
    samples = []
    with path.open("rb") as file:
        for number in range(_WINDOWS):
            start = min(number * step, size - _WINDOW) // 2 * 2
            file.seek(start)
            samples.append(_whole_lines(file.read(_WINDOW + 1), first=start == 0))
    return samples


def _whole_lines(sample: bytes, *, first: bool) -> bytes:
    if b"\0" in sample[:_WINDOW]:
        return sample  # UTF-16, or no text at all: a cut between bytes would shift the rest
    start = 0 if first else sample.find(b"\n") + 1
    end = sample.rfind(b"\n") + 1
    if end > start:
        return sample[start:end]
    while not first and sample[:1] and 0x80 <= sample[0] < 0xC0:
        sample = sample[1:]
    return sample[: len(sample) - _unfinished(sample)]


def _unfinished(data: bytes) -> int:
    """How many bytes at the end begin a UTF-8 character without ending it."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and error.end == len(data):
            return len(data) - error.start
    return 0


def _unicode(samples: list[bytes]) -> Encoding | None:
    first = samples[0]
    if first.startswith(codecs.BOM_UTF8):
        return UTF_8
    if first.startswith(codecs.BOM_UTF16_LE):
        return UTF_16_LE
    if first.startswith(codecs.BOM_UTF16_BE):
        return UTF_16_BE
    even, odd = first[::2], first[1::2]
    high, low = even.count(0) / max(len(even), 1), odd.count(0) / max(len(odd), 1)
    if low > _UTF_16_NULS and high < low / 10:
        return UTF_16_LE
    if high > _UTF_16_NULS and low < high / 10:
        return UTF_16_BE
    right = wrong = 0
    for line in b"\n".join(samples).splitlines():
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            wrong += 1
        else:
            right += 1
    return UTF_8 if right >= wrong else None


@dataclass(slots=True)
class Block:
    """Whole lines of a file. `notes` tells of some of them: number in the block, from 1, and sentence."""

    text: str
    notes: list[tuple[int, str]] = field(default_factory=list)


def lines_of(text: str) -> Iterator[str]:
    """The lines of a text with their ends, as csv counts them: after \\n, \\r\\n or \\r alone."""
    return io.StringIO(text, newline="")


def blocks(path: Path, filename: str, encoding: Encoding, limits: Limits) -> Iterator[Block]:
    """The file's text. A line that the encoding does not fit is read by one that does, and noted.

    Raises BrokenFile and TooLargeToRead.
    """
    first = True
    for data, last in _pieces(path, filename, encoding, limits):
        if last:
            _refuse_cut_character(data, filename, encoding)
        try:
            block = Block(encoding.decode(data))
        except UnicodeDecodeError:
            block = _line_by_line(data, encoding, filename)
        if first:
            block.text = block.text.removeprefix("\ufeff")
            first = False
        if "\0" in block.text:
            block.notes += [
                (number, "Ký tự NUL trong dòng này đã được bỏ.")
                for number, line in enumerate(lines_of(block.text), 1)
                if "\0" in line
            ]
            block.text = block.text.replace("\0", "")
        yield block


def _pieces(path: Path, filename: str, encoding: Encoding, limits: Limits) -> Iterator[tuple[bytes, bool]]:
    """The file's bytes in pieces that end with a line, and whether a piece is the last one."""
    longest = limits.cell_characters * _BYTES_A_CHARACTER + BLOCK
    rest = b""
    with path.open("rb") as file:
        while data := file.read(BLOCK):
            data = rest + data
            end = _end_of_lines(data, encoding)
            if end:
                yield data[:end], False
            rest = data[end:]
            if len(rest) > longest:
                raise TooLargeToRead(
                    filename=filename,
                    reason=f"có một dòng dài hơn {longest} byte (có thể do dấu nháy kép mở mà không đóng)",
                )
    if rest:
        yield rest, True


def _end_of_lines(data: bytes, encoding: Encoding) -> int:
    if encoding.unit == 1:
        # A \r at the very end may belong to a \n that was not read yet.
        return max(data.rfind(b"\n"), data.rfind(b"\r", 0, len(data) - 1)) + 1
    newline = "\n".encode(encoding.codec)
    end = data.rfind(newline)
    while end > 0 and end % 2:  # two halves of neighbours
        end = data.rfind(newline, 0, end + 1)
    return end + 2 if end >= 0 and end % 2 == 0 else 0


def _refuse_cut_character(data: bytes, filename: str, encoding: Encoding) -> None:
    """A file that ends within a character was cut off."""
    cut = encoding.is_utf_8 and _unfinished(data) and not _is_legacy_line(data)
    if cut or (encoding.unit == 2 and len(data) % 2):
        raise BrokenFile(filename=filename, reason="tệp kết thúc giữa một ký tự")


def _is_legacy_line(data: bytes) -> bool:
    """Whether the last line is wrong in more places than its end."""
    line = data.splitlines()[-1]
    try:
        line[: len(line) - _unfinished(line)].decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False


def _line_by_line(data: bytes, encoding: Encoding, filename: str) -> Block:
    if encoding.unit == 2:
        raise BrokenFile(filename=filename, reason=f"có ký tự không đúng bảng mã {encoding.name}")
    block = Block("")
    texts = []
    for number, line in enumerate(data.splitlines(keepends=True), 1):
        try:
            texts.append(encoding.decode(line))
        except UnicodeDecodeError:
            other = legacy.of_bytes(line)
            texts.append(other.decode(line))
            block.notes.append(
                (
                    number,
                    f"Dòng này không đúng bảng mã {encoding.name} của tệp; đã được đọc theo {other.name}. "
                    "Hãy kiểm tra lại dấu tiếng Việt của dòng.",
                )
            )
    block.text = "".join(texts)
    return block


class Utf8Stream:
    """A text file's bytes as UTF-8 without a BOM, for parsers that read nothing else."""

    def __init__(self, path: Path, encoding: Encoding) -> None:
        self._file = path.open("rb")
        self._encoding = encoding
        self._rest = b""
        self._ready = b""
        if self._file.read(3) != codecs.BOM_UTF8:
            self._file.seek(0)

    def read(self, size: int = -1) -> bytes:
        if self._encoding.is_utf_8:
            return self._file.read(size)
        while not self._ready:
            data = self._file.read(_WINDOW)
            if not data:
                self._ready, self._rest = self._utf_8(self._rest), b""
                break
            data = self._rest + data
            end = self._safe_end(data)
            self._ready, self._rest = self._utf_8(data[:end]), data[end:]
        given, self._ready = self._ready[:size], self._ready[size:]
        return given

    def _utf_8(self, data: bytes) -> bytes:
        return self._encoding.decode(data).removeprefix("\ufeff").encode()

    def _safe_end(self, data: bytes) -> int:
        """Where the bytes can be cut without parting a letter from its marks."""
        if self._encoding.unit == 2:
            end = len(data) // 2 * 2
            high = data[end - 1] if self._encoding.codec == "utf-16-le" else data[end - 2]
            return end - 2 if 0xD8 <= high < 0xDC else end
        return max(data.rfind(mark) for mark in (b"\n", b" ", b",", b'"')) + 1

    def __enter__(self) -> Utf8Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
