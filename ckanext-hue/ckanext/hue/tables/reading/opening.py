"""The way into a file: its format found from its content first and its name second, or a refusal in words."""

from __future__ import annotations

import re
from pathlib import Path

from ckanext.hue.tables.errors import (
    BadJson,
    BrokenFile,
    EmptyFile,
    NotATable,
    PasswordProtected,
    TooLargeToRead,
    WebPageInstead,
)
from ckanext.hue.tables.memory import spare_the_collector

from . import compound, encodings, geojson, json_survey, spreadsheet
from .base import Limits, OpenFile, grouped
from .delimited import Delimited
from .json_lists import JsonLists
from .ndjson import NdJson
from .parquet import Parquet

_LIMITS = Limits()
_HEAD = 64 * 1024
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OTHERS = (
    (b"%PDF", "tệp PDF"),
    (b"\x89PNG", "tệp ảnh PNG"),
    (b"\xff\xd8\xff", "tệp ảnh JPEG"),
    (b"GIF8", "tệp ảnh GIF"),
    (b"\x1f\x8b", "tệp nén GZIP"),
    (b"7z\xbc\xaf\x27\x1c", "tệp nén 7z"),
    (b"Rar!", "tệp nén RAR"),
    (b"BZh", "tệp nén BZIP2"),
    (b"\xfd7zXZ", "tệp nén XZ"),
    (b"SQLite format 3", "cơ sở dữ liệu SQLite"),
    (b"{\\rtf", "văn bản RTF"),
    (b"\x7fELF", "chương trình"),
)
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|title|meta|script|table|div)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML = re.compile(r"\s*<(?:\?xml|[A-Za-z_][\w.-]*:?[\w.-]*\s+xmlns)")
_RECORD_LINES = (".ndjson", ".jsonl", ".ldjson")
_JSON_NAMES = (".json", ".geojson")
_BINARY = re.compile("[\x00-\x08\x0e-\x1f]")
_MAX_BINARY_SHARE = 0.05  # of the characters
_FEW_BINARY = 20  # that a text file may have, however short


def open_file(path: Path, filename: str, limits: Limits = _LIMITS) -> OpenFile:
    """Open a table file of any format that is read here. `filename` is the name that people know it by.

    Raises TableError with a sentence that says what is wrong and what to do.
    """
    spare_the_collector()
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise TooLargeToRead(
            filename=filename,
            reason=f"dung lượng {grouped(size / 1024**2)} MB, hơn {grouped(limits.file_bytes / 1024**2)} MB",
        )
    with path.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(max(0, size - 4))
        tail = file.read(4)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
        raise EmptyFile(filename=filename)
    if head.startswith(_ZIP):
        return spreadsheet.of_zip(path, filename, limits)
    if head.startswith(compound.MAGIC):
        return spreadsheet.of_compound(path, filename, limits)
    if head.startswith((b"PAR1", b"PARE")):
        if head.startswith(b"PARE") or tail == b"PARE":
            raise PasswordProtected(filename=filename)
        if tail != b"PAR1":
            raise BrokenFile(filename=filename, reason="tệp Parquet bị cắt ở cuối")
        return Parquet(path, filename, limits)
    for magic, what in _OTHERS:
        if head.startswith(magic):
            raise NotATable(filename=filename, what=what)
    return _open_text(path, filename, limits, head)


def _open_text(path: Path, filename: str, limits: Limits, head: bytes) -> OpenFile:
    encoding = encodings.of_file(path)
    start = encodings.start_of(head, encoding)
    if len(_BINARY.findall(start)) > max(_FEW_BINARY, len(start) * _MAX_BINARY_SHARE):
        raise NotATable(filename=filename, what="tệp nhị phân không rõ định dạng")
    if _HTML.match(start):
        raise WebPageInstead(filename=filename)
    if _XML.match(start):
        raise NotATable(filename=filename, what="tệp XML")
    name = filename.lower()
    first = start.lstrip()[:1]
    if name.endswith(_RECORD_LINES) or (first == "{" and _is_record_lines(start)):
        return NdJson(path, filename, limits, encoding)
    if first in ("{", "[") and (name.endswith(_JSON_NAMES) or _looks_like_json(start)):
        return _open_json(path, filename, limits, encoding)
    if name.endswith(_JSON_NAMES):
        raise BadJson(filename=filename, reason="nội dung không phải JSON")
    return Delimited(path, filename, limits)


def _open_json(path: Path, filename: str, limits: Limits, encoding: encodings.Encoding) -> OpenFile:
    found = json_survey.survey(path, filename, encoding, limits)
    if geojson.is_collection(found):
        return geojson.GeoJson(path, filename, limits, encoding, found)
    return JsonLists(path, filename, limits, encoding, found)


def _looks_like_json(start: str) -> bool:
    """Whether text that begins with a bracket goes on as JSON does: a cell of CSV may begin with one too."""
    return re.match(r'\s*(?:\{\s*(?:"|\})|\[\s*(?:[\[{"\d\]-]|true|false|null))', start) is not None


def _is_record_lines(start: str) -> bool:
    """Whether each of the first two filled lines is an object of its own."""
    lines = [line for line in start.splitlines() if line.strip()][:2]
    return len(lines) == 2 and lines[0].rstrip().endswith("}") and lines[1].lstrip().startswith("{")
