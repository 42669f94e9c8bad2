"""What a load found, as the agency reads it: kept with the upload, with the rows that were set aside."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ckanext.hue.tables import versions
from ckanext.hue.tables.database import datastore_connection
from ckanext.hue.tables.errors import TableError
from ckanext.hue.tables.loading import LoadedList
from ckanext.hue.tables.reading.base import Finding, OpenFile

MAX_VALUE = 200  # characters of a value that a finding shows
MAX_FINDINGS = 2_000
ROWS_AT_ONCE = 1_000
BOM = "\ufeff"


@dataclass(slots=True)
class Draft:
    """A report while the load goes on. `sheet` is the one asked for, then the one that is read."""

    sheet: str
    sha256: str = ""
    opened: OpenFile | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    own: list[Finding] = field(default_factory=list)

    def loaded(self, loaded: LoadedList) -> None:
        """Take over what loading says; the version that it made has the rest."""
        self.own += loaded.findings
        version = versions.current(loaded.resource_id)
        self.facts = {
            "columns": len(loaded.columns),
            "written": loaded.written,
            "quarantined": loaded.quarantined,
            "version": loaded.version,
        }
        if version and loaded.written:
            self.facts |= {
                "added": version.added,
                "changed": version.changed,
                "removed": version.removed,
            }

    def failed(self, error: TableError) -> None:
        """Take over what the error knows of rows and columns."""
        self.own += error.findings

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON values: `sheet`, `sheets`, `findings`, `left_out`, what a load ended with."""
        found = list(self.opened.findings.items) if self.opened else []
        left_out = self.opened.findings.left_out if self.opened else 0
        found += [finding for finding in self.own if finding not in found]
        found.sort(key=lambda finding: (finding.row is None, finding.row or 0))
        return {
            **self.facts,
            "sheet": self.sheet,
            "sheets": list(self.opened.sheets) if self.opened else [],
            "findings": [_finding(finding, self.sheet) for finding in found[:MAX_FINDINGS]],
            "left_out": left_out + max(0, len(found) - MAX_FINDINGS),
        }


def _finding(finding: Finding, sheet: str) -> dict[str, Any]:
    value = finding.value
    return {
        "message": finding.message,
        "sheet": finding.sheet or sheet,
        "row": finding.row,
        "column": finding.column,
        "value": value if len(value) <= MAX_VALUE else value[:MAX_VALUE] + "…",
    }


@dataclass(frozen=True, slots=True)
class BadRow:
    """A value for which a row was left out; `record` is the whole row by the file's column names."""

    row: int
    column: str
    value: str
    reason: str
    record: Mapping[str, Any]


_BAD_ROWS = (
    "SELECT row_number, column_name, coalesce(value, ''), reason, record FROM hue.quarantined_row"
    " WHERE resource_id = %s AND version = %s ORDER BY row_number, column_name"
)


def bad_rows(resource_id: str, version: int, limit: int, offset: int = 0) -> list[BadRow]:
    """Rows that a version left out, in the file's order. Only the newest versions keep them."""
    # The reader that anonymous visitors use does not see these rows.
    with datastore_connection() as connection, connection.cursor() as cursor:
        cursor.execute(f"{_BAD_ROWS} LIMIT %s OFFSET %s", (resource_id, version, limit, offset))
        return [BadRow(*row) for row in cursor.fetchall()]


def bad_values(resource_id: str, version: int) -> int:
    """For how many values rows of a version were left out."""
    with datastore_connection() as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM hue.quarantined_row WHERE resource_id = %s AND version = %s",
            (resource_id, version),
        )
        return (cursor.fetchone() or (0,))[0]


def bad_rows_as_csv(resource_id: str, version: int) -> Iterator[str]:
    """The rows that a version left out as CSV for spreadsheets: where, which value, why, and the whole row.

    Cells are as the agency wrote them, also those that begin like a formula: they are data.
    """
    with datastore_connection() as connection, connection.cursor("hue_bad_rows") as cursor:
        cursor.itersize = ROWS_AT_ONCE
        cursor.execute(_BAD_ROWS, (resource_id, version))
        columns: list[str] | None = None
        for number, column, value, reason, record in cursor:
            if columns is None:
                columns = list(record)
                yield BOM + _line(["Dòng", "Cột", "Giá trị", "Lý do", *columns])
            cells = (record.get(name) for name in columns)
            yield _line([number, column, value, reason, *("" if cell is None else cell for cell in cells)])


def _line(cells: Sequence[Any]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
