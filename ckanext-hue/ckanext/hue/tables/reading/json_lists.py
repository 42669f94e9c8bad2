"""JSON in the platform's envelopes: each list of records is a table, `hienthi` its data dictionary.

The file is read twice: once for what it holds, since the dictionary and the count may follow the rows, and
once more for each table's rows. Neither keeps more than a batch. Numbers stay exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import ijson

from ckanext.hue.harvesters import envelope
from ckanext.hue.harvesters.base import Batch
from ckanext.hue.tables.errors import BrokenFile, IncompleteFile, NoTableInFile, TooLargeToRead

from . import encodings, json_survey
from .base import Finding, Findings, Limits

BATCH_ROWS = 5_000
_BATCH_CHARACTERS = 4 * 1024**2
_STEP = 100


class JsonLists:
    """An opened JSON file. Rows are numbered from 1 in their list; `sttbanghi` is dropped, as in harvests."""

    def __init__(
        self,
        path: Path,
        filename: str,
        limits: Limits,
        encoding: encodings.Encoding,
        found: json_survey.Survey,
    ) -> None:
        self.findings = Findings()
        self._path = path
        self._filename = filename
        self._encoding = encoding
        self._survey = found
        answer = json_survey.answer_of(found, filename)
        self._columns = answer.columns
        self._prefixes = {
            name: "item" if json_survey.BARE_LIST in found.lists else f"{name}.item" for name in answer.lists
        }
        counts = {name: self._list(name).records for name in answer.lists}
        self._check_total(answer.total, counts)
        if len(counts) > limits.sheets:
            raise TooLargeToRead(filename=filename, reason=f"có hơn {limits.sheets} danh sách")
        filled = [name for name, count in counts.items() if count or answer.columns]
        if not filled:
            raise NoTableInFile(filename=filename, reason="không có danh sách bản ghi nào")
        self.sheets: Sequence[str] = [""] if len(filled) == 1 else filled
        self._named = {"": filled[0]} | {name: name for name in filled}
        finding = encodings.finding_of(encoding)
        if finding:
            self.findings.add(finding)

    def batches(self, sheet: str) -> Iterator[Batch]:
        """Read one list. Raises TableError."""
        name = self._named[sheet]
        found = self._list(name)
        names = tuple(key for key in found.names if key != envelope.ROW_NUMBER)
        if not found.records:
            yield Batch(tuple(column.name for column in self._columns), (), 1, columns=self._columns)
            return
        number = 1
        with json_survey.parsing(self._filename), encodings.Utf8Stream(self._path, self._encoding) as file:
            for records in in_batches(ijson.items(file, self._prefixes[name])):
                rows = values_of(records, names)
                if found.has_nul:
                    rows = without_nul(rows, number, self.findings, sheet)
                yield Batch(names, rows, number, columns=self._columns)
                number += len(rows)
        if number - 1 != found.records:
            raise BrokenFile(filename=self._filename, reason="hai danh sách trùng đường dẫn khóa")

    def _list(self, name: str) -> json_survey.List:
        lists = self._survey.lists
        return lists[json_survey.BARE_LIST if json_survey.BARE_LIST in lists else name]

    def _check_total(self, expected: int | None, counts: Mapping[str, int]) -> None:
        """A declared count holds for all lists together or for one of them, as in harvesting."""
        received = sum(counts.values())
        if expected is not None and expected != received and expected not in counts.values():
            raise IncompleteFile(filename=self._filename, expected=expected, received=received)


def in_batches(records: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Records in batches that are bounded in number and in size."""
    records = iter(records)
    batch: list[dict[str, Any]] = []
    size = 0
    while step := list(islice(records, _STEP)):
        batch += step
        size += sum(len(value) for record in step for value in record.values() if isinstance(value, str))
        if len(batch) >= BATCH_ROWS or size > _BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def values_of(records: Sequence[Mapping[str, Any]], names: tuple[str, ...]) -> list[list[Any]]:
    """Each record's values in the order of the names; a name that it lacks is None."""
    return [
        list(record.values()) if tuple(record) == names else list(map(record.get, names))
        for record in records
    ]


def without_nul(
    rows: Sequence[Sequence[Any]], first: int, findings: Findings, sheet: str = ""
) -> list[list[Any]]:
    """Rows whose texts have no NUL characters, each such row told."""
    cleaned = []
    for number, row in enumerate(rows, first):
        values = [_without_nul(value) for value in row]
        if values != list(row):
            findings.add(Finding("Ký tự NUL trong dòng này đã được bỏ.", sheet, number))
        cleaned.append(values)
    return cleaned


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, list):
        return [_without_nul(item) for item in value]
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(item) for key, item in value.items()}
    return value
