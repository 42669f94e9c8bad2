"""A PostgreSQL warehouse as a source: what is listed, how changes are found, and who may reach what."""

from __future__ import annotations

import io
import sys
import unicodedata
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from ckanext.hue.harvesters import warehouse as kind
from ckanext.hue.harvesters.base import Column, CopyStream, Page, TableEntry
from ckanext.hue.harvesters.errors import AddressRefused, SourceError, TooSlow, Unreachable
from ckanext.hue.harvesters.kinds import open_source
from ckanext.hue.harvesters.warehouse import errors, session
from ckanext.hue.tables.database import datastore_connection
from ckanext.hue.tables.loading import drop as drop_tables
from ckanext.hue.tables.loading import load

CONFIG = Path(__file__).parents[3] / "config"
if str(CONFIG) not in sys.path:
    sys.path.insert(0, str(CONFIG))

from stack import credentials, portal, ports, postgres  # noqa: E402, only the line above makes it importable

DATABASE, READER, PASSWORD = "hue_warehouse_test", "kho_doc", "mật khẩu 'khó' \\ đoán"
Run = Callable[..., list[tuple[Any, ...]]]
Source = Callable[..., Any]


@pytest.fixture(scope="module")
def server(ini: str) -> Iterator[Run]:
    """A database of the warehouse's own; the call runs a statement there, which is counted at once."""
    drop()
    portal.make_database(DATABASE, postgres.ADMIN)
    with closing(
        psycopg2.connect(
            host=ports.HOST,
            port=ports.load()["postgres"],
            user=postgres.ADMIN,
            password=credentials.load()["postgres_admin"],
            dbname=DATABASE,
        )
    ) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:

            def run(statement: str, *values: Any) -> list[tuple[Any, ...]]:
                cursor.execute(statement, values or None)
                rows = cursor.fetchall() if cursor.description else []
                cursor.execute("SELECT pg_stat_force_next_flush()")
                return rows

            run(f"CREATE ROLE {READER} LOGIN PASSWORD %s", PASSWORD)
            run(f"GRANT CONNECT ON DATABASE {DATABASE} TO {READER}")
            yield run
    drop()


def drop() -> None:
    postgres.psql('DROP DATABASE IF EXISTS :"name" WITH (FORCE)', variables={"name": DATABASE})
    postgres.psql('DROP ROLE IF EXISTS :"name"', variables={"name": READER})


@pytest.fixture
def run(server: Run) -> Iterator[Run]:
    """Run a statement in an empty schema `mo`, whose tables the portal's account may read."""
    server("CREATE SCHEMA mo; SET search_path = mo, public")
    server(f"GRANT USAGE ON SCHEMA mo TO {READER}")
    server(f"ALTER DEFAULT PRIVILEGES IN SCHEMA mo GRANT SELECT ON TABLES TO {READER}")
    yield server
    server("RESET search_path; DROP SCHEMA mo CASCADE")


def url(port: int | None = None, *, user: str = READER, database: str = DATABASE) -> str:
    return f"postgresql://{user}@{ports.HOST}:{port or ports.load()['postgres']}/{database}"


@pytest.fixture
def source() -> Source:
    """The source with these settings."""

    def make(address: str = "", *, token: str = PASSWORD, private: bool = True, **settings: Any) -> Any:
        given = {"schemas": ["mo"], "sslmode": "disable", **settings}
        return open_source(
            "warehouse", address or url(), token=token, allow_private_host=private, settings=given
        )

    return make


@pytest.fixture
def listed(source: Source) -> Callable[..., dict[str, TableEntry]]:
    """The listing by remote id."""
    return lambda **settings: {entry.remote_id: entry for entry in source(**settings).listing()}


@pytest.fixture
def stream(source: Source) -> Callable[..., tuple[CopyStream, bytes]]:
    """One table's stream, and what it writes."""

    def read(remote_id: str) -> tuple[CopyStream, bytes]:
        target = io.BytesIO()
        chunks = list(_copied(source().pages(TableEntry(remote_id, "", "mo")), target))
        [chunk] = chunks
        return chunk, target.getvalue()

    return read


