"""What a reload changes, what it leaves out, and what stays of the table before it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model

from ckanext.hue.harvesters.base import Batch, Column
from ckanext.hue.tables import building, indexing, versions
from ckanext.hue.tables.errors import TooManyBadRows, TypeLost
from ckanext.hue.tables.loading import LoadedList, Rules, drop, load_batches

Run = Callable[..., Any]
KEY = Column("mã", is_key=True)


@pytest.fixture
def write() -> Run:
    """Call an action of the DataStore that writes."""

    def call(name: str, **values: Any) -> Any:
        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        return tk.get_action(name)({"ignore_auth": True, "user": user}, {**values, "force": True})

    return call


@pytest.fixture
def resource_id(dataset: Run) -> Iterator[str]:
    """A resource that CKAN knows, so that its DataStore API writes to the table as well."""
    resource = {"name": "Bảng thử", "url": "http://127.0.0.1/", "url_type": "datastore"}
    made = dataset(resources=[resource])["resources"][0]["id"]
    yield made
    drop([made])


@pytest.fixture
def load(resource_id: str) -> Callable[..., LoadedList]:
    """Load texts as a CSV file brings them."""

    def run(names: str, *rows: Sequence[str], first_row: int = 2, **given: Any) -> LoadedList:
        batch = Batch(tuple(names.split()), rows, first_row, blank_is_null=True)
        return load_batches(resource_id, [batch], **given)

    return run


def test_a_reload_tells_what_became_of_the_rows(load: Run, written: Run, resource_id: str) -> None:
    load("mã tên", ["1", "Cầu"], ["2", "Chợ"], ["3", "Đình"], dictionary=[KEY])
    load("mã tên", ["1", "Cầu"], ["2", "Chợ Đông Ba"], ["4", "Lăng"], dictionary=[KEY])
    now = versions.current(resource_id)
    assert now and (now.number, now.added, now.changed, now.removed) == (2, 1, 1, 1)
    kept = written(
        "SELECT kind, key ->> 'mã', before ->> 'tên', after ->> 'tên' FROM hue.row_change"
        " WHERE resource_id = %s AND version = 2 ORDER BY key",
        resource_id,
    )
    assert kept == [
        ("changed", "2", "Chợ", "Chợ Đông Ba"),
        ("removed", "3", "Đình", None),
        ("added", "4", None, "Lăng"),
    ]


def test_the_api_tells_versions_to_all_and_changed_rows_to_editors(
    load: Run, action: Run, resource_id: str
) -> None:
    load("mã tên", ["1", "Cầu"], dictionary=[KEY])
    load("mã tên", ["1", "Chợ"], dictionary=[KEY])
    told = action("hue_table_versions", resource_id=resource_id)
    assert [(one["version"], one["rows"], one["added"], one["changed"]) for one in told] == [
        (2, 1, 0, 1),
        (1, 1, None, None),
    ]
    with pytest.raises(tk.NotAuthorized):
        action("hue_table_changes", resource_id=resource_id, version=2)
    asked = {"resource_id": resource_id, "version": 2}
    assert tk.get_action("hue_table_changes")({"ignore_auth": True}, asked) == [
        {
            "kind": "changed",
            "key": {"mã": "1"},
            "before": {"mã": "1", "tên": "Cầu"},
            "after": {"mã": "1", "tên": "Chợ"},
        }
    ]


def test_the_history_of_a_private_table_is_private(
    load: Run, action: Run, dataset: Run, resource_id: str
) -> None:
    load("a", ["1"])
    package_id = model.Resource.get(resource_id).package_id
    tk.get_action("package_patch")(
        {"ignore_auth": True, "user": dataset()["user"]}, {"id": package_id, "private": True}
    )
    with pytest.raises(tk.NotAuthorized):
        action("hue_table_versions", resource_id=resource_id)


def test_without_a_key_nothing_is_said_of_rows(load: Run, resource_id: str) -> None:
    load("a", ["1"])
    load("a", ["2"])
    now = versions.current(resource_id)
    assert now and (now.number, now.added, now.changed, now.removed) == (2, None, None, None)


def test_repeated_keys_are_reported(load: Run, resource_id: str) -> None:
    loaded = load("mã tên", ["1", "a"], ["1", "b"], ["", "c"], ["2", "d"], dictionary=[KEY])
    assert "không phân biệt được 3 bản ghi" in loaded.notes[0]
    assert loaded.rows == 4


def test_bad_values_of_a_declared_type_are_set_aside_with_their_reason(
    load: Run, read: Run, written: Run, resource_id: str
) -> None:
    rows = [[f"{day}/02/2023", str(day)] for day in (*range(1, 29), 29)]
    loaded = load("ngày số", *rows, dictionary=[Column("ngày", "Ngày cấp", "date"), Column("số", "", "int")])
    assert (loaded.rows, loaded.quarantined) == (28, 1)
    assert read("SELECT max(ngày)::text, count(*) FROM {}") == [("2023-02-28", 28)]
    kept = written(
        "SELECT row_number, column_name, value, reason, record ->> 'số' FROM hue.quarantined_row"
        " WHERE resource_id = %s",
        resource_id,
    )
    assert kept == [(30, "Ngày cấp", "29/02/2023", "không phải ngày hợp lệ", "29")]


def test_too_many_bad_rows_keep_the_old_table(load: Run, read: Run) -> None:
    dictionary = [Column("a", "", "date"), Column("b", "", "date")]
    day = "01/02/2023"
    load("a b", *([[day, day]] * 20), dictionary=dictionary)
    rows = [["x", day]] * 4 + [[day, "y"]] * 4 + [[day, day]] * 12
    with pytest.raises(TooManyBadRows, match="8 trong 20 bản ghi"):
        load("a b", *rows, dictionary=dictionary)
    assert read("SELECT count(*) FROM {}") == [(20,)]


def test_a_declared_column_does_not_become_text(load: Run, read: Run) -> None:
    declared = [Column("a", "", "int")]
    load("a", *([["1"]] * 20), dictionary=declared)
    with pytest.raises(TypeLost):
        load("a", *([["khoảng một"]] * 20), dictionary=declared)
    assert read("SELECT pg_typeof(a)::text FROM {} LIMIT 1") == [("bigint",)]


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("giá", ["1.234.567,89", "12", "0,5"], "numeric"),
        ("giá", ["1,234,567.89", "12"], "numeric"),
        ("giá", ["1234.5", "12"], "numeric"),
        ("giá", ["1.234", "5.678"], "text"),
        ("số_lượng", [" 12 ", "", "7"], "bigint"),
        ("số_lượng", ["12", "007"], "text"),
        ("điện_thoại", ["2343822222", "2343811111"], "text"),
        ("Mã_số_thuế", ["3300101308"], "text"),
        ("năm", ["2023", "99999999999999999999"], "numeric"),
        ("có_bảo_hiểm", ["có", "Không", ""], "boolean"),
        ("ngày", ["31.12.2024", "1.1.1802"], "date"),
        ("ngày", ["2024-02-29", "0000-01-01"], "text"),
        ("ghi_chú", ["=1+1", "@x", "-", "+84"], "text"),
    ],
)
def test_texts_of_a_file_become_types_when_the_whole_column_proves_it(
    load: Run, name: str, values: list[str], expected: str
) -> None:
    loaded = load(f"{name} khác", *([value, "x"] for value in values))
    assert loaded.columns[0].type == expected


def test_vietnamese_numbers_keep_their_value(load: Run, read: Run) -> None:
    load("giá", ["1.234.567,89"], ["-0,50"], ["12"])
    assert read('SELECT "giá"::text FROM {} ORDER BY _id') == [("1234567.89",), ("-0.50",), ("12",)]


def test_the_source_may_say_how_its_numbers_are_written(load: Run, read: Run) -> None:
    load("giá", ["1.234"], rules=Rules("vi"))
    assert read('SELECT "giá"::text FROM {}') == [("1234",)]
    load("giá", ["1.234"], rules=Rules("en"))
    assert read('SELECT "giá"::text FROM {}') == [("1.234",)]


def test_the_value_that_makes_a_column_text_is_named(load: Run) -> None:
    rows = [[str(number)] for number in range(10, 30)]
    [finding] = load("số", *rows, ["chưa rõ"]).findings
    assert (finding.row, finding.column, finding.value) == (22, "số", "chưa rõ")
    assert "phần lớn là số nhưng có 1 giá trị khác" in finding.message


def test_the_types_of_a_long_table_come_from_all_of_it(load: Run) -> None:
    rows = [[str(number), "01/01/2024", str(number)] for number in range(1, 5_001)]
    rows += [["1.5", "30/02/2024", "x"]]
    loaded = load("a b c", *rows)
    assert [column.type for column in loaded.columns] == ["numeric", "text", "text"]


def test_what_a_person_wrote_into_the_dictionary_stays(load: Run, write: Run, resource_id: str) -> None:
    load("a b", ["1", "2"])
    fields = [
        {"id": "a", "type": "bigint", "info": {"label": "Cột A", "unit": "người", "notes": "Ghi"}},
        {"id": "b", "type": "bigint", "info": {"type_override": "text"}},
    ]
    write("datastore_create", resource_id=resource_id, fields=fields)
    loaded = load("b a", ["3", "4"])
    assert [(column.name, column.type) for column in loaded.columns] == [("b", "text"), ("a", "bigint")]
    fields = tk.get_action("datastore_info")({"ignore_auth": True}, {"id": resource_id})["fields"]
    assert {field["id"]: field["info"] for field in fields} == {
        "a": {"label": "Cột A", "unit": "người", "notes": "Ghi"},
        "b": {"type_override": "text"},
    }


def test_a_column_added_by_the_api_makes_the_table_an_edited_one(
    load: Run, write: Run, resource_id: str
) -> None:
    load("a", ["1"])
    write("datastore_create", resource_id=resource_id, fields=[{"id": "a", "info": {"label": "A"}}])
    assert versions.current(resource_id)
    write("datastore_create", resource_id=resource_id, fields=[{"id": "a"}, {"id": "b", "type": "text"}])
    assert versions.current(resource_id) is None


def test_aliases_follow_the_new_table(load: Run, write: Run, resource_id: str) -> None:
    load("a", ["1"])
    alias = f"bí_danh_{resource_id[:8]}"
    write("datastore_create", resource_id=resource_id, aliases=[alias])
    load("a b", ["2", "x"])
    found = tk.get_action("datastore_search")({"ignore_auth": True}, {"resource_id": alias})
    assert found["records"] == [{"_id": 1, "a": 2, "b": "x"}]


def test_an_edited_table_holds_no_version(load: Run, write: Run, resource_id: str) -> None:
    load("a", ["1"])
    assert versions.current(resource_id)
    write("datastore_upsert", resource_id=resource_id, method="insert", records=[{"a": 2}])
    assert versions.current(resource_id) is None
    assert load("a", ["1"]).written


@pytest.fixture
def big(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take tables of more than ten rows for big ones."""
    monkeypatch.setattr(building, "BIG_ROWS", 10)
    monkeypatch.setattr(building, "INDEXED_ROWS", 10)


