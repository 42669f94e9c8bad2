"""Files that may be workbooks: an archive or a compound file is checked, then opened as what it holds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers.expat import ExpatError

from ckanext.hue.tables.errors import BrokenFile, NotATable, PasswordProtected, TooLargeToRead

from . import compound, extent
from .archive import Archive
from .base import Limits, grouped
from .workbook import Workbook

_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_BOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_MANIFEST, _CONTENT = "META-INF/manifest.xml", "content.xml"
_PART_BYTES = 16 * 1024**2  # of a workbook's own description
_OTHER_PARTS = (
    ("word/document.xml", "văn bản Word"),
    ("ppt/presentation.xml", "bài trình chiếu PowerPoint"),
    ("xl/workbook.bin", "bảng tính XLSB"),
)
_OTHER_STREAMS = (("WordDocument", "văn bản Word"), ("PowerPoint Document", "bài trình chiếu PowerPoint"))


def of_zip(path: Path, filename: str, limits: Limits) -> Workbook:
    """Open an XLSX or ODS. Raises TableError."""
    archive = Archive(path, filename, limits)
    for part, what in _OTHER_PARTS:
        if part in archive.names:
            raise NotATable(filename=filename, what=what)
    try:
        if _BOOK in archive.names:
            extents = _xlsx(archive, filename, limits)
        elif "mimetype" in archive.names and archive.read("mimetype", _PART_BYTES).startswith(_ODS):
            extents = _ods(archive, filename)
            _check_cells(extents, filename, limits)
        else:
            raise NotATable(filename=filename, what="tệp nén ZIP hoặc một định dạng đóng gói khác")
    except (ExpatError, ElementTree.ParseError, ValueError) as error:
        raise BrokenFile(filename=filename, reason="nội dung XML của bảng tính bị hỏng") from error
    return Workbook(path, filename, limits, extents)


def of_compound(path: Path, filename: str, limits: Limits) -> Workbook:
    """Open an XLS. Raises TableError."""
    file = compound.Compound(path, filename)
    if "EncryptedPackage" in file.streams:
        raise PasswordProtected(filename=filename)
    for stream, what in _OTHER_STREAMS:
        if stream in file.streams:
            raise NotATable(filename=filename, what=what)
    stream = next((name for name in ("Workbook", "Book", "WORKBOOK", "BOOK") if name in file.streams), None)
    if stream is None:
        raise NotATable(filename=filename, what="tệp nhị phân không rõ định dạng")
    found = compound.extents(file, stream, filename)
    _check_cells(found, filename, limits)
    return Workbook(path, filename, limits, found)


def _xlsx(archive: Archive, filename: str, limits: Limits) -> list[extent.Extent]:
    """The extents of the sheets, in the book's order."""
    targets: dict[str, str] = {}
    worksheets: set[str] = set()
    for item in ElementTree.fromstring(archive.read(_RELATIONS, _PART_BYTES)):  # noqa: S314
        part = _part(item.attrib.get("Target", ""))
        targets[item.attrib.get("Id", "")] = part
        if item.attrib.get("Type", "").endswith("sheet"):
            worksheets.add(part)
    order: list[str] = []
    for item in ElementTree.fromstring(archive.read(_BOOK, _PART_BYTES)).iter():  # noqa: S314
        if item.tag.rpartition("}")[2] == "sheet":
            relation = next((value for key, value in item.attrib.items() if key.endswith("}id")), "")
            order.append(targets.get(relation, ""))
    missing = (worksheets | set(order)) - archive.names
    if missing:
        raise BrokenFile(filename=filename, reason="thiếu nội dung của một trang tính")
    # Each is measured, also one that no entry of the book names.
    extents = {part: _worksheet(archive, part, limits) for part in worksheets | set(order)}
    archive.verify(skip=frozenset(extents))
    _check_cells(extents.values(), filename, limits)
    return [extents[part] for part in order]


def _part(target: str) -> str:
    """A relation's target as the name of a member."""
    return target.lstrip("/") if target.startswith(("/", "xl/")) else f"xl/{target}"


def _worksheet(archive: Archive, part: str, limits: Limits) -> extent.Extent:
    found = extent.of_xlsx(archive.chunks(part))
    if found is None or found.cells > limits.workbook_cells:
        return extent.of_xlsx_exactly(archive.chunks(part))
    return found


def _ods(archive: Archive, filename: str) -> list[extent.Extent]:
    if _MANIFEST in archive.names and b"encryption-data" in archive.read(_MANIFEST, _PART_BYTES):
        raise PasswordProtected(filename=filename)
    if _CONTENT not in archive.names:
        raise BrokenFile(filename=filename, reason="thiếu nội dung bảng tính")
    archive.verify(skip=frozenset({_CONTENT}))
    return extent.of_ods(archive.chunks(_CONTENT))


def _check_cells(extents: Iterable[extent.Extent], filename: str, limits: Limits) -> None:
    cells = sum(found.cells for found in extents)
    if cells > limits.workbook_cells:
        raise TooLargeToRead(
            filename=filename,
            reason=f"vùng dữ liệu có {grouped(cells)} ô, hơn {grouped(limits.workbook_cells)} ô",
        )