def _copied(chunks: Iterator[Any], target: io.BytesIO) -> Iterator[CopyStream]:
    for chunk in chunks:
        rows = chunk.copy_to(target)
        assert rows == target.getvalue().count(b"\n")
        yield chunk


# Listing


def test_tables_views_and_partitioned_tables_are_listed_once(run: Run, listed: Any) -> None:
    run("CREATE TABLE bang (a int)")
    run("CREATE VIEW khung_nhin AS SELECT 1 AS a")
    run("CREATE MATERIALIZED VIEW vat_hoa AS SELECT 1 AS a")
    run("CREATE TABLE chia (a int) PARTITION BY RANGE (a)")
    run("CREATE TABLE chia_1 PARTITION OF chia FOR VALUES FROM (0) TO (9)")
    run("CREATE SEQUENCE so; CREATE INDEX ON bang (a)")
    assert list(listed()) == ["mo.bang", "mo.chia", "mo.khung_nhin", "mo.vat_hoa"]


def test_what_the_account_may_not_read_is_not_listed(run: Run, listed: Any) -> None:
    run("CREATE TABLE mo_cua (a int); CREATE TABLE kin (a int)")
    run(f"REVOKE SELECT ON kin FROM {READER}")  # noqa: S608
    assert list(listed()) == ["mo.mo_cua"]


@pytest.mark.parametrize("missing", ["khong_co", "kin"])
def test_a_schema_that_is_not_there_for_the_account_fails_the_listing(
    run: Run, source: Source, missing: str
) -> None:
    run("CREATE SCHEMA IF NOT EXISTS kin")
    with pytest.raises(errors.NoSchema, match=f"«{missing}»"):
        list(source(schemas=["mo", missing]).listing())


def test_patterns_choose_tables(run: Run, listed: Any) -> None:
    run('CREATE TABLE dl_khach (a int); CREATE TABLE dl_tam (a int); CREATE TABLE "Bảng" (a int)')
    chosen = listed(include=["mo.dl_*", unicodedata.normalize("NFD", "mo.B?ng")], exclude=["*_tam"])
    assert list(chosen) == ['mo."Bảng"', "mo.dl_khach"]


def test_a_comment_is_title_and_description(run: Run, listed: Any) -> None:
    run("CREATE TABLE t (a int); CREATE TABLE u (a int)")
    run("COMMENT ON TABLE t IS %s", " Khách du lịch \nTheo tháng.\nCả năm.")
    entries = listed(
        field="du-lich", agency="sdl", agency_name="Sở Du lịch", frequency="MONTHLY", license="cc0"
    )
    entry = entries["mo.t"]
    assert (entry.title, entry.description, entry.access) == ("Khách du lịch", "Theo tháng.\nCả năm.", "mo")
    assert (entry.field_code, entry.agency_code, entry.agency_name) == ("du-lich", "sdl", "Sở Du lịch")
    assert (entry.frequency, entry.license) == ("MONTHLY", "cc0")
    assert (entries["mo.u"].title, entries["mo.u"].description) == ("u", "")


