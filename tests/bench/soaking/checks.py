"""Source, database, DataStore and Solr after all: each check returns what differs, in Vietnamese."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from harvesting import portal
from harvesting.first_runs import ROW_NUMBER
from harvesting.sandboxes import Platform
from measuring import comparing

from stack import postgres, solr

SITE = portal.SITE
_SOLR_ROWS = "10000"
_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = '{schema}'::regnamespace"
# What may stand in these schemas beside published tables.
_OWN = {"_table_stats", "table_version", "row_change", "quarantined_row", "table_file"}


def differences(source: Platform, touched: dict[str, int], removed: set[str], kept_jobs: int) -> list[str]:
    """All that is not as it must be."""
    datasets = _datasets()
    return [
        *_once(datasets),
        *_as_listed(source, datasets, removed),
        *_activities(touched),
        *_search(datasets),
        *_datastore(datasets),
        *_nothing_stuck(),
        *_nothing_grows(kept_jobs),
    ]


def _sql(statement: str, database: str = SITE.database) -> list[list[str]]:
    return [line.split("\t") for line in postgres.psql(statement, database).splitlines()]


def _datasets() -> list[dict[str, str]]:
    """Datasets of the source with the ids of their resources."""
    names = ("id", "table", "state", "harvest_state", "resources")
    found = _sql(
        "SELECT p.id, p.extras ->> 'harvest_id', p.state, coalesce(p.extras ->> 'harvest_state', ''),"
        " coalesce(string_agg(r.id, ',' ORDER BY r.id) FILTER (WHERE r.state = 'active'), '')"
        " FROM package p LEFT JOIN resource r ON r.package_id = p.id"
        " WHERE p.extras ? 'harvest_id' GROUP BY p.id"
    )
    return [dict(zip(names, row, strict=True)) for row in found]


def _once(datasets: list[dict[str, str]]) -> list[str]:
    tables = [dataset["table"] for dataset in datasets]
    twice = {table for table in tables if tables.count(table) > 1}
    many = [one["table"] for one in datasets if one["state"] == "active" and "," in one["resources"]]
    return [
        *(f"Bảng {table} có hơn một bộ dữ liệu." for table in sorted(twice)),
        *(f"Bộ dữ liệu của bảng {table} có hơn một tài nguyên." for table in many),
    ]


def _as_listed(source: Platform, datasets: list[dict[str, str]], removed: set[str]) -> list[str]:
    by_table = {dataset["table"]: dataset for dataset in datasets}
    wrong = []
    for entry in source.listing():
        dataset = by_table.get(entry["id"])
        if entry["mucdo"] != "mo":
            if dataset and dataset["state"] != "deleted":
                wrong.append(f"Bảng {entry['id']} đã đóng nhưng bộ dữ liệu còn công khai.")
        elif dataset is None or dataset["state"] != "active" or dataset["harvest_state"] != "active":
            wrong.append(f"Bảng {entry['id']} mở nhưng bộ dữ liệu không ở trạng thái hoạt động: {dataset}.")
        elif difference := _rows_differ(source.table(entry["id"]), dataset["resources"]):
            wrong.append(f"Bảng {entry['id']}: {difference}")
    for table in removed & set(by_table):
        dataset = by_table[table]
        if dataset["state"] == "active" and dataset["harvest_state"] != "withdrawn":
            wrong.append(f"Bảng {table} đã vắng mặt nhưng bộ dữ liệu không được đánh dấu ngừng cung cấp.")
    return wrong


def _rows_differ(given: list[dict[str, Any]], resource_id: str) -> str:
    """What differs between the source's rows and the table's, cell by cell."""
    try:
        names = comparing.columns(SITE.datastore, resource_id)
    except comparing.BenchError as error:
        return str(error)
    if set(names) != {name for row in given for name in row} - set(ROW_NUMBER):
        return f"không cùng các cột: {names}."
    mine = ([_text(row.get(name)) for name in names] for row in given)
    try:
        with comparing.rows(SITE.datastore, resource_id, names) as stored:
            comparing.same_rows(mine, csv.reader(stored), "dữ liệu")
    except comparing.BenchError as error:
        return str(error)
    return ""


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _activities(touched: dict[str, int]) -> list[str]:
    found = _sql(
        "SELECT p.extras ->> 'harvest_id', count(*) FILTER (WHERE a.activity_type = 'new package'), count(*)"
        " FROM package p JOIN activity a ON a.object_id = p.id WHERE p.extras ? 'harvest_id' GROUP BY 1"
    )
    return [
        f"Bảng {table} đổi {touched.get(table, 0)} lần nhưng có {every} mục hoạt động ({new} mục tạo mới)."
        for table, new, every in found
        if int(new) != 1 or int(every) > 1 + touched.get(table, 0)
    ]


def _search(datasets: list[dict[str, str]]) -> list[str]:
    asked = {"q": "*:*", "fq": "+dataset_type:dataset", "fl": "id,metadata_modified", "rows": _SOLR_ROWS}
    documents = solr.ask(f"{SITE.core}/select", asked)["response"]["docs"]
    indexed = {document["id"]: document["metadata_modified"][:19] for document in documents}
    stored = {
        row[0]: row[1][:19]
        for row in _sql(
            "SELECT id, to_char(metadata_modified, 'YYYY-MM-DD\"T\"HH24:MI:SS') FROM package"
            " WHERE state = 'active' AND type = 'dataset'"
        )
    }
    wrong = [f"Solr không có bộ dữ liệu {one}." for one in sorted(set(stored) - set(indexed))]
    wrong += [f"Solr còn bộ dữ liệu {one}." for one in sorted(set(indexed) - set(stored))]
    both = set(stored) & set(indexed)
    wrong += [f"Solr giữ bản cũ của bộ dữ liệu {one}." for one in sorted(both) if stored[one] != indexed[one]]
    if len(documents) != len(indexed):
        wrong.append("Solr có bộ dữ liệu trùng.")
    return wrong


def _datastore(datasets: list[dict[str, str]]) -> list[str]:
    wanted = {one["resources"] for one in datasets if one["state"] == "active" and one["resources"]}
    found = {row[0] for row in _sql(_TABLES.format(schema="public"), SITE.datastore)} - _OWN
    versions = {row[0] for row in _sql("SELECT DISTINCT resource_id FROM hue.table_version", SITE.datastore)}
    return [
        *(f"DataStore thiếu bảng {one}." for one in sorted(wanted - found)),
        *(f"DataStore còn bảng {one} không thuộc bộ dữ liệu nào." for one in sorted(found - wanted)),
        *(f"hue.table_version còn ghi bảng {one} không còn nữa." for one in sorted(versions - found)),
    ]


def _nothing_stuck() -> list[str]:
    questions = {
        "lần thu thập chưa kết thúc": "SELECT count(*) FROM hue_harvest_job"
        " WHERE state IN ('queued', 'planning', 'running')",
        "bảng còn chờ trong báo cáo": "SELECT count(*) FROM hue_harvest_item WHERE state = 'waiting'",
        "bộ dữ liệu chờ lập chỉ mục": "SELECT count(*) FROM hue_harvest_table WHERE index_pending",
        "máy chủ nguồn còn bị tạm ngừng hỏi": "SELECT count(*) FROM hue_harvest_host",
    }
    counts = {what: int(_sql(question)[0][0]) for what, question in questions.items()}
    counts["việc nền trong hàng đợi"] = portal.queued()
    return [f"{count} {what}." for what, count in counts.items() if count]


def _nothing_grows(kept_jobs: int) -> list[str]:
    """After pruning: reports within their retention, no staging, no record and no file without its table."""
    jobs = int(_sql("SELECT count(*) FROM hue_harvest_job")[0][0])
    staged = _sql(_TABLES.format(schema="hue"), SITE.datastore)
    left = [row[0] for row in staged if row[0] not in _OWN]
    recorded = int(_sql("SELECT count(*) FROM hue.table_file", SITE.datastore)[0][0])
    old = int(
        _sql(
            "SELECT count(*) FROM hue.table_file f WHERE version <"
            " (SELECT max(version) FROM hue.table_version v WHERE v.resource_id = f.resource_id)",
            SITE.datastore,
        )[0][0]
    )
    files = sum(path.is_file() for path in _storage().rglob("*"))
    wrong = [f"Bảng tạm hue.{name} còn lại." for name in left]
    if jobs > kept_jobs:
        wrong.append(f"Còn {jobs} báo cáo thu thập, nhiều hơn {kept_jobs}.")
    if old:
        wrong.append(f"Còn {old} tệp tải về của bản cũ.")
    if files != recorded:
        wrong.append(f"Kho tệp có {files} tệp nhưng {recorded} tệp được ghi nhận.")
    return wrong


def _storage() -> Path:
    return Path(portal.call("storage_folder"))
