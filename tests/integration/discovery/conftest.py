"""Datasets with tables, as search engines and feed readers meet them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import ckan.plugins.toolkit as tk
import pytest

from ckanext.hue.harvesters.base import Column, Page

Make = Callable[..., dict[str, Any]]
Get = Callable[..., str]

ROWS = [
    {
        "mã/số": number,
        "tên «di tích» #1": f"Điện Thái Hòa, «{number}»\nHuế" if number % 2 else None,
        "giá vé": "1234.5",
        "ngày xếp hạng": "1993-12-11",
        "cập nhật": "2024-05-06T07:08:09",
        "mở cửa": number != 2,
    }
    for number in range(1, 6)
]
COLUMNS = (
    Column("mã/số", "Mã số", "int", is_key=True),
    Column("tên «di tích» #1", "Tên di tích", "text"),
    Column("giá vé", "Giá vé", "numeric", unit="đồng"),
    Column("ngày xếp hạng", "Ngày xếp hạng", "date"),
    Column("cập nhật", "Cập nhật", "timestamp"),
    Column("mở cửa", "Mở cửa", "bool"),
)
RICH = {
    "title": "Di tích cấp quốc gia",
    "notes": "Danh sách **di tích** đã được xếp hạng trên địa bàn thành phố Huế, kèm năm xếp hạng và giá vé.",
    "identifier": "H57.12-0001",
    "tag_string": "di tích, du lịch",
    "issued": "2024-01-02",
    "modified": "2024-05-06",
    "temporal_coverage": [{"start": "2020", "end": "2024-05"}, {"start": "2025-01-01"}],
    "spatial_coverage": [{"code": "46", "bbox": "107.0, 15.9, 108.3, 16.8"}],
    "creator": [{"name": "Sở Du lịch", "identifier": "H57.12", "url": "https://sdl.hue.gov.vn"}],
    "language": ["http://publications.europa.eu/resource/authority/language/VIE"],
}


@pytest.fixture
def with_table(dataset: Make) -> Make:
    """Create a dataset with a table; `stored=False` leaves its files unwritten."""
    from ckanext.hue.tables.files.jobs import write_files
    from ckanext.hue.tables.loading import load

    def make(*, stored: bool = True, **values: Any) -> dict[str, Any]:
        resource = {"name": "Di tích", "format": "CSV", "url_type": "datastore", "url": ""}
        made = dataset(resources=[{**resource, "datastore_active": True}], **values)
        load([Page("data", ROWS, COLUMNS)], lambda _name: made["resources"][0]["id"])
        if stored:
            write_files(sweep=False)
        return made

    return make


@pytest.fixture
def rich(with_table: Make) -> dict[str, Any]:
    """A dataset that says all that there is to say."""
    return with_table(**RICH)


@pytest.fixture
def patch() -> Callable[..., None]:
    """Change a dataset through CKAN's actions."""

    def change(dataset: dict[str, Any], **values: Any) -> None:
        context = {"ignore_auth": True, "user": dataset["user"]}
        tk.get_action("package_patch")(context, {"id": dataset["id"], **values})

    return change


@pytest.fixture
def get(signed_in: Callable[[str], Any]) -> Get:
    """What a reader who did not sign in gets, which must be there."""

    def fetch(path: str) -> str:
        answer = signed_in("").get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.get_data(as_text=True)

    return fetch


@pytest.fixture
def statements() -> Callable[[], AbstractContextManager[list[str]]]:
    """Collect the SQL statements, of CKAN's database and of the DataStore's, while a block runs."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    @contextmanager
    def collect() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
            seen.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    return collect
