"""Every value comes back as it was, from every format, in readers that people use."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ckanext.hue.harvesters.base import Column
from ckanext.hue.tables.files import errors, xlsx
from ckanext.hue.tables.files.formats import FORMATS
from ckanext.hue.tables.files.selection import describe, select

Publish = Callable[..., str]

TYPES = (
    Column("số nguyên", "Số nguyên", "int"),
    Column("số", "Số thập phân", "numeric"),
    Column("đúng", "Đúng hay sai", "bool"),
    Column("ngày", "Ngày", "date"),
    Column("lúc", "Lúc", "timestamp"),
    Column("chữ", "Chữ", "text"),
)
TEXTS = [
    "Đường Nguyễn Thị Minh Khai, phường Thuận Hóa",
    "",
    " có khoảng trắng ",
    'ngoặc "kép", phẩy; chấm phẩy',
    "hai\ndòng\r\nba\rbốn",
    "tab\tvà \\ gạch chéo \\n \\N \\.",
    "=1+1",
    "@SUM(A1)",
    "-5",
    "+84 234",
    "😀 cờ 🇻🇳",
    "<r><t>x</t></r>",
    "_x0041_",
    "007",
    "1e5",
    "TRUE",
    "31/12/2023",
    "https://hue.gov.vn/?a=1&b=2",
    "null",
    "NaN",
    "\u00a0\u200b\ufeff",
]
EXACT = [
    {
        "số nguyên": 9223372036854775 if i % 2 else -i,
        "số": [Decimal("0.1"), Decimal("-1234567890123456789.987654321"), Decimal("1E-9"), None][i % 4],
        "đúng": [True, False, None][i % 3],
        "ngày": ["0001-01-01", "1899-12-31", "2024-02-29", "9999-12-31", None][i % 5],
        "lúc": ["2024-02-29T23:59:59", "1900-03-01T00:00:00.123456", None, "2023-12-31T10:20:30.5"][i % 4],
        "chữ": text,
    }
    for i, text in enumerate([*TEXTS, None])
]

maybe = st.none()
row_values = st.fixed_dictionaries(
    {
        "số nguyên": maybe | st.integers(-(10**18) + 1, 10**18 - 1),
        "số": maybe
        | st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**40), max_value=10**40),
        "đúng": maybe | st.booleans(),
        "ngày": maybe | st.dates().map(date.isoformat),
        "lúc": maybe | st.datetimes().map(datetime.isoformat),
        "chữ": maybe
        | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
        | st.sampled_from(TEXTS),
    }
)
round_trips = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
some_rows = given(st.lists(row_values, min_size=1, max_size=20))


def stored(row: dict[str, Any]) -> dict[str, Any]:
    """What the DataStore holds of a row."""
    return {
        **row,
        "ngày": row["ngày"] and date.fromisoformat(row["ngày"]),
        "lúc": row["lúc"] and datetime.fromisoformat(row["lúc"]),
        "chữ": row["chữ"] and unicodedata.normalize("NFC", row["chữ"]),
    }


def written(resource_id: str, key: str, **question: Any) -> bytes:
    return b"".join(FORMATS[key].stream(select(resource_id, **question)))


def exact(rows: list[dict[str, Any]]) -> Callable[..., Any]:
    """Let a property be tested on the hostile rows above as well."""
    from hypothesis import example

    return example(rows=rows)


def from_text(row: dict[str, str | None]) -> dict[str, Any]:
    """A row of texts as the values that they stand for."""
    read: dict[str, Callable[[str], Any]] = {
        "số nguyên": int,
        "số": Decimal,
        "đúng": {"true": True, "false": False}.__getitem__,
        "ngày": date.fromisoformat,
        "lúc": datetime.fromisoformat,
        "chữ": str,
    }
    return {
        name: None if value is None or (value == "" and name != "chữ") else read[name](value)
        for name, value in row.items()
    }


def blank_is_null(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "chữ": row["chữ"] or None} for row in rows]


@pytest.mark.parametrize(
    ("key", "delimiter", "head"), [("csv", ",", ""), ("csv-bom", ",", "\ufeff"), ("tsv", "\t", "")]
)
@round_trips
@exact(EXACT)
@some_rows
def test_delimited_text_holds_every_value(
    published: Publish, key: str, delimiter: str, head: str, rows: list[dict[str, Any]]
) -> None:
    text = written(published(rows, *TYPES), key).decode()
    assert text.startswith(head + "số nguyên")
    found = csv.DictReader(io.StringIO(text.removeprefix(head), newline=""), delimiter=delimiter)
    assert blank_is_null([from_text(row) for row in found]) == blank_is_null([stored(row) for row in rows])


@round_trips
@exact(EXACT)
@some_rows
def test_csv_tells_null_from_empty_text(published: Publish, rows: list[dict[str, Any]]) -> None:
    body = written(published(rows, *TYPES), "csv")
    read = pa_csv.read_csv(
        pa.BufferReader(body),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys((column.name for column in TYPES), pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    assert [from_text(row) for row in read.to_pylist()] == [stored(row) for row in rows]


@round_trips
@exact(EXACT)
@some_rows
def test_json_holds_every_value(published: Publish, rows: list[dict[str, Any]]) -> None:
    made = published(rows, *TYPES)
    whole = json.loads(written(made, "json"), parse_float=Decimal)
    lines = [json.loads(line, parse_float=Decimal) for line in written(made, "ndjson").split(b"\n") if line]
    assert whole == lines
    assert [stored(row) for row in whole] == [stored(row) for row in rows]
    assert all(type(row["số nguyên"]) in (int, type(None)) for row in whole)


@round_trips
@exact(EXACT)
@some_rows
def test_parquet_holds_every_value(published: Publish, rows: list[dict[str, Any]]) -> None:
    table = pq.read_table(io.BytesIO(written(published(rows, *TYPES), "parquet")))
    kinds = [str(field.type).split("(")[0] for field in table.schema]
    assert kinds[0] == "int64"
    assert kinds[2:] == ["bool", "date32[day]", "timestamp[us]", "string"]
    found = table.to_pylist()
    if kinds[1] == "string":
        found = [{**row, "số": row["số"] and Decimal(row["số"])} for row in found]
    else:
        assert kinds[1] == "decimal128"
    assert found == [stored(row) for row in rows]


def excel_text(text: str) -> str | None:
    """What Excel can hold of a text: no control characters, line breaks of its own kind."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = [sign for sign in text if sign in "\t\n" or not ("\x00" <= sign < " " or sign in "\ufffe\uffff")]
    return unicodedata.normalize("NFC", "".join(kept))


