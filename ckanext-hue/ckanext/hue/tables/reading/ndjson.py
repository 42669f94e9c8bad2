"""NDJSON (JSON Lines): each line is a record, and a row's number is its line's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from ckanext.hue.harvesters.base import Batch
from ckanext.hue.tables.errors import BadJson, TooLargeToRead, TooManyColumns

from . import encodings, json_lists
from .base import Finding, Findings, Limits

_decode = json.JSONDecoder(parse_float=Decimal, parse_constant=lambda name: None).decode
_QUOTED = 200


class NdJson:
    """An opened NDJSON file. Columns that later records bring along come with their batch."""

    sheets: Sequence[str] = ("",)

    def __init__(self, path: Path, filename: str, limits: Limits, encoding: encodings.Encoding) -> None:
        self.findings = Findings()
        self._path = path
        self._filename = filename
        self._limits = limits
        self._encoding = encoding
        finding = encodings.finding_of(encoding)
        if finding:
            self.findings.add(finding)

    def batches(self, sheet: str) -> Iterator[Batch]:
        """Read the records. Raises TableError."""
        names: dict[str, None] = {}
        before = 0
        for block in encodings.blocks(self._path, self._filename, self._encoding, self._limits):
            for number, message in block.notes:
                self.findings.add(Finding(message, row=before + number))
            lines = list(encodings.lines_of(block.text))
            for first, records in self._runs(lines, before + 1):
                for record in records:
                    if len(record) > self._limits.columns:
                        raise TooManyColumns(count=len(record), limit=self._limits.columns)
                    names.update(dict.fromkeys(record))
                if len(names) > self._limits.columns:
                    raise TooManyColumns(count=len(names), limit=self._limits.columns)
                yield from self._batches(records, tuple(names), first, "\\u0000" in block.text)
            before += len(lines)

    def _runs(self, lines: list[str], first: int) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """Records without blank lines between, with the first one's line."""
        run: list[dict[str, Any]] = []
        for number, line in enumerate(lines, first):
            if line.isspace():
                if run:
                    yield number - len(run), run
                run = []
            else:
                run.append(self._record(line, number))
        if run:
            yield first + len(lines) - len(run), run

    def _record(self, line: str, number: int) -> dict[str, Any]:
        try:
            record = _decode(line)
        except (ValueError, RecursionError) as error:
            raise BadJson(
                filename=self._filename,
                reason=f"dòng {number} không phải JSON hợp lệ (tệp có thể bị cắt ở đó)",
            ) from error
        if not isinstance(record, dict):
            raise BadJson(filename=self._filename, reason=f"dòng {number} không phải một bản ghi")
        if len(line) > self._limits.cell_characters:
            for name, value in record.items():
                if isinstance(value, str) and len(value) > self._limits.cell_characters:
                    raise TooLargeToRead(
                        filename=self._filename,
                        reason=f"ô «{name[:_QUOTED]}» của dòng {number} dài hơn "
                        f"{self._limits.cell_characters} ký tự",
                    )
        return record

    def _batches(
        self, records: list[dict[str, Any]], names: tuple[str, ...], first: int, has_nul: bool
    ) -> Iterator[Batch]:
        for start in range(0, len(records), json_lists.BATCH_ROWS):
            part = records[start : start + json_lists.BATCH_ROWS]
            rows = json_lists.values_of(part, names)
            if has_nul:
                rows = json_lists.without_nul(rows, first + start, self.findings)
            yield Batch(names, rows, first + start)
