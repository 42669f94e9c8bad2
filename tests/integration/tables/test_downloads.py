"""Tables as files over HTTP: who may read them, what the answers say, and that they fit the table."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from sqlalchemy import event

from ckanext.hue.harvesters.base import Page
from ckanext.hue.tables.files import answers
from ckanext.hue.tables.files.jobs import write_files
from ckanext.hue.tables.loading import load

ROWS = [{"ten": f"Di tích «{n}», Lê Lợi", "nam": 1900 + n} for n in range(1, 101)]
JSON_PLEASE = {"Accept": "application/json"}

Dataset = Callable[..., dict[str, Any]]


def fill(resource_id: str, rows: list[dict[str, Any]] = ROWS) -> None:
    load([Page("data", rows, ())], lambda _name: resource_id)


@pytest.fixture
def published(dataset: Dataset) -> dict[str, Any]:
    """A public dataset with two tables, without files."""
    resources = [
        {"name": name, "format": "CSV", "url_type": "datastore", "url": "", "datastore_active": True}
        for name in ("Di tích cấp quốc gia", "Điểm đến")
    ]
    made = dataset(resources=resources)
    for resource in made["resources"]:
        fill(resource["id"])
    return made


@pytest.fixture
def table(published: dict[str, Any]) -> str:
    """The id of a table whose files are not written yet."""
    return published["resources"][0]["id"]


@pytest.fixture
def stored(table: str) -> str:
    """The id of a table whose files are written."""
    write_files(sweep=False)
    return table


def change(published: dict[str, Any], **values: Any) -> None:
    context = {"ignore_auth": True, "user": published["user"]}
    tk.get_action("package_patch")(context, {"id": published["id"], **values})


@contextmanager
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        seen.append(statement)

    event.listen(sa.engine.Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(sa.engine.Engine, "before_cursor_execute", note)


def rows_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


# What must not work


@pytest.mark.parametrize(
    "path",
    [
        "/download/../../etc/passwd.csv",
        "/download/..%2f..%2fetc%2fpasswd.csv",
        "/download/%2e%2e.csv",
        "/download/_table_metadata.csv",
        "/download/pg_class.csv",
        "/download/hue.table_file.csv",
        "/download/'; DROP TABLE package; --.csv",
        "/download/khong-co.csv",
        "/download/.csv",
        "/download/" + "a" * 3000 + ".csv",
        "/download/dataset/../../x.zip",
        "/download/dataset/khong-co.zip",
        "/download/dataset/.zip",
    ],
)
def test_odd_addresses_find_nothing(client: Any, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/download/a%00b.csv", "/download/a.csv?q=%00", "/download/dataset/%00.zip"]
)
def test_a_nul_is_refused(client: Any, path: str) -> None:
    assert client.get(path).status_code == 400


def test_a_table_is_not_found_by_its_name(client: Any, published: dict[str, Any]) -> None:
    assert client.get(f"/download/{published['resources'][0]['name']}.csv").status_code == 404


@pytest.mark.parametrize("extension", ["exe", "csv-bom", "CSV", "csv%2f", "csv.", "html"])
def test_there_are_no_other_formats(client: Any, stored: str, extension: str) -> None:
    assert client.get(f"/download/{stored}.{extension}").status_code == 404


def test_a_resource_without_table_has_no_download(client: Any, dataset: Dataset) -> None:
    made = dataset(resources=[{"name": "Tệp", "url": "https://so.example.vn/a.pdf"}])
    assert client.get(f"/download/{made['resources'][0]['id']}.csv").status_code == 404
    assert client.get(f"/download/dataset/{made['id']}.zip").status_code == 404


@pytest.mark.parametrize("values", [{"private": True}, {"state": "deleted"}, {"state": "draft"}])
def test_what_is_not_public_is_not_there(
    client: Any, published: dict[str, Any], stored: str, values: dict[str, Any]
) -> None:
    tag = client.get(f"/download/{stored}.csv").headers["ETag"]
    change(published, **values)
    for path in (f"/download/{stored}.csv", f"/download/{stored}.csv?limit=1"):
        assert client.get(path).status_code == 404
        assert client.head(path).status_code == 404
    assert client.get(f"/download/{stored}.csv", headers={"If-None-Match": tag}).status_code == 404
    assert client.get(f"/download/dataset/{published['id']}.zip").status_code == 404
    assert client.get(f"/api/3/action/hue_table_files?resource_id={stored}").status_code in (403, 404)


def test_its_own_people_read_a_private_table_and_no_cache_keeps_it(
    client: Any, published: dict[str, Any], stored: str
) -> None:
    change(published, private=True)
    token = tk.get_action("api_token_create")(
        {"ignore_auth": True, "user": published["user"]},
        {"user": published["user"], "name": "thu", "expires_in": 1, "unit": 3600},
    )["token"]
    answer = client.get(f"/download/{stored}.csv", headers={"Authorization": token})
    assert answer.status_code == 200
    assert len(rows_of(answer)) == 100
    assert answer.cache_control.private
    assert not answer.cache_control.public


def test_a_deleted_table_is_not_there(client: Any, published: dict[str, Any], stored: str) -> None:
    context = {"ignore_auth": True, "user": published["user"]}
    tk.get_action("resource_delete")(context, {"id": stored})
    assert client.get(f"/download/{stored}.csv").status_code == 404


def test_a_title_cannot_write_headers(client: Any, published: dict[str, Any], stored: str) -> None:
    resource = model.Resource.get(stored)
    assert resource is not None
    resource.name = 'x"\r\nSet-Cookie: a=1\r\n\r\n<script>'
    model.Session.commit()
    answer = client.get(f"/download/{stored}.csv")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Content-Disposition"].startswith(
        'attachment; filename="x-set-cookie-a-1-script.csv"'
    )


@pytest.mark.parametrize(
    "question",
    [
        "filters={",
        "filters=[1]",
        'filters={"khong_co": 1}',
        'filters={"nam": {"a": 1}}',
        'filters={"nam": "khong phai so"}',
        "fields=khong_co",
        'fields=["',
        "fields=nam;DROP TABLE package",
        "sort=khong_co",
        "sort=nam desc; DROP TABLE package",
        "limit=-1",
        "limit=x",
        "limit=99999999999999999999999999",
        "q=" + "a" * 1001,
        "bom=x",
    ],
)
def test_a_bad_question_is_answered_in_words(client: Any, stored: str, question: str) -> None:
    page = client.get(f"/download/{stored}.csv?{question}")
    assert page.status_code == 400
    assert page.mimetype == "text/html"
    said = client.get(f"/download/{stored}.csv?{question}", headers=JSON_PLEASE)
    assert said.status_code == 400
    message = said.json["error"]["message"]
    assert message.endswith((".", "ký tự."))
    assert not message.isascii()


def test_a_question_is_shown_as_text(client: Any, stored: str) -> None:
    page = client.get(f"/download/{stored}.csv", query_string={"fields": "<script>alert(1)</script>"})
    assert page.status_code == 400
    assert "<script>alert" not in page.text


# Stored files


def test_a_stored_file_says_all_of_itself(client: Any, stored: str) -> None:
    answer = client.get(f"/download/{stored}.csv")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert not answer.get_etag()[1]
    assert answer.last_modified is not None
    assert answer.cache_control.public
    assert answer.cache_control.no_cache
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
    assert 'filename="di-tich-cap-quoc-gia.csv"' in answer.headers["Content-Disposition"]
    assert "filename*=UTF-8''Di%20t%C3%ADch" in answer.headers["Content-Disposition"]
    assert [(row["ten"], int(row["nam"])) for row in rows_of(answer)] == [
        (row["ten"], row["nam"]) for row in ROWS
    ]


def test_a_stored_file_takes_four_statements(client: Any, stored: str) -> None:
    client.get(f"/download/{stored}.csv")
    with statements() as seen:
        assert client.get(f"/download/{stored}.csv").status_code == 200
    # CKAN's own settings, the resource, its dataset, the file
    assert len(seen) == 4, "\n".join(seen)


def test_head_says_the_same_without_the_rows(client: Any, stored: str) -> None:
    whole, head = client.get(f"/download/{stored}.csv"), client.head(f"/download/{stored}.csv")
    assert head.status_code == 200
    assert head.data == b""
    for name in ("Content-Length", "ETag", "Last-Modified", "Content-Type", "Content-Disposition"):
        assert head.headers[name] == whole.headers[name]


def test_the_file_with_a_byte_order_mark_is_another_one(client: Any, stored: str) -> None:
    plain, marked = client.get(f"/download/{stored}.csv"), client.get(f"/download/{stored}.csv?bom=1")
    assert marked.data == b"\xef\xbb\xbf" + plain.data
    assert marked.headers["ETag"] != plain.headers["ETag"]


def test_what_the_reader_has_is_not_sent_again(client: Any, stored: str) -> None:
    first = client.get(f"/download/{stored}.csv")
    for headers in (
        {"If-None-Match": first.headers["ETag"]},
        {"If-None-Match": f'"other", W/{first.headers["ETag"]}'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": first.headers["Last-Modified"]},
        # The condition comes first: a range of what the reader has is nothing either.
        {"If-None-Match": first.headers["ETag"], "Range": "bytes=0-5"},
    ):
        again = client.get(f"/download/{stored}.csv", headers=headers)
        assert again.status_code == 304, headers
        assert again.data == b""
        assert again.headers["ETag"] == first.headers["ETag"]


@pytest.mark.parametrize(
    "headers",
    [
        {"If-None-Match": '"other"'},
        {"If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"},
        {"If-Modified-Since": "khong phai ngay"},
        {"Range": "bytes=0-1,4-5"},
        {"Range": "rows=0-1"},
        {"Range": "bytes=5-1"},
        {"Range": "bytes=" + ",".join(f"{n}-{n}" for n in range(0, 3000, 2))},
        {"Range": "bytes=0-5", "If-Range": '"old"'},
        {"Range": "bytes=0-5", "If-Range": "Mon, 01 Jan 2001 00:00:00 GMT"},
    ],
)
def test_otherwise_the_whole_file_is_sent(client: Any, stored: str, headers: dict[str, str]) -> None:
    answer = client.get(f"/download/{stored}.csv", headers=headers)
    assert answer.status_code == 200
    assert len(rows_of(answer)) == 100


@pytest.mark.parametrize("asked", ["bytes=10-19", "bytes=-10", "bytes=3000-", "bytes=0-99999999999999999999"])
def test_a_range_is_that_part_of_the_file(client: Any, stored: str, asked: str) -> None:
    whole = client.get(f"/download/{stored}.csv")
    answer = client.get(
        f"/download/{stored}.csv", headers={"Range": asked, "If-Range": whole.headers["ETag"]}
    )
    assert answer.status_code == 206
    start, stop = answer.content_range.start, answer.content_range.stop
    assert answer.content_range.length == len(whole.data)
    assert answer.data == whole.data[start:stop]
    assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_a_range_behind_the_end_is_refused(client: Any, stored: str) -> None:
    size = len(client.get(f"/download/{stored}.csv").data)
    answer = client.get(f"/download/{stored}.csv", headers={"Range": f"bytes={size}-"})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{size}"


def test_the_etag_changes_with_the_table_and_not_otherwise(
    client: Any, published: dict[str, Any], stored: str
) -> None:
    def tag() -> str:
        return client.get(f"/download/{stored}.csv").headers["ETag"]

    first = tag()
    change(published, notes="Mô tả mới.")
    write_files(sweep=True)
    assert tag() == first
    fill(stored, [*ROWS, {"ten": "Mới", "nam": 2025}])
    write_files(sweep=False)
    second = tag()
    assert second != first
    fill(stored)
    write_files(sweep=False)
    assert tag() == first


@pytest.mark.parametrize(
    ("extension", "media_type"),
    [
        ("tsv", "text/tab-separated-values"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("json", "application/json"),
        ("ndjson", "application/x-ndjson"),
        ("parquet", "application/vnd.apache.parquet"),
    ],
)
def test_every_format_has_its_media_type(client: Any, stored: str, extension: str, media_type: str) -> None:
    answer = client.get(f"/download/{stored}.{extension}")
    assert answer.status_code == 200
    assert answer.mimetype == media_type
    assert "ETag" in answer.headers


def test_a_format_that_does_not_fit_says_why(client: Any, stored: str) -> None:
    answer = client.get(f"/download/{stored}.geojson", headers=JSON_PLEASE)
    assert answer.status_code == 400
    assert "kinh độ" in answer.json["error"]["message"]


# Rows as they are read


def test_without_files_the_rows_stream(client: Any, table: str) -> None:
    answer = client.get(f"/download/{table}.csv")
    assert answer.status_code == 200
    assert "ETag" not in answer.headers
    assert len(rows_of(answer)) == 100
    assert "Set-Cookie" not in answer.headers


def test_an_edited_table_is_read_as_it_is_now(client: Any, published: dict[str, Any], stored: str) -> None:
    context = {"ignore_auth": True, "user": published["user"]}
    tk.get_action("datastore_upsert")(
        context,
        {
            "resource_id": stored,
            "force": True,
            "method": "insert",
            "records": [{"ten": "Thêm tay", "nam": 1802}],
        },
    )
    answer = client.get(f"/download/{stored}.csv")
    assert "ETag" not in answer.headers
    assert rows_of(answer)[-1]["ten"] == "Thêm tay"
    write_files(sweep=False)
    assert "ETag" not in client.get(f"/download/{stored}.csv").headers


def test_a_file_that_is_gone_from_the_storage_is_read_from_the_table(
    client: Any, stored: str, storage_folder: Any
) -> None:
    for file in storage_folder.rglob(f"{stored}*"):
        file.unlink()
    answer = client.get(f"/download/{stored}.csv")
    assert answer.status_code == 200
    assert len(rows_of(answer)) == 100


def test_a_file_that_was_cut_is_not_sent(client: Any, stored: str, storage_folder: Any) -> None:
    (file,) = storage_folder.rglob(f"{stored}.*.csv.csv")
    file.write_bytes(file.read_bytes()[:100])
    assert len(rows_of(client.get(f"/download/{stored}.csv"))) == 100


def test_a_part_of_a_table_streams(client: Any, stored: str) -> None:
    answer = client.get(
        f"/download/{stored}.csv",
        query_string={
            "filters": json.dumps({"nam": [1905, 1907, 1909]}),
            "fields": "nam",
            "sort": "nam desc",
        },
    )
    assert answer.status_code == 200
    assert "ETag" not in answer.headers
    assert answer.data.decode().split() == ["nam", "1909", "1907", "1905"]


def test_words_are_found_without_accents(client: Any, stored: str) -> None:
    answer = client.get(f"/download/{stored}.csv?q=le+loi&limit=3")
    assert len(rows_of(answer)) == 3


def test_head_of_a_part_begins_no_stream(client: Any, stored: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tk.config, "ckanext.hue.files.live_streams", 1)
    for _ in range(3):
        answer = client.head(f"/download/{stored}.csv?limit=1")
        assert answer.status_code == 200
        assert answer.data == b""


def test_more_streams_than_allowed_are_asked_to_come_back(
    client: Any, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tk.config, "ckanext.hue.files.live_streams", 1)
    running = client.get(f"/download/{table}.csv", buffered=False)
    assert running.status_code == 200
    refused = client.get(f"/download/{table}.csv", headers=JSON_PLEASE)
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) == answers.RETRY_SECONDS
    running.close()
    again = client.get(f"/download/{table}.csv")
    assert again.status_code == 200
    assert len(rows_of(again)) == 100


def test_refused_questions_use_up_no_stream(client: Any, table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tk.config, "ckanext.hue.files.live_streams", 1)
    for _ in range(3):
        answer = client.get(f"/download/{table}.csv", query_string={"filters": '{"nam": "x"}'})
        assert answer.status_code == 400
    assert client.get(f"/download/{table}.csv?limit=1").status_code == 200


# All tables of a dataset


def test_all_tables_of_a_dataset_come_as_one_zip(client: Any, published: dict[str, Any]) -> None:
    answer = client.get(f"/download/dataset/{published['id']}.zip")
    assert answer.status_code == 200
    assert answer.mimetype == "application/zip"
    assert "Set-Cookie" not in answer.headers
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        assert packed.testzip() is None
        described = json.loads(packed.read("datapackage.json"))
        assert {resource["path"] for resource in described["resources"]} < set(packed.namelist())
        assert len(described["resources"]) == 2


# What is listed


def test_the_files_of_a_table_are_listed(client: Any, stored: str) -> None:
    listed = client.get(f"/api/3/action/hue_table_files?resource_id={stored}").json["result"]
    by_format = {each["format"]: each for each in listed}
    assert set(by_format) == {"csv", "csv-bom", "tsv", "xlsx", "json", "ndjson", "parquet"}
    for each in listed:
        path = each["url"].removeprefix(tk.config["ckan.site_url"])
        answer = client.get(path)
        assert len(answer.data) == each["size"]
        assert answer.headers["ETag"] == f'"{each["sha256"]}"'
        assert answer.headers["Content-Type"] == each["media_type"]


def test_files_that_are_not_written_are_listed_without_size(client: Any, table: str) -> None:
    listed = client.get(f"/api/3/action/hue_table_files?resource_id={table}").json["result"]
    assert {"csv", "xlsx"} < {each["format"] for each in listed}
    assert all(each["size"] is None and each["sha256"] is None for each in listed)


@pytest.mark.parametrize("question", ["", "?resource_id=", "?resource_id=khong-co", "?resource_id=khong&x=1"])
def test_a_listing_of_nothing_is_refused(client: Any, question: str) -> None:
    assert client.get(f"/api/3/action/hue_table_files{question}").status_code in (404, 409)


def test_pages_lead_to_the_files(client: Any, published: dict[str, Any], stored: str) -> None:
    path = f"/dataset/{published['name']}"
    for page in (client.get(path), client.get(f"{path}/resource/{stored}")):
        assert f'href="/download/{stored}.csv?bom=1"' in page.text
        assert f'href="/download/{stored}.xlsx"' in page.text
        assert not re.search('href="[^"]*/datastore/dump/', page.text)
        assert "SHA-256" in page.text
    assert f'href="/download/dataset/{published["id"]}.zip"' in client.get(path).text


def test_a_page_with_many_tables_asks_for_all_of_their_files_at_once(
    client: Any, published: dict[str, Any], stored: str
) -> None:
    """For its readers, and for what it tells search engines."""
    with statements() as seen:
        assert client.get(f"/dataset/{published['name']}").status_code == 200
    assert len([statement for statement in seen if "hue.table_file" in statement]) == 1
