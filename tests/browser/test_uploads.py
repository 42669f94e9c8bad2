"""What an editor of an agency does: upload a spreadsheet, read what is wrong, correct it, see the table."""

from __future__ import annotations

import csv
import io
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect

WIDE = (1280, 900)
PHONE = (390, 844)
PASSWORD = "mat-khau-thu-1"
ROWS = [("Đại Nội", 1200), ("Lăng Tự Đức", 800), ("Lăng Minh Mạng", 450), ("Chùa Thiên Mụ", 2100)]
LOAD_SECONDS = 60_000  # milliseconds


@pytest.fixture
def dataset(application: Any) -> tuple[str, str]:
    """A new dataset (name) and an editor of its agency (name)."""
    with application.test_request_context():
        import ckan.plugins.toolkit as tk

        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]

        def act(action: str, /, **values: Any) -> dict[str, Any]:
            return tk.get_action(action)({"ignore_auth": True, "user": user}, values)

        mark = uuid.uuid4().hex[:8]
        editor = act("user_create", name=f"bien-tap-{mark}", email=f"{mark}@example.vn", password=PASSWORD)
        agency = act("organization_create", name=f"so-{mark}", title="Sở Du lịch")
        act("organization_member_create", id=agency["id"], username=editor["name"], role="editor")
        made = act(
            "package_create",
            name=f"luot-khach-tai-len-{mark}",
            title=f"Lượt khách tham quan {mark}",
            notes="Lượt khách tham quan các điểm di tích.",
            owner_org=agency["id"],
            license_id="cc-by-4.0",
            no_personal_data=True,
        )
        return made["name"], editor["name"]


def workbook(path: Path, rows: list[tuple[str, Any]]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Năm 2024"
    for row in [("Điểm di tích", "Lượt khách"), *rows]:
        sheet.append(row)
    notes = book.create_sheet("Ghi chú")
    for row in [("Nội dung",), ("Số liệu tạm tính",)]:
        notes.append(row)
    book.save(path)
    return path


def sign_in(page: Page, name: str) -> None:
    page.goto("/user/login")
    page.locator("#field-login").fill(name)
    page.locator("#field-password").fill(PASSWORD)
    page.locator("form.login-form button[type=submit], form button[type=submit]").last.click()
    page.wait_for_url(re.compile("/(dashboard|dataset|user)"))


def send(page: Page, address: str, file: Path, button: str) -> None:
    page.goto(address)
    page.set_input_files("#field-resource-upload", str(file))
    page.get_by_role("button", name=button, exact=True).click()


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desk", "phone"])
def test_an_editor_uploads_corrects_and_publishes(
    visit: Callable[..., Any],
    worker: None,
    dataset: tuple[str, str],
    size: tuple[int, int],
    tmp_path: Path,
) -> None:
    name, editor = dataset
    opened = visit("/", size)
    page = opened.page
    sign_in(page, editor)

    page.goto(f"/dataset/{name}/resource/new")
    expect(page.get_by_text("Tệp lớn nhất 200 MB")).to_be_visible()
    bad = workbook(tmp_path / "Lượt khách.xlsx", [*ROWS, ("Cầu ngói Thanh Toàn", "chưa có")])
    send(page, f"/dataset/{name}/resource/new", bad, "Thêm")
    page.goto(f"/dataset/{name}")
    page.locator(".hue-table-card a").first.click()
    expect(page.get_by_text("Đã nạp bảng từ tệp.")).to_be_visible(timeout=LOAD_SECONDS)

    page.get_by_role("link", name="Xem báo cáo").click()
    expect(page.get_by_role("heading", name="Các trang tính khác của tệp")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Ghi chú")).to_be_visible()
    remark = page.get_by_role("row").filter(has_text="phần lớn là số nhưng có 1 giá trị khác (dòng 6)")
    expect(remark.get_by_role("cell")).to_contain_text(["Năm 2024", "6", "Lượt khách", "chưa có", ""])

    page.get_by_role("link", name="Từ điển dữ liệu").click()
    page.locator("#field-t2type").select_option("int")
    page.locator("#field-u2unit").fill("lượt")
    page.get_by_role("button", name="Lưu").click()
    expect(page.locator("#field-u2unit")).to_have_value("lượt")
    page.get_by_role("button", name="Nạp lại").click()
    expect(page.get_by_text("1 dòng bị loại vì có lỗi.")).to_be_visible(timeout=LOAD_SECONDS)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Tải về các dòng lỗi").click()
    file = tmp_path / "loi.csv"
    downloading.value.save_as(file)
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    [wrong] = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig")))
    assert (wrong["Dòng"], wrong["Cột"], wrong["Giá trị"]) == ("6", "Lượt khách", "chưa có")
    page.get_by_role("link", name="Xem báo cáo").click()
    expect(page.get_by_role("row").filter(has_text="không phải số nguyên hợp lệ")).to_be_visible()

    page.get_by_role("link", name="Tải lên tệp đã sửa").click()
    good = workbook(tmp_path / "Lượt khách đã sửa.xlsx", [*ROWS, ("Cầu ngói Thanh Toàn", 900)])
    page.locator("#resource-edit .btn-remove-url:visible").first.click()
    page.set_input_files("#field-resource-upload", str(good))
    page.get_by_role("button", name="Cập nhật tài nguyên").click()
    expect(page.get_by_text("luot-khach-da-sua.xlsx")).to_be_visible(timeout=LOAD_SECONDS)
    expect(page.get_by_text("Đã nạp bảng từ tệp.")).to_be_visible(timeout=LOAD_SECONDS)
    expect(page.locator("#explorer tbody tr")).to_have_count(5)
    expect(page.locator("#explorer tbody tr").last).to_contain_text("900")
    expect(page.get_by_role("columnheader", name="Lượt khách")).to_contain_text("lượt")
    assert opened.faults == []


def test_without_scripts_the_page_looks_again_by_itself(
    visit: Callable[..., Any], dataset: tuple[str, str], application: Any
) -> None:
    name, _ = dataset
    with application.test_request_context():
        import ckan.plugins.toolkit as tk
        from werkzeug.datastructures import FileStorage

        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        resource = tk.get_action("resource_create")(
            {"ignore_auth": True, "user": user},
            {"package_id": name, "upload": FileStorage(io.BytesIO(b"a\n1\n"), filename="a.csv")},
        )
    page = visit(f"/dataset/{name}/resource/{resource['id']}", scripts=False).page
    expect(page.get_by_text("Đang cập nhật dữ liệu.")).to_be_visible()
    expect(page.get_by_role("link", name="Xem báo cáo")).to_have_count(0)