@pytest.mark.parametrize(
    "name",
    [
        'nháy"kép', "nháy'đơn", "a.b", "Có Dấu", "x; DROP SCHEMA mo", "%s {} %(a)s", "\\N\t\n", "select",
        "ế" * 21, "x" * 63, "😀", unicodedata.normalize("NFD", "Huế"),
    ],
)  # fmt: skip
def test_names_are_only_names(run: Run, source: Source, stream: Any, name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    run(f"CREATE TABLE {quoted} ({quoted} int PRIMARY KEY, u date)")
    run(f"INSERT INTO {quoted} VALUES (7, '2024-01-02')")  # noqa: S608
    [entry] = source(change_column="u").listing()
    assert entry.title == name.strip()
    assert entry.updated == "2024-01-02"
    chunk, written = stream(entry.remote_id)
    assert chunk.names == (name, "u")
    assert written == b"7\t2024-01-02\n"


def test_a_table_of_too_many_columns_is_its_own_problem(run: Run, listed: Any) -> None:
    run(f"CREATE TABLE rong ({', '.join(f'c{n} int' for n in range(401))}); CREATE TABLE trong ()")
    entries = listed()
    assert "401 cột" in entries["mo.rong"].problem
    assert "không có cột" in entries["mo.trong"].problem


# Columns


def test_comments_keys_and_types_become_the_dictionary(run: Run, stream: Any) -> None:
    run("CREATE DOMAIN tien AS numeric(12,2) CHECK (value >= 0); CREATE DOMAIN tien_to AS tien")
    run(
        "CREATE TABLE t (b text, ma varchar(9), nam int2, so int8, phi tien_to, le float8, gia money,"
        " co bool, ngay date, luc timestamp, mui timestamptz, gio time, j jsonb, m text[],"
        " PRIMARY KEY (ma, nam))"
    )
    run("COMMENT ON COLUMN t.ma IS %s", "Mã đơn vị\nghi chú")
    chunk, _ = stream("mo.t")
    assert {column.name: column.type for column in chunk.columns} == {
        "b": "text", "ma": "text", "nam": "int", "so": "int", "phi": "numeric", "le": "numeric",
        "gia": "numeric", "co": "bool", "ngay": "date", "luc": "timestamp", "mui": "timestamp", "gio": "text",
        "j": "text", "m": "text",
    }  # fmt: skip
    assert [column.name for column in chunk.columns if column.is_key] == ["ma", "nam"]
    assert Column("ma", "Mã đơn vị", "text", is_key=True) in chunk.columns


def test_a_unique_index_without_nulls_is_a_key_too(run: Run, stream: Any) -> None:
    run("CREATE TABLE t (a int UNIQUE, b int NOT NULL, c int)")
    run("CREATE UNIQUE INDEX ON t (b) WHERE c > 0; CREATE UNIQUE INDEX ON t (b) INCLUDE (c)")
    assert not any(column.is_key for column in stream("mo.t")[0].columns)
    run("ALTER TABLE t ALTER c SET NOT NULL")
    assert [column.name for column in stream("mo.t")[0].columns if column.is_key] == ["b"]


def test_binary_columns_are_left_out_and_the_key_with_them(run: Run, stream: Any) -> None:
    run("CREATE TABLE t (anh bytea, ten text, PRIMARY KEY (anh, ten)); INSERT INTO t VALUES ('\\x00', 'a')")
    chunk, written = stream("mo.t")
    assert chunk.columns == (Column("ten", type="text"),)
    assert written == b"a\n"


def test_rows_come_in_the_order_of_the_key_else_of_their_values(run: Run, stream: Any) -> None:
    run("CREATE TABLE t (a int PRIMARY KEY, b text); INSERT INTO t VALUES (10, 'a'), (9, 'b')")
    run("CREATE TABLE u (a text, b json); INSERT INTO u VALUES ('b', '1'), ('a', NULL), ('a', '2')")
    assert stream("mo.t")[1] == b"9\tb\n10\ta\n"
    assert stream("mo.u")[1] == b"a\t2\na\t\\N\nb\t1\n"


def test_moments_are_vietnamese_time_and_no_number_is_no_value(run: Run, stream: Any) -> None:
    run("CREATE TABLE t (a timestamptz, b float8, c numeric, d bool, e char(5))")
    run("INSERT INTO t VALUES ('2024-01-01 00:30:00.5+00', 'NaN', 'Infinity', true, 'ab')")
    assert stream("mo.t")[1] == b"2024-01-01 07:30:00.5\t\\N\t\\N\ttrue\tab\n"


# Changes


def test_nothing_changed_is_proved(run: Run, listed: Any) -> None:
    run("CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
    run("CREATE MATERIALIZED VIEW m AS SELECT * FROM t")
    before = listed()
    run("SELECT * FROM t")
    run("VACUUM ANALYZE t")
    assert listed() == before
    assert before["mo.t"].tells_changes and before["mo.m"].tells_changes


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO t VALUES (2)",
        "UPDATE t SET a = 2",
        "DELETE FROM t",
        "TRUNCATE t",
        "BEGIN; TRUNCATE t; INSERT INTO t VALUES (9); COMMIT",
        "ALTER TABLE t ADD b int DEFAULT 3",
        "ALTER TABLE t RENAME a TO b",
        "ALTER TABLE t ALTER a TYPE text",
        "ALTER TABLE t ADD PRIMARY KEY (a)",
        "COMMENT ON COLUMN t.a IS 'Nhãn'",
        "BEGIN; DROP TABLE t; CREATE TABLE t (a int); INSERT INTO t VALUES (9); COMMIT",
        "ALTER TYPE muc RENAME VALUE 'cao' TO 'rất cao'",
        "SELECT pg_stat_reset()",
        "SELECT pg_stat_reset_single_table_counters('t'::regclass)",
        "SELECT pg_stat_reset_shared('bgwriter')",
    ],
)
def test_what_may_change_a_table_changes_its_version(run: Run, listed: Any, change: str) -> None:
    run("CREATE TYPE muc AS ENUM ('cao')")
    run("CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
    before = listed()["mo.t"].version
    run(change)
    assert before and listed()["mo.t"].version not in (before, None)


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO chia VALUES (2)",
        "TRUNCATE chia_1",
        "ALTER TABLE chia DETACH PARTITION chia_1",
        "CREATE TABLE chia_2 PARTITION OF chia FOR VALUES FROM (10) TO (20)",
    ],
)
def test_changes_of_partitions_change_their_table(run: Run, listed: Any, change: str) -> None:
    run("CREATE TABLE chia (a int) PARTITION BY RANGE (a)")
    run("CREATE TABLE chia_1 PARTITION OF chia FOR VALUES FROM (0) TO (10); INSERT INTO chia VALUES (1)")
    before = listed()["mo.chia"].version
    run(change)
    assert before and listed()["mo.chia"].version != before