def from_excel(name: str, value: Any) -> Any:
    """A cell's value, or the text of what Excel could not hold, as the table's."""
    if isinstance(value, str) and name == "số nguyên":
        return int(value)
    if name == "số":
        return None if value is None else Decimal(str(value))
    if isinstance(value, str) and name in ("ngày", "lúc"):
        day, month, rest = value.split("/", 2)
        return datetime.fromisoformat(f"{rest[:4]}-{month}-{day}{rest[4:]}")
    return value


@round_trips
@exact(EXACT)
@some_rows
def test_xlsx_holds_every_value(published: Publish, rows: list[dict[str, Any]]) -> None:
    workbook = openpyxl.load_workbook(io.BytesIO(written(published(rows, *TYPES), "xlsx")))
    sheet = workbook["Dữ liệu"]
    assert [cell.value for cell in sheet[1]] == [column.label for column in TYPES]
    names = [column.name for column in TYPES]
    # Rows without any value, at the end, are none for openpyxl.
    every_row = sheet.iter_rows(min_row=2, max_row=len(rows) + 1, max_col=len(TYPES))
    for cells, row in zip(every_row, map(stored, rows), strict=True):
        found = {name: from_excel(name, cell.value) for name, cell in zip(names, cells, strict=True)}
        if row["ngày"]:
            row["ngày"] = datetime.combine(row["ngày"], datetime.min.time())
        row["chữ"] = excel_text(row["chữ"]) if row["chữ"] is not None else None
        found["chữ"] = found["chữ"].replace("_x005F_", "_") if found["chữ"] else found["chữ"]
        assert found["lúc"] is None or abs((found["lúc"] - row["lúc"]).total_seconds()) < 0.001
        assert {**found, "lúc": row["lúc"]} == row
        assert cells[5].data_type != "f"
        if row["ngày"] and row["ngày"].year > 1900:
            assert cells[3].number_format == "dd/mm/yyyy"


