"""A reader finds a table's files, sees their sizes and checksums, and gets what is promised."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

WIDE = (1280, 900)
PHONE = (390, 844)
WIDER_THAN_THE_WINDOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass(frozen=True)
class Loaded:
    """A published dataset with one loaded table, whose files are written."""

    title: str
    dataset_path: str
    table_path: str
    resource: str


@pytest.fixture(scope="module")
def loaded(application: Any, sample: Any) -> Loaded:
    """A dataset beside the sample, under the same agency."""
    import ckan.plugins.toolkit as tk

    from ckanext.hue.harvesters.base import Page
    from ckanext.hue.tables.files.jobs import write_files
    from ckanext.hue.tables.loading import load

    mark = uuid.uuid4().hex[:8]
    with application.test_request_context():
        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        dataset = tk.get_action("package_create")(
            {"ignore_auth": True, "user": user},
            {
                "name": f"diem-tham-quan-{mark}",
                "title": f"Điểm tham quan {mark}",
                "notes": "Các điểm tham quan của thành phố.",
                "owner_org": sample.agency,
                "license_id": "cc-by-4.0",
                "no_personal_data": True,
                "resources": [
                    {
                        "name": "Lượt khách",
                        "format": "CSV",
                        "url_type": "datastore",
                        "url": "",
                        "datastore_active": True,
                    }
                ],
            },
        )
        resource = dataset["resources"][0]["id"]
        rows = [{"ten": f"Điểm {n}", "khach": n, "lat": 16.46, "lon": 107.59} for n in range(60)]
        load([Page("data", rows, ())], lambda _name: resource)
        write_files(sweep=False)
    path = f"/dataset/{dataset['name']}"
    return Loaded(dataset["title"], path, f"{path}/resource/{resource}", resource)


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desk", "phone"])
def test_every_file_of_a_table_is_what_its_checksum_says(
    visit: Callable[..., Any], loaded: Loaded, size: tuple[int, int], tmp_path: Path
) -> None:
    opened = visit(loaded.table_path, size)
    page = opened.page
    page.get_by_role("link", name="Mọi định dạng").click()
    entries = page.locator("section[aria-labelledby=downloads] li").all()
    page.get_by_text("Mã kiểm tra (SHA-256)").click()
    checksums = page.locator(".hue-checksums code").all_inner_texts()
    assert len(entries) == len(checksums) == 8
    for number, (entry, checksum) in enumerate(zip(entries, checksums, strict=True)):
        with page.expect_download() as downloading:
            entry.get_by_role("link").click()
        file = tmp_path / str(number)
        downloading.value.save_as(file)
        assert hashlib.sha256(file.read_bytes()).hexdigest() == checksum
        assert downloading.value.suggested_filename.startswith("Lượt khách.")
        assert any(unit in entry.inner_text() for unit in ("byte", "KiB"))
    assert page.evaluate(WIDER_THAN_THE_WINDOW) == 0
    assert opened.faults == []


def test_one_click_takes_the_whole_checksum(visit: Callable[..., Any], loaded: Loaded) -> None:
    page = visit(loaded.table_path).page
    page.get_by_text("Mã kiểm tra (SHA-256)").click()
    checksum = page.locator(".hue-checksums code").first
    checksum.click()
    assert page.evaluate("String(getSelection())") == checksum.inner_text()


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desk", "phone"])
def test_the_page_of_a_dataset_lists_files_and_the_zip(
    visit: Callable[..., Any], loaded: Loaded, size: tuple[int, int], tmp_path: Path
) -> None:
    opened = visit(loaded.dataset_path, size)
    page = opened.page
    page.get_by_text("(8 định dạng)").click()
    expect(page.get_by_role("link", name="Parquet")).to_be_visible()
    assert page.evaluate(WIDER_THAN_THE_WINDOW) == 0
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Tải bảng kèm siêu dữ liệu trong một tệp (ZIP)").click()
    downloading.value.save_as(tmp_path / "tat-ca.zip")
    assert (tmp_path / "tat-ca.zip").read_bytes().startswith(b"PK")
    assert downloading.value.suggested_filename == f"{loaded.title}.zip"
    assert opened.faults == []


def test_a_mistake_in_the_address_is_explained(visit: Callable[..., Any], loaded: Loaded) -> None:
    page = visit(f"/download/{loaded.resource}.csv?fields=khong_co", status=400).page
    expect(page.get_by_text("Bảng không có cột «khong_co»")).to_be_visible()
