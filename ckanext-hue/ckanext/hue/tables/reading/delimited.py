"""CSV, TSV and their kin: separator found from the content, quoted line ends, one record a row."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from ckanext.hue.harvesters.base import Batch
from ckanext.hue.tables.errors import BrokenFile, NoTableInFile, TooLargeToRead

from . import body, encodings, header
from .base import Finding, Findings, Limits

_SEPARATORS = ("\t", ";", "|", ",")
_SAMPLE_CHARACTERS = 256 * 1024
_HINT = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
_LINE_END = re.compile(r"\r\n|\r|\n")
# A line after the last one: it is a record of its own unless a quote was left open. NUL occurs in no other.
_END = "\0"


class Delimited:
    """An opened CSV file. A record is a row, however many lines it has, as in a spreadsheet."""

    sheets: Sequence[str] = ("",)

    def __init__(self, path: Path, filename: str, limits: Limits) -> None:
        self.findings = Findings()
        self._path = path
        self._filename = filename
        self._limits = limits
        self._encoding = encodings.of_file(path)
        finding = encodings.finding_of(self._encoding)
        if finding:
            self.findings.add(finding)
        sample = next(self._blocks(), encodings.Block("")).text[:_SAMPLE_CHARACTERS]
        self._has_hint = bool(_HINT.fullmatch(sample.partition("\n")[0]))
        csv.field_size_limit(max(limits.cell_characters, _SAMPLE_CHARACTERS))
        self._separator = separator_of(sample)

    def batches(self, sheet: str) -> Iterator[Batch]:
        """Read the table. Raises TableError."""
        chunks = self._chunks()
        first, rows = next(chunks, (1, []))
        found = header.find(rows[: header.SAMPLE_ROWS])
        if found is None:
            raise NoTableInFile(filename=self._filename, reason="không có dòng nào có dữ liệu")
        body.tell_header(found, first, self.findings)
        table = body.Body(found.labels, self._filename, self.findings, self._limits, blank_is_null=True)
        start = first + found.bottom + 1
        del rows[: found.bottom + 1]
        yield from table.batches(_with_first((start, rows), chunks), start)

    def _blocks(self) -> Iterator[encodings.Block]:
        return encodings.blocks(self._path, self._filename, self._encoding, self._limits)

    def _chunks(self) -> Iterator[body.Chunk]:
        """Records by the thousand, and what is to tell of their lines."""
        csv.field_size_limit(self._limits.cell_characters)  # of the whole process
        feed = _Feed(self._blocks())
        reader = feed.reader = csv.reader(feed.lines(), delimiter=self._separator)
        number = 1
        if self._has_hint:
            next(reader)
            number += 1
        rows: list[list[str]] = []
        lines_before = reader.line_num
        try:
            for row in reader:
                rows.append(row)
                # A chunk ends with a block too, so that long rows fill no memory.
                began_block, feed.is_fresh = feed.is_fresh, False
                if len(rows) == body.BATCH_ROWS or (began_block and len(rows) > 1):
                    if row == [_END]:
                        break
                    self._tell_lines(feed, rows, number, lines_before, reader.line_num)
                    first, chunk = number, rows
                    number, rows, lines_before = number + len(rows), [], reader.line_num
                    yield first, chunk
        except csv.Error as error:
            raise TooLargeToRead(
                filename=self._filename,
                reason=f"dòng {number + len(rows)} có một ô dài hơn {self._limits.cell_characters} ký tự"
                " (có thể do dấu nháy kép mở mà không đóng)",
            ) from error
        if not rows or rows.pop() != [_END]:
            raise BrokenFile(
                filename=self._filename,
                reason=f"dấu nháy kép mở ở dòng {number + len(rows)} không được đóng cho tới cuối tệp",
            )
        self._tell_lines(feed, rows, number, lines_before, reader.line_num)
        yield number, rows

    def _tell_lines(self, feed: _Feed, rows: list[list[str]], number: int, line: int, last: int) -> None:
        """Find the rows of the lines that notes speak of; `line` counts those before the first row."""
        due = [note for note in feed.notes if note[0] <= last]
        if not due:
            return
        feed.notes = feed.notes[len(due) :]
        notes = iter(due)
        noted, message = next(notes)
        for place, row in enumerate(rows, number):
            line += 1 + sum(len(_LINE_END.findall(cell)) for cell in row)
            while noted <= line:
                self.findings.add(Finding(message, row=place))
                noted, message = next(notes, (last + 1, ""))


class _Feed:
    """Lines for a csv reader; `is_fresh` tells that a new block was begun, `notes` go by line of the file."""

    reader: Any

    def __init__(self, blocks: Iterator[encodings.Block]) -> None:
        self._blocks = blocks
        self.notes: list[tuple[int, str]] = []
        self.is_fresh = False

    def lines(self) -> Iterator[str]:
        for block in self._blocks:
            self.is_fresh = True
            before = self.reader.line_num
            self.notes += [(before + line, message) for line, message in block.notes]
            yield from encodings.lines_of(block.text)
        yield _END


def separator_of(sample: str) -> str:
    """The separator that parts the sample's rows most evenly; Excel's own hint (sep=;) goes first."""
    hint = _HINT.fullmatch(sample.partition("\n")[0])
    if hint:
        return hint[1]
    best, most = ",", 0.0
    for separator in _SEPARATORS:
        lines = io.StringIO(sample, newline="")
        rows = islice(csv.reader(lines, delimiter=separator), header.SAMPLE_ROWS)
        even = _evenness([len(row) for row in rows if any(row)])
        if even > most:
            best, most = separator, even
    return best


def _evenness(widths: list[int]) -> float:
    """The share of rows that are as wide as most with two cells are; 0 unless most below the titles are."""
    wide = Counter(width for width in widths if width > 1)
    if not wide:
        return 0
    usual, count = max(wide.items(), key=lambda entry: (entry[1], entry[0]))
    return count / len(widths) if count > (len(widths) - widths.index(usual)) / 2 else 0


def _with_first(first: body.Chunk, rest: Iterator[body.Chunk]) -> Iterator[body.Chunk]:
    yield first
    yield from rest