@pytest.mark.usefixtures("big")
def test_a_big_table_is_readable_before_it_is_indexed(
    load: Run, read: Run, write: Run, resource_id: str
) -> None:
    load("tên số", *([f"Lê Lợi {number}", str(number)] for number in range(20)))
    before = versions.current(resource_id)
    assert before and not before.indexed
    assert read("SELECT count(*), sum(số) FROM {}") == [(20, 190)]
    with pytest.raises(Exception, match="đang được lập chỉ mục"):
        write("datastore_upsert", resource_id=resource_id, method="insert", records=[{"tên": "x"}])
    assert resource_id in indexing.complete()
    after = versions.current(resource_id)
    assert after and after.indexed and after.number == before.number
    found = tk.get_action("datastore_search")(
        {"ignore_auth": True}, {"resource_id": resource_id, "q": "le loi 7"}
    )
    assert [(record["_id"], record["tên"]) for record in found["records"]] == [(8, "Lê Lợi 7")]
    assert resource_id not in indexing.complete()


@pytest.mark.usefixtures("big")
def test_indexing_never_replaces_a_newer_version(
    load: Run, read: Run, resource_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    load("a", *([str(number)] for number in range(20)))
    newer = threading.Thread(target=load, args=("a", *([str(number)] for number in range(30))))
    finish = building.finish

    def is_overtaken(cursor: Any, *arguments: Any, **options: Any) -> None:
        monkeypatch.setattr(building, "finish", finish)
        finish(cursor, *arguments, **options)
        newer.start()
        cursor.execute("SELECT pg_sleep(60)")

    monkeypatch.setattr(building, "finish", is_overtaken)
    indexing.complete()
    newer.join()
    now = versions.current(resource_id)
    assert now and (now.number, now.rows) == (2, 30)
    assert read("SELECT count(*) FROM {}") == [(30,)]


@pytest.mark.usefixtures("big")
def test_the_columns_of_a_big_table_are_indexed_where_their_values_are_short(
    load: Run, written: Run, resource_id: str
) -> None:
    load("số dài ngày", *([str(number), "x" * 600, "2024-01-01"] for number in range(20)))
    indexing.complete()
    indexes = written(
        "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid"
        " AND a.attnum = i.indkey[0] WHERE i.indrelid = %s::regclass ORDER BY a.attnum",
        f'"{resource_id}"',
    )
    assert indexes == [("_id",), ("_full_text",), ("số",), ("ngày",)]


def test_a_source_that_breaks_off_leaves_nothing_behind(
    load: Run, read: Run, written: Run, resource_id: str
) -> None:
    load("a", ["1"])

    def breaks() -> Iterator[Batch]:
        yield Batch(("a",), [["2"]], 2, blank_is_null=True)
        raise RuntimeError("the file broke off")

    tables = (
        "SELECT count(*) FROM pg_class WHERE relnamespace IN ('hue'::regnamespace, 'public'::regnamespace)"
    )
    before = written(tables)
    with pytest.raises(RuntimeError, match="broke off"):
        load_batches(resource_id, breaks())
    assert read("SELECT a FROM {}") == [(1,)]
    assert written(tables) == before


def test_a_load_leaves_no_staging_table(load: Run, written: Run) -> None:
    load("a", ["1"])
    assert written("SELECT count(*) FROM pg_class WHERE relname LIKE 'staging%'") == [(0,)]