def test_xlsx_writes_text_as_text_and_marks_what_it_cannot_hold(published: Publish) -> None:
    long = "Huế 😀" * 10_000
    rows = [
        {"chữ": text, "số": number}
        for text, number in [
            ("=1+1", Decimal("123456789012345")),
            ("https://hue.gov.vn", Decimal("1234567890123456")),
            (long, Decimal("1.5")),
        ]
    ]
    workbook = openpyxl.load_workbook(io.BytesIO(written(published(rows), "xlsx")))
    sheet = workbook["Dữ liệu"]
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.bold
    assert sheet["A2"].data_type in ("s", "inlineStr")
    assert sheet["A3"].hyperlink is None
    assert sheet["B2"].value == 123456789012345
    assert sheet["B3"].value == "1234567890123456"
    cut = sheet["A4"].value
    assert len(cut.encode("utf-16-le")) // 2 <= 32_767
    assert long.startswith(cut.split(" … ")[0])
    notes = [str(row[0].value) for row in workbook["Ghi chú"].iter_rows()]
    assert any("«số»: 1 giá trị" in note for note in notes)
    assert any("Dòng 4, cột «chữ»" in note and str(len(long)) in note for note in notes)


def test_xlsx_holds_the_data_dictionary_and_no_notes_without_need(published: Publish) -> None:
    made = published([{"so": 1}], Column("so", "Số dân", "int", unit="người"))
    workbook = openpyxl.load_workbook(io.BytesIO(written(made, "xlsx")))
    assert workbook.sheetnames == ["Dữ liệu", "Từ điển dữ liệu"]
    rows = [[cell.value for cell in row] for row in workbook["Từ điển dữ liệu"].iter_rows()]
    assert rows[1][:4] == ["so", "Số dân", "số nguyên", "người"]


