"""Croissant documents, read by mlcroissant as people who train models do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mlcroissant
import pytest

Make = Callable[..., dict[str, Any]]
Get = Callable[..., str]

TIMESTAMP = "2024-05-06 07:08:09"


def path_of(dataset: dict[str, Any]) -> str:
    return f"/dataset/{dataset['name']}/croissant.jsonld"


@pytest.fixture
def read(get: Get, storage_folder: Path, tmp_path: Path) -> Callable[..., Any]:
    """A dataset as mlcroissant reads it, its file taken from the storage."""
    from ckanext.hue.tables.files import records

    def load(dataset: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        document = tmp_path / "croissant.json"
        document.write_text(get(path_of(dataset)), encoding="utf-8")
        described = json.loads(document.read_text(encoding="utf-8"))
        stored = records.of_tables([each["id"] for each in dataset["resources"]])
        mapping = {f"{key}.csv": storage_folder / files["csv"].location for key, files in stored.items()}
        return mlcroissant.Dataset(document, mapping=mapping), described

    return load


@pytest.mark.parametrize("name", ["khong-co", "..", "%00", "a%2Fb", "x" * 300])
def test_there_is_none_of_what_is_no_dataset(signed_in: Any, name: str) -> None:
    assert signed_in("").get(f"/dataset/{name}/croissant.jsonld").status_code in (400, 404)


def test_there_is_none_without_tables_or_without_files(
    dataset: Make, with_table: Make, signed_in: Any
) -> None:
    for made in (dataset(), with_table(stored=False)):
        assert signed_in("").get(path_of(made)).status_code == 404


def test_a_private_dataset_is_not_given_to_others(with_table: Make, patch: Any, signed_in: Any) -> None:
    made = with_table()
    patch(made, private=True)
    assert signed_in("").get(path_of(made)).status_code == 404


def test_a_deleted_dataset_is_not_given(with_table: Make, patch: Any, signed_in: Any) -> None:
    made = with_table()
    patch(made, state="deleted")
    assert signed_in("").get(path_of(made)).status_code == 404


def test_hostile_texts_come_back_as_they_were(with_table: Make, read: Any) -> None:
    title = "</script> \"'\\ \u2028 {{ 7 * 7 }}"
    made = with_table(title=title)
    loaded, described = read(made)
    assert described["name"] == made["title"]
    assert loaded.metadata.name == made["title"]


def test_mlcroissant_finds_nothing_to_say_about_a_complete_dataset(rich: dict[str, Any], read: Any) -> None:
    loaded, _ = read(rich)
    assert loaded.metadata.ctx.issues.report() == ""


def test_mlcroissant_reads_every_row_with_its_types(rich: dict[str, Any], read: Any) -> None:
    import pandas

    loaded, described = read(rich)
    [records] = described["recordSet"]
    fields = {field["name"]: field["@id"] for field in records["field"]}
    rows = list(loaded.records(records["@id"]))
    assert [row[fields["mã/số"]] for row in rows] == [1, 2, 3, 4, 5]
    first = {name: rows[0][key] for name, key in fields.items()}
    assert first["tên «di tích» #1"].decode() == "Điện Thái Hòa, «1»\nHuế"
    assert first["giá vé"] == 1234.5
    assert first["ngày xếp hạng"] == pandas.Timestamp("1993-12-11")
    assert first["cập nhật"] == pandas.Timestamp(TIMESTAMP)
    assert [row[fields["mở cửa"]] for row in rows] == [True, False, True, True, True]
    assert pandas.isna(rows[1][fields["tên «di tích» #1"]])


def test_the_key_of_a_table_is_the_key_of_its_records(rich: dict[str, Any], read: Any) -> None:
    [records] = read(rich)[1]["recordSet"]
    [field] = [field for field in records["field"] if field["name"] == "mã/số"]
    assert records["key"] == {"@id": field["@id"]}


def test_a_file_that_is_not_the_described_one_is_refused(
    rich: dict[str, Any], get: Get, tmp_path: Path
) -> None:
    document, other = tmp_path / "croissant.json", tmp_path / "other.csv"
    document.write_text(get(path_of(rich)), encoding="utf-8")
    other.write_text("mã/số\n9\n", encoding="utf-8")
    described = json.loads(document.read_text(encoding="utf-8"))
    loaded = mlcroissant.Dataset(document, mapping={described["distribution"][0]["@id"]: other})
    with pytest.raises(mlcroissant.GenerationError):
        list(loaded.records(described["recordSet"][0]["@id"]))


def test_records_are_read_over_http(
    rich: dict[str, Any],
    ini: str,
    serve: Callable[[Path, str], str],
    free_address: Callable[[], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from mlcroissant._src.core import constants

    monkeypatch.setattr(constants, "DOWNLOAD_PATH", constants.epath.Path(tmp_path))
    url = serve(Path(ini), free_address())
    loaded = mlcroissant.Dataset(f"{url}{path_of(rich)}")
    rows = list(loaded.records(f"records-{rich['resources'][0]['id']}"))
    assert len(rows) == 5


def test_who_has_the_document_is_not_sent_it_again(rich: dict[str, Any], signed_in: Any, patch: Any) -> None:
    reader = signed_in("")
    answer = reader.get(path_of(rich))
    assert answer.mimetype == "application/ld+json"
    tag = {"If-None-Match": answer.headers["ETag"]}
    assert reader.get(path_of(rich), **tag).status_code == 304
    patch(rich, title="Tên khác")
    assert reader.get(path_of(rich), **tag).status_code == 200


def test_the_page_leads_to_the_document(rich: dict[str, Any], get: Get) -> None:
    assert f'href="{path_of(rich)}"' in get(f"/dataset/{rich['name']}")
