"""Downloads are counted a file and day, without robots and without a word of who it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan.lib.redis import connect_to_redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from ckanext.hue.harvest.database import rows
from ckanext.hue.harvesters.base import Page
from ckanext.hue.pages import figures
from ckanext.hue.tables.files import counting
from ckanext.hue.tables.files.jobs import write_files
from ckanext.hue.tables.loading import load

ROWS = [{"ten": f"Di tích {number}", "nam": 1900 + number} for number in range(100)]
READER = {"User-Agent": "Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile"}


@pytest.fixture
def published(dataset: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """A public dataset with a table whose files are written."""
    made = dataset(
        resources=[
            {"name": "Di tích", "format": "CSV", "url_type": "datastore", "url": "", "datastore_active": True}
        ]
    )
    load([Page("data", ROWS, ())], lambda _name: made["resources"][0]["id"])
    write_files(sweep=False)
    return made


@pytest.fixture
def path(published: dict[str, Any]) -> str:
    return f"/download/{published['resources'][0]['id']}.csv"


@pytest.fixture(autouse=True)
def nothing_counted_yet() -> Iterator[None]:
    counting.flush()
    yield
    counting.flush()


def counted(file_id: str) -> dict[str, int]:
    """Downloads of a file by format, after what Redis holds was added."""
    counting.flush()
    found = rows("SELECT format, downloads FROM hue_download WHERE file_id = :id", id=file_id)
    return {row.format: row.downloads for row in found}


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"User-Agent": "bingbot/2.0"},
        {"User-Agent": "Baiduspider"},
        {"User-Agent": "CocCocBot-Web/1.0 crawler"},
        {**READER, "Range": "bytes=100-200"},
        {**READER, "Range": "bytes=999999999-"},
        {**READER, "If-Modified-Since": "Fri, 31 Dec 2100 00:00:00 GMT"},
    ],
    ids=["google", "bing", "baidu", "coc coc", "a later part", "beyond the end", "unchanged"],
)
def test_what_is_no_download_by_a_person_is_not_counted(
    client: Any, published: dict[str, Any], path: str, headers: dict[str, str]
) -> None:
    client.get(path, headers=headers)
    assert counted(published["resources"][0]["id"]) == {}


def test_asking_for_the_head_or_for_what_is_refused_is_not_counted(
    client: Any, published: dict[str, Any], path: str
) -> None:
    client.head(path, headers=READER)
    assert client.get(f"{path}?limit=vài", headers=READER).status_code == 400
    assert counted(published["resources"][0]["id"]) == {}


def test_each_download_is_counted_by_format_and_those_of_later_come_on_top(
    client: Any, published: dict[str, Any], path: str
) -> None:
    table = published["resources"][0]["id"]
    client.get(path, headers=READER)
    client.get(f"{path}?q=tich", headers=READER)
    client.get(path.replace(".csv", ".xlsx"), headers=READER)
    assert counted(table) == {"csv": 2, "xlsx": 1}
    client.get(path, headers={**READER, "Range": "bytes=0-99"})
    assert counted(table) == {"csv": 3, "xlsx": 1}


def test_a_datasets_zip_is_counted_as_the_datasets(client: Any, published: dict[str, Any]) -> None:
    client.get(f"/download/dataset/{published['name']}.zip", headers=READER)
    assert counted(published["id"]) == {"zip": 1}


def test_a_download_comes_though_redis_is_away(
    client: Any, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away:
        def hincrby(self, *_arguments: Any) -> None:
            raise RedisError("away")

    monkeypatch.setattr(counting, "connect_to_redis", Away)
    assert client.get(path, headers=READER).status_code == 200
    monkeypatch.undo()


def test_counts_that_the_database_refuses_are_kept_for_the_next_time(
    client: Any, published: dict[str, Any], path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get(path, headers=READER)

    def refuse(_counts: Any) -> None:
        raise SQLAlchemyError("away")

    monkeypatch.setattr(counting, "_add", refuse)
    with pytest.raises(SQLAlchemyError):
        counting.flush()
    monkeypatch.undo()
    assert counted(published["resources"][0]["id"]) == {"csv": 1}


def test_nothing_of_the_reader_is_kept(client: Any, published: dict[str, Any], path: str) -> None:
    client.get(path, headers=READER, environ_overrides={"REMOTE_ADDR": "203.0.113.7"})
    [key] = connect_to_redis().keys(f"hue:{tk.config['ckan.site_id']}:downloads")
    [name] = connect_to_redis().hkeys(key)
    day, table, format = name.decode().split(" ")
    assert (table, format) == (published["resources"][0]["id"], "csv")
    assert len(day) == len("2026-01-31")


def test_the_most_downloaded_are_of_those_that_everyone_may_see(
    client: Any, published: dict[str, Any], path: str
) -> None:
    for _ in range(3):
        client.get(path, headers=READER)
    counting.flush()
    figures._ranking.cache_clear()
    assert dict(counting.most_downloaded(1_000))[published["id"]] == 3
    ranked = [(dataset["id"], downloads) for dataset, downloads in figures.portal().popular]
    assert (published["id"], 3) in ranked

    context = {"ignore_auth": True, "user": published["user"]}
    tk.get_action("package_patch")(context, {"id": published["id"], "private": True})
    assert published["id"] not in {dataset["id"] for dataset, _ in figures.portal().popular}
