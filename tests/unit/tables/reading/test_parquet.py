"""Parquet: typed values, by batches."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ckanext.hue.tables import errors
from ckanext.hue.tables.reading.base import Limits

Read = Callable[..., Any]
NAME = "bang.parquet"


def parquet(table: pa.Table, **options: Any) -> bytes:
    target = BytesIO()
    pq.write_table(table, target, **options)
    return target.getvalue()


def test_values_come_in_their_types(read: Read) -> None:
    columns = {
        "int": pa.array([2**62, None]),
        "text": pa.array(["Huế", ""]),
        "decimal": pa.array([Decimal("1.50"), None]),
        "float": pa.array([0.1, float("nan")]),
        "bool": pa.array([True, None]),
        "date": pa.array([date(1850, 1, 2), None]),
        "moment": pa.array([datetime(2024, 1, 2, 3, 4, 5, 6), None]),
        "zoned": pa.array([datetime(2024, 1, 2, tzinfo=UTC), None], pa.timestamp("ns", "UTC")),
        "time": pa.array([time(1, 2, 3), None], pa.time64("ns")),
        "span": pa.array([timedelta(hours=30), None], pa.duration("ns")),
        "list": pa.array([[1, 2], None]),
        "struct": pa.array([{"a": float("inf")}, None]),
        "bytes": pa.array([b"\x01\xff", None]),
        "words": pa.array(["x", "x"]).dictionary_encode(),
    }
    table = read(parquet(pa.table(columns)), NAME)
    assert table.names == tuple(columns)
    assert table.rows == [
        [
            2**62,
            "Huế",
            Decimal("1.50"),
            0.1,
            True,
            date(1850, 1, 2),
            datetime(2024, 1, 2, 3, 4, 5, 6),
            datetime(2024, 1, 2, tzinfo=UTC),
            time(1, 2, 3),
            "30:00:00",
            [1, 2],
            {"a": None},
            "01ff",
            "x",
        ],
        [None, "", *[None] * 11, "x"],
    ]


def test_row_groups_are_read_in_order(read: Read) -> None:
    table = read(parquet(pa.table({"a": range(25_000)}), row_group_size=7_000), NAME)
    assert [row[0] for row in table.rows] == list(range(25_000))
    assert table.row_numbers == list(range(1, 25_001))
    assert max(len(batch.rows) for batch in table.batches) <= 10_000


def test_no_rows_give_a_table_without_rows(read: Read) -> None:
    table = read(parquet(pa.table({"a": pa.array([], pa.int64())})), NAME)
    assert (table.names, table.rows) == (("a",), [])


def test_nul_characters_are_dropped_and_told(read: Read) -> None:
    table = read(parquet(pa.table({"a": ["x", "y\0z"]})), NAME)
    assert (table.rows, table.told("NUL")) == ([["x"], ["yz"]], [2])


def test_a_long_text_that_many_rows_share_does_not_fill_memory(read: Read) -> None:
    table = read(parquet(pa.table({"a": ["x" * 1_000_000] * 50})), NAME)
    assert len(table.rows) == 50
    assert max(len(batch.rows) for batch in table.batches) == 4


def test_truncated_and_damaged_files_are_refused(read: Read) -> None:
    data = parquet(pa.table({"a": [f"giá trị {number}" for number in range(1000)]}))
    for broken in (
        data[:-10],
        data[:50],
        b"PAR1" + b"\xff" * 100 + b"PAR1",
        data[:8] + b"\xff" * 2000 + data[2008:],
    ):
        with pytest.raises(errors.BrokenFile):
            read(broken, NAME)


def test_an_encrypted_file_is_refused(read: Read) -> None:
    with pytest.raises(errors.PasswordProtected):
        read(b"PARE" + b"x" * 100 + b"PARE", NAME)


def test_limits_hold(read: Read) -> None:
    with pytest.raises(errors.TooManyColumns, match="401"):
        read(parquet(pa.table({f"c{number}": [1] for number in range(401)})), NAME)
    with pytest.raises(errors.TooLargeToRead, match="dài hơn 10 ký tự"):
        read(parquet(pa.table({"a": ["x" * 41]})), NAME, limits=Limits(cell_characters=10))
    with pytest.raises(errors.TooLargeToRead, match="giải nén"):
        read(parquet(pa.table({"a": range(10_000)})), NAME, limits=Limits(decompressed_bytes=1_000))