def test_a_materialised_view_changes_when_it_is_refreshed(run: Run, listed: Any) -> None:
    run("CREATE TABLE t (a int); CREATE MATERIALIZED VIEW m AS SELECT * FROM t; CREATE UNIQUE INDEX ON m (a)")
    versions = {listed()["mo.m"].version}
    run("INSERT INTO t VALUES (1)")
    run("REFRESH MATERIALIZED VIEW m")
    versions.add(listed()["mo.m"].version)
    run("INSERT INTO t VALUES (2)")
    run("REFRESH MATERIALIZED VIEW CONCURRENTLY m")
    versions.add(listed()["mo.m"].version)
    assert len(versions) == 3 and None not in versions


@pytest.mark.parametrize(
    "made",
    [
        "CREATE VIEW t AS SELECT 1 AS a",
        "CREATE TABLE t (a int); ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        "CREATE TABLE t (a regclass)",
        "CREATE TYPE doi AS (x int, y int); CREATE TABLE t (a doi[])",
    ],
)
def test_where_nothing_safe_is_known_the_rows_decide(run: Run, listed: Any, made: str) -> None:
    run(made)
    assert not listed()["mo.t"].tells_changes


def test_a_server_told_not_to_count_is_not_believed(run: Run, listed: Any) -> None:
    run("CREATE TABLE t (a int)")
    run(f"ALTER ROLE {postgres.ADMIN} IN DATABASE {DATABASE} SET track_counts = off")
    try:
        assert listed()["mo.t"].version is None
    finally:
        run(f"ALTER ROLE {postgres.ADMIN} IN DATABASE {DATABASE} RESET track_counts")


