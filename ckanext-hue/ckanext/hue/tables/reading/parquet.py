"""Parquet: typed columns, read a batch at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ckanext.hue.harvesters.base import Batch
from ckanext.hue.tables.errors import BrokenFile, NoTableInFile, TooLargeToRead, TooManyColumns

from . import header, json_lists
from .base import Findings, Limits

_BATCH_ROWS = 10_000
_BATCH_BYTES = 4 * 1024**2  # of one column's text
_BYTES_A_CHARACTER = 4
_BUFFER = 1024**2
_GIGABYTE = 1024**3


class Parquet:
    """An opened Parquet file. Rows are numbered from 1."""

    sheets: Sequence[str] = ("",)

    def __init__(self, path: Path, filename: str, limits: Limits) -> None:
        self.findings = Findings()
        self._path = path
        self._filename = filename
        self._limits = limits
        with self._reading(), self._open() as file:
            metadata = file.metadata
            self._names = tuple(file.schema_arrow.names)
            self._texts = [field.name for field in file.schema_arrow if _is_text(field.type)]
            size = sum(metadata.row_group(n).total_byte_size for n in range(metadata.num_row_groups))
        if not self._names:
            raise NoTableInFile(filename=filename, reason="không có cột nào")
        if len(self._names) > limits.columns:
            raise TooManyColumns(count=len(self._names), limit=limits.columns)
        if size > limits.decompressed_bytes:
            raise TooLargeToRead(
                filename=filename,
                reason=f"dữ liệu sau giải nén hơn {limits.decompressed_bytes / _GIGABYTE:.1f} GB",
            )
        self._names = _unique(self._names)

    def batches(self, sheet: str) -> Iterator[Batch]:
        """Read the rows. Raises TableError."""
        number = 1
        with self._reading(), self._open(self._texts) as file:
            for whole in file.iter_batches(batch_size=_BATCH_ROWS, use_threads=False):
                # A text that a thousand rows share is small in the file and huge in a batch.
                longest = max((self._longest(column) for column in whole.columns), default=0)
                step = max(1, min(_BATCH_ROWS, _BATCH_BYTES // max(longest, 1)))
                for start in range(0, whole.num_rows, step):
                    part = whole.slice(start, step)
                    rows: list[Any] = list(zip(*map(_values, part.columns), strict=True))
                    if any(map(_has_nul, part.columns)):
                        rows = json_lists.without_nul(rows, number, self.findings)
                    yield Batch(self._names, rows, number)
                    number += len(rows)
        if number == 1:
            yield Batch(self._names, (), 1)

    def _open(self, dictionaries: Sequence[str] = ()) -> pq.ParquetFile:
        return pq.ParquetFile(
            self._path, buffer_size=_BUFFER, pre_buffer=False, read_dictionary=list(dictionaries)
        )

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
            raise BrokenFile(filename=self._filename, reason="nội dung Parquet không đọc được") from error

    def _longest(self, column: pa.Array) -> int:
        """The bytes of the longest text of a column. Raises TooLargeToRead."""
        values = column.dictionary if pa.types.is_dictionary(column.type) else column
        if not (_is_text(values.type) or _is_bytes(values.type)):
            return 0
        longest = pc.call_function("max", [pc.call_function("binary_length", [values])]).as_py() or 0
        if longest > self._limits.cell_characters * _BYTES_A_CHARACTER:
            raise TooLargeToRead(
                filename=self._filename, reason=f"có một ô dài hơn {self._limits.cell_characters} ký tự"
            )
        return longest


def _values(column: pa.Array) -> list[Any]:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _values(column.dictionary_decode())
    if (pa.types.is_timestamp(kind) or pa.types.is_duration(kind)) and kind.unit == "ns":
        # What lies below a microsecond no type of ours holds.
        wider = pa.duration("us") if pa.types.is_duration(kind) else pa.timestamp("us", kind.tz)
        column = column.cast(wider, safe=False)
    elif pa.types.is_time64(kind) and kind.unit == "ns":
        column = column.cast(pa.time64("us"), safe=False)
    values = column.to_pylist()
    return values if _is_plain(kind) else [_plain(value) for value in values]


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def _is_bytes(kind: pa.DataType) -> bool:
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind)


def _is_plain(kind: pa.DataType) -> bool:
    return (
        _is_text(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_decimal(kind)
        or pa.types.is_boolean(kind)
        or pa.types.is_date(kind)
        or pa.types.is_time(kind)
        or pa.types.is_timestamp(kind)
    )


def _plain(value: Any) -> Any:
    """A value of the kinds that a batch may hold: bytes and durations as text, no number as None."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def duration_text(value: timedelta) -> str:
    """Hours, which may exceed 24, minutes and seconds."""
    seconds = int(value.total_seconds())
    sign = "-" if seconds < 0 else ""
    minutes, seconds = divmod(abs(seconds), 60)
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"


def _has_nul(column: pa.Array) -> bool:
    if pa.types.is_dictionary(column.type):
        return _has_nul(column.dictionary)
    if not _is_text(column.type):
        return False
    found = pc.call_function("match_substring", [column], pc.MatchSubstringOptions("\0"))
    return bool(pc.call_function("any", [found]).as_py())


def _unique(names: tuple[str, ...]) -> tuple[str, ...]:
    unique: dict[str, None] = {}
    for name in names:
        unique[header.free_name(name, unique)] = None
    return tuple(unique)