def test_xlsx_refuses_more_rows_than_a_sheet_holds(
    published: Publish, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(xlsx, "MAX_ROWS", 3)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    made = published([{"a": i} for i in range(3)])
    with pytest.raises(errors.Misfit, match="2 dòng"):
        next(FORMATS["xlsx"].stream(select(made)))
    assert not list(tmp_path.iterdir())
    assert written(made, "xlsx", limit=2)


def test_a_row_of_a_single_empty_column_stays_a_row(published: Publish) -> None:
    made = published([{"a": "x"}, {"a": None}, {"a": "y"}], Column("a", type="text"))
    assert written(made, "csv") == b'a\nx\n""\ny\n'
    assert len(pandas.read_csv(io.BytesIO(written(made, "tsv")), sep="\t")) == 3
    assert pq.read_table(io.BytesIO(written(made, "parquet")))["a"].to_pylist() == ["x", None, "y"]


@pytest.mark.parametrize("key", FORMATS)
def test_a_table_without_rows_is_a_whole_file(published: Publish, key: str) -> None:
    made = published([], Column("kinh_do", "Kinh độ", "numeric"), Column("vi_do", "Vĩ độ", "numeric"))
    body = written(made, key)
    if key in ("json", "geojson"):
        found = json.loads(body)
        assert (found["features"] if key == "geojson" else found) == []
    elif key == "parquet":
        assert pq.read_table(io.BytesIO(body)).shape == (0, 2)
    elif key == "xlsx":
        assert openpyxl.load_workbook(io.BytesIO(body))["Dữ liệu"].max_row == 1
    elif key == "ndjson":
        assert body == b""
    else:
        assert len(body.splitlines()) == 1


def test_types_that_the_loader_does_not_make_are_written_too(raw_table: Callable[..., str]) -> None:
    made = raw_table(
        "f float8, k json, m text[], d date, t timestamptz, s int2, v numeric",
        """SELECT 0.1::float8 + 0.2, E'{"a":\\n 1.50}'::json, ARRAY['x', 'y,z'], '-infinity'::date,
            '2024-01-01 00:00+00'::timestamptz, 5, 'NaN'::numeric
        UNION ALL SELECT 'NaN', NULL, NULL, '0044-03-15 BC', NULL, NULL, 1.5""",
    )
    (first, second) = (json.loads(line) for line in written(made, "ndjson").splitlines())
    assert first["f"] == 0.30000000000000004
    assert first["k"] == {"a": 1.5}
    assert first["t"] == "2024-01-01T07:00:00+07:00"
    assert second["d"] == "0044-03-15 BC"
    table = pq.read_table(io.BytesIO(written(made, "parquet"))).to_pylist()
    assert table[0]["f"] == 0.30000000000000004
    assert [row["d"] for row in table] == ["-infinity", "0044-03-15 BC"]
    assert [row["v"] for row in table] == ["NaN", "1.5"]
    assert table[0]["m"] == '{x,"y,z"}'
    assert table[0]["s"] == 5
    sheet = openpyxl.load_workbook(io.BytesIO(written(made, "xlsx")))["Dữ liệu"]
    assert [cell.value for cell in sheet[2]][:1] == ["0.30000000000000004"]
    assert sheet["D2"].value == "-infinity"
    assert sheet["G2"].value == "NaN"


@pytest.mark.parametrize("key", ["csv", "csv-bom", "tsv", "json", "ndjson", "parquet"])
def test_pandas_opens_the_file(published: Publish, key: str) -> None:
    rows = [{"ma": 1, "tên đường": "Lê Lợi", "dài": 1.5}, {"ma": 2, "tên đường": "Đống Đa", "dài": None}]
    body = io.BytesIO(written(published(rows), key))
    if key == "parquet":
        frame = pandas.read_parquet(body)
    elif key in ("json", "ndjson"):
        frame = pandas.read_json(body, lines=key == "ndjson")
    else:
        frame = pandas.read_csv(body, sep="\t" if key == "tsv" else ",", encoding="utf-8-sig")
    assert list(frame.columns) == ["ma", "tên đường", "dài"]
    assert frame["tên đường"].tolist() == ["Lê Lợi", "Đống Đa"]
    assert float(frame["dài"].sum()) == 1.5
    assert int(frame["ma"].sum()) == 3


@pytest.fixture
def office(tmp_path: Path) -> Callable[..., bytes]:
    """Convert a file with LibreOffice, as a person who opens it would see it."""

    def convert(body: bytes, name: str, target: str, *options: str) -> bytes:
        source = tmp_path / name
        source.write_bytes(body)
        subprocess.run(
            [
                "soffice",
                f"-env:UserInstallation=file://{tmp_path}/profile",
                "--headless",
                *options,
                "--convert-to",
                target,
                "--outdir",
                str(tmp_path / "out"),
                str(source),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        return next((tmp_path / "out").iterdir()).read_bytes()

    return convert


LIBREOFFICE_CSV = "Text - txt - csv (StarCalc)"
OFFICE_ROWS = [
    {"tên": "Đường Nguyễn Trường Tộ", "ngày": "2024-02-29", "số": 1234.5, "mã": "007", "thử": "=1+1"},
    {"tên": "Chợ Đông Ba, “Huế” 😀", "ngày": None, "số": 0.1, "mã": "<r>x</r>", "thử": "_x0041_"},
    {"tên": "hai\ndòng", "ngày": "1802-06-01", "số": None, "mã": 'a "b"', "thử": "@SUM(1)"},
]


def test_libreoffice_opens_xlsx(published: Publish, office: Callable[..., bytes]) -> None:
    target = f"csv:{LIBREOFFICE_CSV}:44,34,76,1,,0,false,true"  # commas, UTF-8, cells as shown
    text = office(written(published(OFFICE_ROWS), "xlsx"), "bang.xlsx", target).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        ["tên", "ngày", "số", "mã", "thử"],
        ["Đường Nguyễn Trường Tộ", "29/02/2024", "1234.5", "007", "=1+1"],
        ["Chợ Đông Ba, “Huế” 😀", "", "0.1", "<r>x</r>", "_x0041_"],
        ["hai\ndòng", "01/06/1802", "", 'a "b"', "@SUM(1)"],
    ]


def test_libreoffice_opens_csv_with_bom(published: Publish, office: Callable[..., bytes]) -> None:
    as_utf8 = f"--infilter={LIBREOFFICE_CSV}:44,34,76,1"
    body = office(written(published(OFFICE_ROWS), "csv-bom"), "bang.csv", "xlsx", as_utf8)
    sheet = openpyxl.load_workbook(io.BytesIO(body)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == ["tên", "ngày", "số", "mã", "thử"]
    assert rows[1][:3] == ["Đường Nguyễn Trường Tộ", datetime(2024, 2, 29), 1234.5]
    assert rows[2][0] == "Chợ Đông Ba, “Huế” 😀"
    assert rows[3][0] == "hai\ndòng"


def geojson(resource_id: str, **question: Any) -> list[dict[str, Any]]:
    found = json.loads(written(resource_id, "geojson", **question), parse_float=Decimal)
    assert set(found) == {"type", "features"}
    assert found["type"] == "FeatureCollection"
    return found["features"]


def test_geojson_places_rows_and_leaves_out_what_lies_nowhere(published: Publish) -> None:
    places = [(107.583, 16.4832), (16.4832, 107.583), (None, 16.4), (181, 16), (107.5, -90.1), (0, 0)]
    rows = [{"ten": f"Điểm {i}", "kinhdo": x, "vido": y} for i, (x, y) in enumerate(places)]
    features = geojson(published(rows))
    assert [feature["geometry"] and feature["geometry"]["coordinates"] for feature in features] == [
        [Decimal("107.583"), Decimal("16.4832")],
        *[None] * 4,
        [0, 0],
    ]
    assert features[0]["geometry"]["type"] == "Point"
    assert features[1]["properties"] == {
        "ten": "Điểm 1",
        "kinhdo": Decimal("16.4832"),
        "vido": Decimal("107.583"),
    }


def test_geojson_takes_text_columns_that_hold_numbers_only(published: Publish) -> None:
    text = (Column("Kinh độ", type="text"), Column("Vĩ độ", type="text"))
    made = published([{"Kinh độ": " 107,58", "Vĩ độ": "16.4"}, {"Kinh độ": "", "Vĩ độ": None}], *text)
    first, second = geojson(made)
    assert first["geometry"]["coordinates"] == [Decimal("107.58"), Decimal("16.4")]
    assert second["geometry"] is None
    other = published([{"Kinh độ": "107.5", "Vĩ độ": "16.4"}, {"Kinh độ": "chưa rõ", "Vĩ độ": "1"}], *text)
    with pytest.raises(errors.Misfit):
        next(FORMATS["geojson"].stream(select(other)))


def test_geojson_reads_a_column_of_geometries_and_checks_it(published: Publish) -> None:
    line = {"type": "LineString", "coordinates": [[107.5, 16.4], [107.6, 16.5]]}
    texts = [
        json.dumps({**line, "crs": {"type": "name"}}),
        '{"type":"Point","coordinates":[1819000.5,560000.1]}',
        '{"type":"Point","coordinates":[107.5,"16"]}',
        '{"type":"Point","coordinates":[NaN,1]}',
        "[" * 100_000,
        "POINT(107 16)",
        None,
        json.dumps({"type": "GeometryCollection", "geometries": [line]}),
    ]
    features = geojson(published([{"ten": str(i), "hinh_hoc": text} for i, text in enumerate(texts)]))
    kinds = [feature["geometry"] and feature["geometry"]["type"] for feature in features]
    assert kinds == ["LineString", *[None] * 6, "GeometryCollection"]
    assert "crs" not in features[0]["geometry"]
    assert features[0]["properties"] == {"ten": "0"}
    assert features[5]["properties"] == {"ten": "5", "hinh_hoc": "POINT(107 16)"}


def test_geojson_needs_coordinates_among_the_columns_asked_for(published: Publish) -> None:
    made = published([{"ten": "x", "kinh_do": 107.5, "vi_do": 16.4, "x": 1, "y": 2}])
    columns = describe(made)
    assert FORMATS["geojson"].fits(columns, 1)
    assert not FORMATS["geojson"].fits([column for column in columns if column["id"] in ("x", "y")], 1)
    assert "kinh độ" in FORMATS["geojson"].misfit(columns[:1], 1)
    with pytest.raises(errors.Misfit):
        next(FORMATS["geojson"].stream(select(made, columns=["ten", "kinh_do"])))
    assert geojson(made, columns=["vi_do", "kinh_do"], filters={"ten": "x"}, limit=1)