CHANGES = {
    "thêm": "INSERT INTO goc VALUES (3, '2024-03-01')",
    "sửa": "UPDATE goc SET b = '2024-05-01' WHERE a = 1",
    "xóa": "DELETE FROM goc WHERE a = 1",
    "xóa dòng không ngày": "DELETE FROM goc WHERE b IS NULL",
    "nạp lại": "TRUNCATE goc; INSERT INTO goc VALUES (1, '2024-01-02'), (2, '2024-02-01'), (0, NULL)",
    "đổi điều kiện": "CREATE OR REPLACE VIEW t AS SELECT a + 0 AS a, b FROM goc",
    "thêm cột": "CREATE OR REPLACE VIEW t AS SELECT *, 1 AS c FROM goc",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_declared_column_tells_changes_of_a_view(run: Run, listed: Any, change: str) -> None:
    run("CREATE TABLE goc (a int, b date)")
    run("INSERT INTO goc VALUES (1, '2024-01-01'), (2, '2024-02-01'), (0, NULL)")
    run("CREATE VIEW t AS SELECT * FROM goc")
    before = listed(change_column="b")["mo.t"]
    assert listed(change_column="b")["mo.t"] == before
    assert (before.version is not None, before.updated) == (True, "2024-02-01")
    run(change)
    assert listed(change_column="b")["mo.t"].version != before.version


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        ("timestamptz", "2024-01-01 00:30:00+00", "2024-01-01T07:30:00.000000+07:00"),
        ("timestamp", "2024-01-01 00:30:00", "2024-01-01T00:30:00.000000"),
        ("bigint", "17", ""),
    ],
)
def test_the_latest_change_is_told(run: Run, listed: Any, type_: str, value: str, expected: str) -> None:
    run(f"CREATE TABLE t (b {type_})")
    run("INSERT INTO t VALUES (%s)", value)
    assert listed(change_column="b")["mo.t"].updated == expected


def test_a_broken_view_is_one_tables_failure(run: Run, source: Source, listed: Any, stream: Any) -> None:
    run("CREATE TABLE t (a int, b date); INSERT INTO t VALUES (0, '2024-01-01')")
    run("CREATE VIEW hong AS SELECT 1 / a AS a, b + a AS b FROM t; CREATE TABLE z (b date)")
    run("CREATE VIEW kin AS SELECT * FROM t; CREATE ROLE chu_kho_tam")
    try:
        run("GRANT USAGE, CREATE ON SCHEMA mo TO chu_kho_tam; ALTER VIEW kin OWNER TO chu_kho_tam")
        assert list(listed(change_column="b")) == ["mo.hong", "mo.kin", "mo.t", "mo.z"]
        with pytest.raises(errors.RefusedByWarehouse, match="division by zero"):
            stream("mo.hong")
        with pytest.raises(errors.NotAllowed, match="permission denied"):
            stream("mo.kin")
        assert stream("mo.t")[1] == b"0\t2024-01-01\n"
    finally:
        run("DROP VIEW kin; REVOKE ALL ON SCHEMA mo FROM chu_kho_tam; DROP ROLE chu_kho_tam")


def test_listing_leaves_no_lock_behind(run: Run, source: Source) -> None:
    run("CREATE TABLE t (b date); CREATE TABLE u (b date)")
    entries = source(change_column="b").listing()
    assert next(entries).remote_id == "mo.t"
    run("SET lock_timeout = '5s'; TRUNCATE t; RESET lock_timeout")
    assert [entry.remote_id for entry in entries] == ["mo.u"]


# Reading


def test_a_table_that_is_gone_is_told(run: Run, stream: Any) -> None:
    with pytest.raises(errors.TableVanished, match=r"mo\.khong_con"):
        stream("mo.khong_con")


