"""Known values, written in each format by its own writer, are read back equal."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from ckanext.hue.tables.errors import TableError
from ckanext.hue.tables.reading.opening import open_file

NAMES = ("mã", "tên", "Ghi chú")
# What a spreadsheet and a CSV can hold: no control characters, no half of a pair.
TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\ufffe\uffff"), max_size=30
)
LINES = st.lists(st.one_of(TEXT, st.just("\n"), st.just('"'), st.just(","), st.just(";\t|")), max_size=5).map(
    "".join
)
VIETNAMESE = st.sampled_from(
    ["Chợ Đông Ba", "=1+1", "0123", "1.234.567,89", "-5", "Ngọ Môn", "Phường Thuận Hóa"]
)
INTEGERS = st.integers(-(10**14), 10**14)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("vong") / "tep"


def back(path: Path, filename: str) -> list[list[Any]]:
    file = open_file(path, filename)
    return [list(row) for batch in file.batches(file.sheets[0]) for row in batch.rows]


def rows_of(*columns: st.SearchStrategy[Any]) -> st.SearchStrategy[list[list[Any]]]:
    return st.lists(st.tuples(*columns).map(list), min_size=1, max_size=20)


def after_midnight(moment: datetime) -> datetime:
    """A moment that no column of dates holds, as exact as spreadsheets are."""
    return moment.replace(hour=moment.hour or 1, microsecond=moment.microsecond // 1000 * 1000)


# A first column that is never empty, so that no row is an empty one; the third keeps its header.
KEY = st.integers(0, 10**9).map(lambda number: f"m{number}")


@settings(max_examples=150, deadline=None)
@given(rows=rows_of(KEY, VIETNAMESE, LINES), ends=st.sampled_from(["\n", "\r\n"]), mark=st.booleans())
def test_csv(path: Path, rows: list[list[str]], ends: str, mark: bool) -> None:
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator=ends, quoting=csv.QUOTE_ALL)
    writer.writerows([NAMES, *rows])
    path.write_bytes(target.getvalue().encode("utf-8-sig" if mark else "utf-8"))
    assert back(path, "bang.csv") == rows


@settings(max_examples=60, deadline=None)
@given(rows=rows_of(KEY, VIETNAMESE, TEXT), separator=st.sampled_from(";\t|"))
def test_other_separators_and_utf_16(path: Path, rows: list[list[str]], separator: str) -> None:
    target = io.StringIO(newline="")
    csv.writer(target, delimiter=separator, quoting=csv.QUOTE_ALL).writerows([NAMES, *rows])
    path.write_bytes(target.getvalue().encode("utf-16"))
    assert back(path, "bang.tsv") == rows


@settings(max_examples=40, deadline=None)
@given(
    rows=rows_of(
        KEY,
        st.one_of(st.none(), VIETNAMESE, INTEGERS, st.booleans(), st.floats(-1e300, 1e300)),
        st.one_of(st.none(), st.dates(date(1900, 3, 1))),
        st.one_of(st.none(), st.datetimes(datetime(1900, 3, 1), datetime(9999, 1, 1)).map(after_midnight)),
    )
)
def test_xlsx(path: Path, rows: list[list[Any]]) -> None:
    book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd", "strings_to_formulas": False})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, [*NAMES, "Lúc"])
    for number, row in enumerate(rows, 1):
        for place, value in enumerate(row):
            write = sheet.write_string if isinstance(value, str) else sheet.write
            write(number, place, value)
    book.close()
    for read, row in zip(back(path, "bang.xlsx"), rows, strict=True):
        assert read[0] == row[0] and read[2] == row[2]
        assert read[1] == pytest.approx(row[1], rel=1e-15) if isinstance(row[1], float) else read[1] == row[1]
        assert (read[3] is None) == (row[3] is None)
        assert row[3] is None or abs((read[3] - row[3]).total_seconds()) < 0.01


JSON_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.decimals(allow_nan=False, allow_infinity=False).map(str).map(Decimal),
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0")),
    VIETNAMESE,
    st.lists(st.one_of(st.integers(), VIETNAMESE), max_size=3),
)


def json_text(record: dict[str, Any]) -> str:
    """JSON with decimals as they are, which json.dumps cannot write."""
    members = (
        f"{json.dumps(name)}: "
        + (number(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False))
        for name, value in record.items()
    )
    return "{" + ", ".join(members) + "}"


def number(value: Decimal) -> str:
    text = str(value)
    return text if set(text) & set(".E") else f"{text}.0"


@settings(max_examples=100, deadline=None)
@given(
    rows=rows_of(JSON_VALUES, JSON_VALUES, JSON_VALUES), write=st.sampled_from(["list", "envelope", "lines"])
)
def test_json_and_record_lines(path: Path, rows: list[list[Any]], write: str) -> None:
    records = [json_text(dict(zip(NAMES, row, strict=True))) for row in rows]
    text = {
        "list": f"[{','.join(records)}]",
        "envelope": f'{{"code": 0, "data": [{",".join(records)}], "totalRows": {len(rows)}}}',
        "lines": "\n".join(records),
    }[write]
    path.write_text(text, encoding="utf-8", newline="")
    assert back(path, "bang.ndjson" if write == "lines" else "bang.json") == rows


@settings(max_examples=60, deadline=None)
@given(
    rows=rows_of(
        st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)),
        st.one_of(st.none(), TEXT, VIETNAMESE),
        st.one_of(st.none(), st.datetimes(datetime(1, 1, 1))),
        st.one_of(st.none(), st.decimals(-(10**9), 10**9, places=4)),
    )
)
def test_parquet(path: Path, rows: list[list[Any]]) -> None:
    kinds = [pa.int64(), pa.string(), pa.timestamp("us"), pa.decimal128(20, 4)]
    columns = [pa.array(column, kind) for column, kind in zip(zip(*rows, strict=True), kinds, strict=True)]
    pq.write_table(pa.Table.from_arrays(columns, names=["a", "b", "c", "d"]), path)
    assert back(path, "bang.parquet") == rows


@settings(max_examples=200, deadline=None)
@given(
    data=st.one_of(st.binary(max_size=400), st.text(max_size=200).map(str.encode)),
    filename=st.sampled_from(["a.csv", "a.json", "a.xlsx"]),
)
def test_whatever_bytes_come_they_are_read_or_refused_in_words(
    path: Path, data: bytes, filename: str
) -> None:
    path.write_bytes(data)
    try:
        back(path, filename)
    except TableError as error:
        assert str(error).endswith(".")
