"""What every reader of a file gives: the sheets that it holds, and the rows of one of them in batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ckanext.hue.harvesters.base import Batch


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may cost. Bytes of the file, bytes once decompressed, cells and sheets of a workbook,
    characters of one cell, columns of a table."""

    file_bytes: int = 2 * 1024**3
    decompressed_bytes: int = 4 * 1024**3
    workbook_cells: int = 20_000_000
    sheets: int = 200
    cell_characters: int = 10_000_000
    columns: int = 400


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to tell the table's owner, in Vietnamese; `row` is the number that a person sees."""

    message: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""


@dataclass(slots=True)
class Findings:
    """A list of findings that stops growing at `limit` and counts what it left out."""

    limit: int = 1_000
    items: list[Finding] = field(default_factory=list)
    left_out: int = 0

    def add(self, finding: Finding) -> None:
        if len(self.items) < self.limit:
            self.items.append(finding)
        else:
            self.left_out += 1


class OpenFile(Protocol):
    """A file that was opened and is within limits.

    `sheets` names the tables in it, in the file's order, without empty ones; a format that holds just one
    table names it "". `findings` grows while rows are read.
    """

    sheets: Sequence[str]
    findings: Findings

    def batches(self, sheet: str) -> Iterator[Batch]:
        """Read one table from its first row to its last. Raises TableError."""
        ...


def grouped(number: float) -> str:
    """A whole number as people in Vietnam write it: 1.234.567."""
    return f"{number:,.0f}".replace(",", ".")