def test_a_table_emptied_and_filled_under_way_never_looks_empty(run: Run, source: Source) -> None:
    run("CREATE TABLE t (a int); INSERT INTO t VALUES (1)")
    pages = source().pages(TableEntry("mo.t", "", "mo"))
    chunk = next(pages)
    with pytest.raises(psycopg2.errors.LockNotAvailable):
        run("SET lock_timeout = '200ms'; TRUNCATE t")
    run("SET lock_timeout = 0")
    target = io.BytesIO()
    assert chunk.copy_to(target) == 1
    assert list(pages) == []


def test_nothing_can_be_written_through_a_view(run: Run, stream: Any) -> None:
    run("CREATE TABLE dau_vet (a int)")
    run(
        "CREATE FUNCTION ghi() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS"
        " $$ BEGIN INSERT INTO mo.dau_vet VALUES (1); RETURN 1; END $$"
    )
    run("CREATE VIEW t AS SELECT ghi() AS a")
    with pytest.raises(errors.RefusedByWarehouse, match="read-only"):
        stream("mo.t")
    assert run("SELECT count(*) FROM dau_vet") == [(0,)]


def test_a_big_table_comes_in_pieces_not_rows(run: Run, source: Source) -> None:
    run("CREATE VIEW t AS SELECT g AS a, repeat('x', 100) AS b FROM generate_series(1, 200000) g")

    class Counting(io.RawIOBase):
        def __init__(self) -> None:
            self.sizes: list[int] = []

        def write(self, data: Any) -> int:
            self.sizes.append(len(data))
            return len(data)

    [(rows, target)] = [
        (chunk.copy_to(target), target)
        for target in [Counting()]
        for chunk in source().pages(TableEntry("mo.t", "", "mo"))
    ]
    assert rows == 200_000
    assert max(target.sizes) <= session.PIECE
    assert len(target.sizes) < 100


def test_bytes_are_capped(run: Run, stream: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "MAX_BYTES", 1_000_000)
    run("CREATE VIEW t AS SELECT repeat('x', 1000) AS a FROM generate_series(1, 100000) g")
    with pytest.raises(errors.TooManyBytes):
        stream("mo.t")


def test_time_is_capped_by_the_server(run: Run, stream: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kind, "TABLE_SECONDS", 2)
    run("CREATE VIEW t AS SELECT pg_sleep(60)::text AS a")
    with pytest.raises((errors.StatementTooSlow, TooSlow)):
        stream("mo.t")


def test_a_stream_whose_reader_is_gone_ends(run: Run, source: Source) -> None:
    run("CREATE VIEW t AS SELECT pg_sleep(60)::text AS a")
    target = io.BytesIO()
    target.close()
    for chunk in source().pages(TableEntry("mo.t", "", "mo")):
        with pytest.raises(Unreachable):
            chunk.copy_to(target)


# Publishing

HOSTILE = [
    "", " ", "\t", "\n", "\r\n", "\\", "\\N", "\\n", "\\.", "N", '"', "'", "a\tb\nc\\d",
    "a\x1a", "\x1e\x1f", "\x08\f\v",
    unicodedata.normalize("NFD", "Thừa Thiên Huế"), "\n\u0301", "\r\u0301b\u0323\t\u0302",
    "\\\u0338", "\u0301",
    "😀👩‍👩‍👧", "\u202eabc", "ﬁ", "\ufeff", "x" * 300_000, "ệ" * 100_000, None,
]  # fmt: skip
VALUES: dict[str, list[Any]] = {
    "int2": [32767, -32768, 0],
    "int8": [999_999_999_999_999_999, -5, 0],
    "numeric": [Decimal("123456789012345678901234567890.0987654321"), Decimal("-0.50"), Decimal("NaN")],
    "float8": [1e20, 1.5e-7, float("inf"), -0.1, 2.5],
    "bool": [True, False],
    "date": ["0001-01-01", "2024-02-29", "9999-12-31"],
    "timestamp": ["2024-02-29 23:59:59.123456", "1900-01-01 00:00:00"],
    "timestamptz": ["2024-01-01 00:30:00+00", "2023-12-31 20:00:00-05"],
    "time": ["23:59:59"],
    "uuid": ["6f9619ff-8b86-d011-b42d-00c04fc964ff"],
    "inet": ["10.0.0.1"],
    "jsonb": ['{"đường": ["Lê Lợi", 150, null], "b": {"c": "\\n\\t\\""}}'],
    "text[]": ['{a,"b \\\\ \\"c",NULL,ế}', "{}"],
    "int[]": ["{{1,2},{3,4}}"],
    "varchar(10)": ["0012", "3", "2024-01-01"],
}


def test_a_stream_publishes_what_the_same_rows_as_pages_do(
    run: Run, source: Source, read: Callable[[str], list[tuple[Any, ...]]], published_ids: Callable[[], str]
) -> None:
    columns = ", ".join(f"c{number} {type_}" for number, type_ in enumerate(VALUES))
    run(f"CREATE TABLE t (stt serial PRIMARY KEY, van_ban text, {columns})")
    for number, text in enumerate(HOSTILE):
        values = [some[number] if number < len(some) else None for some in VALUES.values()]
        marks = ", ".join(["%s"] * (len(values) + 1))
        run(f"INSERT INTO t VALUES (DEFAULT, {marks})", text, *values)  # noqa: S608
    as_stream, as_pages = published_ids(), published_ids()
    chunks = list(source().pages(TableEntry("mo.t", "", "mo")))
    names = [column.name for column in chunks[0].columns]
    rows = [dict(zip(names, row, strict=True)) for row in run("SELECT * FROM t ORDER BY stt")]
    for row in rows:
        row["c12"] = row["c12"] if row["c12"] is None else list(row["c12"])
    [paged] = load([Page("data", rows, chunks[0].columns)], lambda _list: as_pages)
    [streamed] = load(source().pages(TableEntry("mo.t", "", "mo")), lambda _list: as_stream)
    assert streamed.columns == paged.columns
    assert (streamed.rows, streamed.findings) == (paged.rows, paged.findings) == (len(HOSTILE), ())
    assert read(as_stream) == read(as_pages)


def test_the_same_rows_again_are_not_written_again(
    run: Run, source: Source, published_ids: Callable[[], str]
) -> None:
    run("CREATE TABLE t (a int, b text); INSERT INTO t SELECT g, 'ế' FROM generate_series(1, 1000) g")
    resource_id = published_ids()

    def loaded() -> Any:
        return load(source().pages(TableEntry("mo.t", "", "mo")), lambda _list: resource_id)[0]

    assert loaded().written
    run("UPDATE t SET b = b WHERE a < 500")
    run("VACUUM FULL t")
    assert not loaded().written
    run("UPDATE t SET b = 'e' WHERE a = 7")
    assert loaded().written


def test_an_empty_table_is_published_with_its_columns(
    run: Run, source: Source, published_ids: Callable[[], str]
) -> None:
    run("CREATE TABLE t (a int, b date)")
    resource_id = published_ids()
    [loaded] = load(source().pages(TableEntry("mo.t", "", "mo")), lambda _list: resource_id)
    assert {column.name: column.type for column in loaded.columns} == {"a": "bigint", "b": "date"}


def test_a_warehouse_that_fails_half_way_publishes_nothing(
    run: Run, source: Source, published_ids: Callable[[], str], read: Callable[[str], list[tuple[Any, ...]]]
) -> None:
    run("CREATE VIEW t AS SELECT g AS a FROM generate_series(1, 9) g")
    resource_id = published_ids()
    load(source().pages(TableEntry("mo.t", "", "mo")), lambda _list: resource_id)
    run("DROP VIEW t; CREATE TABLE t (a int PRIMARY KEY, b json)")
    run("INSERT INTO t SELECT g, to_json(repeat('x', 200)) FROM generate_series(1, 20000) g")
    run("CREATE FUNCTION hong(int) RETURNS bool LANGUAGE sql STABLE AS 'SELECT 1 / (20000 - $1) > -1'")
    run(f"ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t TO {READER} USING (hong(a))")
    with pytest.raises(errors.RefusedByWarehouse, match="division by zero"):
        load(source().pages(TableEntry("mo.t", "", "mo")), lambda _list: resource_id)
    assert len(read(resource_id)) == 9


@pytest.fixture
def published_ids() -> Iterator[Callable[[], str]]:
    """Ids of resources whose tables are dropped at the end."""
    made: list[str] = []

    def make() -> str:
        made.append(str(uuid.uuid4()))
        return made[-1]

    yield make
    drop_tables(made)


@pytest.fixture
def read() -> Callable[[str], list[tuple[Any, ...]]]:
    """The rows of a published table in their order."""

    def rows(resource_id: str) -> list[tuple[Any, ...]]:
        with datastore_connection() as connection, connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{resource_id}" ORDER BY _id')  # noqa: S608
            return cursor.fetchall()

    return rows


# Access


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"token": "sai"}, errors.LoginRefused),
        ({"token": ""}, errors.LoginRefused),
        ({"address": "user"}, errors.LoginRefused),
        ({"address": "database"}, errors.NoDatabase),
        ({"address": "port"}, Unreachable),
        ({"sslmode": "require"}, errors.NotEncrypted),
        ({"sslmode": "verify-full"}, errors.NotEncrypted),
        ({"private": False}, AddressRefused),
    ],
)
def test_who_is_refused_learns_why(
    run: Run, source: Source, given: dict[str, Any], error: type[SourceError]
) -> None:
    addresses = {"user": url(user="la"), "database": url(database="khong_co"), "port": url(1)}
    with pytest.raises(error) as refused:
        list(source(**{**given, "address": addresses.get(given.get("address", ""), "")}).listing())
    assert PASSWORD not in str(refused.value)


def test_the_environment_leads_nowhere_else(
    run: Run, listed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = tmp_path / "service.conf"
    service.write_text(
        "[khac]\nhost=198.51.100.7\nhostaddr=198.51.100.7\nport=1\nuser=khac\npassword=khac\ndbname=khac\n"
        "sslmode=verify-full\noptions=-c default_transaction_read_only=off\nrequirepeer=khac\n"
    )
    (tmp_path / ".pgpass").write_text("*:*:*:*:khac\n")
    (tmp_path / ".pgpass").chmod(0o600)
    for name, value in {
        "PGSERVICE": "khac", "PGSERVICEFILE": str(service), "PGHOST": "198.51.100.7",
        "PGHOSTADDR": "198.51.100.7", "PGPORT": "1", "PGUSER": "khac", "PGPASSWORD": "khac",
        "PGDATABASE": "khac", "PGPASSFILE": str(tmp_path / ".pgpass"), "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": str(service), "PGOPTIONS": "-c search_path=khac", "PGTZ": "America/New_York",
        "PGCLIENTENCODING": "LATIN1", "PGDATESTYLE": "German", "PGTARGETSESSIONATTRS": "standby",
        "PGCHANNELBINDING": "require", "PGAPPNAME": "khac", "PGREQUIREPEER": "khac",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    run("CREATE TABLE t (b timestamptz); INSERT INTO t VALUES ('2024-01-01 00:30:00+00')")
    assert listed(change_column="b")["mo.t"].updated == "2024-01-01T07:30:00.000000+07:00"


def test_no_password_of_the_environment_stands_in_for_a_missing_one(
    run: Run, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".pgpass").write_text(f"*:*:*:*:{PASSWORD}\n".replace("\\", "\\\\"))
    (tmp_path / ".pgpass").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    with pytest.raises(errors.LoginRefused):
        list(source(token="").listing())


def test_an_entry_with_a_problem_is_not_read(source: Source) -> None:
    entry = replace(TableEntry("mo.t", "", "mo"), problem="bảng có quá nhiều cột")
    with pytest.raises(SourceError, match="quá nhiều cột"):
        next(source().pages(entry))
