"""Whole journeys as people make them: on a phone, by keyboard, enlarged, on paper, without scripts."""

from __future__ import annotations

import csv
import io
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

PHONE = (390, 844)
NARROW = (320, 640)
KINDS = ("Khách sạn", "Nhà nghỉ", "Homestay")
Visit = Callable[..., Any]


@pytest.fixture(scope="module")
def stays(application: Any, sample: Any) -> Iterator[dict[str, str]]:
    """A dataset with one table that can be drawn, and seen on a map."""
    import ckan.plugins.toolkit as tk

    from ckanext.hue.tables.files.jobs import write_files

    mark = uuid.uuid4().hex[:6]
    title = f"Cơ sở lưu trú đường Lê Lợi {mark}"
    with application.test_request_context():
        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]

        def act(action: str, **values: Any) -> dict[str, Any]:
            return tk.get_action(action)({"ignore_auth": True, "user": user}, values)

        dataset = act(
            "package_create",
            name=f"luu-tru-{mark}",
            title=title,
            notes="Khách sạn, nhà nghỉ và số phòng.",
            owner_org=sample.agency,
            groups=[{"name": sample.field}],
            license_id="cc-by-4.0",
            modified="2025-10-14",
            no_personal_data=True,
        )
        table = act("resource_create", package_id=dataset["id"], name="Cơ sở lưu trú", url_type="datastore")
        act("datastore_create", resource_id=table["id"], force=True, fields=_fields(), records=_rows())
        write_files()
        yield {
            "title": title,
            "words": f"co so luu tru duong le loi {mark}",
            "dataset": f"/dataset/{dataset['name']}",
            "table": f"/dataset/{dataset['name']}/resource/{table['id']}",
        }
        act("package_delete", id=dataset["id"])


def _fields() -> list[dict[str, Any]]:
    return [
        {"id": "ten", "type": "text", "info": {"label": "Tên cơ sở"}},
        {"id": "loai_hinh", "type": "text", "info": {"label": "Loại hình"}},
        {"id": "so_phong", "type": "int", "info": {"label": "Số phòng", "unit": "phòng"}},
        {"id": "kinhdo", "type": "numeric", "info": {"label": "Kinh độ"}},
        {"id": "vido", "type": "numeric", "info": {"label": "Vĩ độ"}},
    ]


def _rows() -> list[dict[str, Any]]:
    return [
        {
            "ten": f"Cơ sở Hương Giang {number}",
            "loai_hinh": KINDS[number % len(KINDS)],
            "so_phong": 10 + number,
            "kinhdo": 107.5 + number / 100,
            "vido": 16.4 + number / 100,
        }
        for number in range(30)
    ]


def tab(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation", name="Cách xem bảng").get_by_role("link", name=name)


def fits(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def shown(page: Page) -> list[list[str]]:
    """The texts of the table on the page."""
    return [
        [cell.inner_text() for cell in row.locator("td").all()]
        for row in page.locator("#explorer .hue-ex-rows tbody tr").all()
    ]


def walk_to(page: Page, target: Locator, key: str = "Tab", most: int = 120) -> None:
    """Press a key until the focus is on the target, which must be there and be seen to be."""
    for _ in range(most):
        page.keyboard.press(key)
        if target.evaluate("it => it === document.activeElement"):
            break
    expect(target).to_be_focused()
    outline = "it => getComputedStyle(it.closest('.hue-search') ?? it).outlineStyle"
    assert target.evaluate(outline) != "none"


def downloaded(page: Page, link: Locator, folder: Path, *, press: bool = False) -> Path:
    with page.expect_download() as waiting:
        link.press("Enter") if press else link.click()
    file = folder / waiting.value.suggested_filename
    waiting.value.save_as(file)
    return file


def read_csv(file: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.read_bytes().decode("utf-8-sig"))))


def test_on_a_phone_from_words_without_accents_to_a_file_that_opens(
    visit: Visit, stays: dict[str, str], tmp_path: Path
) -> None:
    page = visit("/", PHONE).page
    page.get_by_role("combobox", name="Tìm kiếm bộ dữ liệu").press_sequentially(stays["words"])
    page.get_by_role("option").filter(has_text=stays["title"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(stays["title"])
    page.get_by_role("link", name="Xem bảng", exact=True).click()

    page.get_by_text("Bộ lọc", exact=True).click()
    page.get_by_label("Loại hình chứa").fill("nha nghi")
    page.get_by_role("button", name="Áp dụng bộ lọc").click()
    expect(page.locator("#explorer-said")).to_contain_text("trên tổng số 10")
    assert fits(page)

    tab(page, "Biểu đồ").click()
    expect(page.locator("[data-chart] svg")).to_be_visible()
    assert fits(page)
    tab(page, "Bản đồ").click()
    expect(
        page.get_by_role("list", name="Các điểm đang thấy trên bản đồ")
        .or_(page.locator("[data-map-note]"))
        .first
    ).to_be_attached()
    assert fits(page)
    tab(page, "Bảng").click()
    expect(page.locator("#explorer .hue-ex-rows tbody tr")).to_have_count(10)

    files = page.locator(".hue-ex-take")
    rows = shown(page)
    table = read_csv(downloaded(page, files.get_by_role("link", name="CSV (Excel)"), tmp_path))
    assert [row[:3] for row in table[1:]] == [row[:3] for row in rows]
    sheet = openpyxl.load_workbook(
        downloaded(page, files.get_by_role("link", name="XLSX"), tmp_path)
    ).worksheets[0]
    names = {cell for row in sheet.iter_rows(values_only=True) for cell in row}
    assert {row[0] for row in rows} <= names
    assert not any(str(cell).startswith("Cơ sở Hương Giang 0") for cell in names)


def test_by_keyboard_alone_from_the_search_to_a_file(
    visit: Visit, stays: dict[str, str], tmp_path: Path
) -> None:
    page = visit("/").page
    keys = page.keyboard
    walk_to(page, page.get_by_role("combobox", name="Tìm kiếm bộ dữ liệu"))
    keys.type(stays["words"])
    expect(page.get_by_role("option").filter(has_text=stays["title"])).to_be_visible()
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(stays["title"])

    keys.press("Tab")
    expect(page.get_by_role("link", name="Chuyển đến nội dung chính")).to_be_focused()
    keys.press("Enter")
    walk_to(page, page.get_by_role("link", name="Xem bảng", exact=True), most=15)
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Khám phá bảng dữ liệu")).to_be_visible()

    walk_to(page, page.locator("#explorer summary").filter(has_text="Bộ lọc"))
    keys.press("Enter")
    walk_to(page, page.get_by_label("Loại hình chứa"), most=20)
    keys.type("home")
    keys.press("Enter")
    expect(page.locator("#explorer-said")).to_contain_text("trên tổng số 10")

    walk_to(page, tab(page, "Biểu đồ"), "Shift+Tab", most=40)
    keys.press("Enter")
    expect(page.locator("[data-chart] svg")).to_be_visible()
    expect(tab(page, "Biểu đồ")).to_be_focused()
    walk_to(page, page.get_by_text("Số liệu dạng bảng"), most=40)
    keys.press("Enter")
    expect(page.locator("[data-keep=figures] tbody tr").first).to_be_visible()

    link = page.locator(".hue-ex-take").get_by_role("link", name="CSV (Excel)")
    walk_to(page, link, most=20)
    table = read_csv(downloaded(page, link, tmp_path, press=True))
    assert {row[1] for row in table[1:]} == {"Homestay"}


def test_what_comes_is_said_and_the_focus_stays(visit: Visit, stays: dict[str, str]) -> None:
    page = visit(stays["table"]).page
    said = page.locator("#explorer-said")
    expect(said).to_have_role("status")
    expect(said).to_be_empty()
    page.get_by_role("link", name="Trang sau").press("Enter")
    expect(said).to_contain_text("Dòng 21–30 trên tổng số 30")
    assert page.evaluate("document.getElementById('explorer').contains(document.activeElement)")
    page.get_by_role("link", name="Số phòng").press("Enter")
    expect(said).to_contain_text("Dòng 1–20")
    expect(page.get_by_role("link", name="Số phòng")).to_be_focused()
    tab(page, "Biểu đồ").press("Enter")
    expect(said).to_contain_text("Biểu đồ")
    expect(said).to_contain_text(page.locator("figcaption strong").inner_text())


def test_a_chart_and_a_map_have_a_name_and_a_table(visit: Visit, stays: dict[str, str]) -> None:
    page = visit(f"{stays['table']}?tab=chart").page
    title = page.locator("figcaption strong").inner_text()
    expect(page.get_by_role("img", name=title)).to_be_visible()
    page.get_by_text("Số liệu dạng bảng").click()
    expect(page.get_by_role("table", name=title)).to_be_visible()
    page = visit(f"{stays['table']}?tab=map").page
    expect(page.get_by_role("group", name="Bản đồ: Cơ sở lưu trú")).to_be_attached()
    expect(page.get_by_role("table").get_by_role("cell", name="Cơ sở Hương Giang 7")).to_be_visible()


def test_a_link_is_shared(visit: Visit, stays: dict[str, str], chromium: Browser, portal: str) -> None:
    context = chromium.new_context(base_url=portal, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{stays['table']}?tab=chart&is.loai_hinh=Homestay")
    page.locator("#explorer").get_by_role("button", name="Chia sẻ").click()
    expect(page.locator("[data-said]")).not_to_be_empty()
    link = page.evaluate("navigator.clipboard.readText()")
    figures = page.locator("[data-figures]").inner_text()
    context.close()
    assert visit(link.removeprefix(portal)).page.locator("[data-figures]").inner_text() == figures


def test_the_code_to_embed_names_the_frame(visit: Visit, stays: dict[str, str]) -> None:
    page = visit(f"{stays['table']}?tab=chart").page
    page.get_by_text("Nhúng", exact=True).click()
    code = page.locator("#explorer-embed").input_value()
    title = re.search('title="([^"]+)"', code)
    assert title
    assert "Cơ sở lưu trú" in title[1]
    address = re.search('src="[a-z]+://[^/]+([^"]+)"', code)
    assert address
    frame = visit(address[1].replace("&amp;", "&")).page
    expect(frame.get_by_role("heading", level=1)).to_contain_text("Cơ sở lưu trú")
    expect(frame.locator("[data-chart] svg")).to_be_visible()


def test_a_wrong_figure_is_reported(visit: Visit, stays: dict[str, str]) -> None:
    page = visit(stays["table"], PHONE).page
    page.get_by_role("link", name="Báo lỗi dữ liệu").click()
    page.get_by_role("button", name="Gửi").click()
    expect(page).to_have_url(re.compile("/report"))
    page.get_by_role("radio").first.check()
    page.get_by_role("textbox", name="Mô tả vấn đề").fill("Dòng 7: số phòng là 71.")
    page.get_by_role("button", name="Gửi").click()
    expect(page).to_have_url(re.compile("/report/sent"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert fits(page)


def test_data_on_an_english_page_are_read_as_vietnamese(visit: Visit, stays: dict[str, str]) -> None:
    page = visit(f"/en{stays['table']}").page
    assert page.locator("html").get_attribute("lang") == "en"
    of = "it => it.closest('[lang]').lang"
    assert page.get_by_role("heading", level=1).evaluate(of) == "vi"
    assert page.get_by_role("cell", name="Cơ sở Hương Giang 1", exact=True).evaluate(of) == "vi"
    page.get_by_role("link", name="Tiếng Việt", exact=True).first.click()
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    assert page.locator("main [lang], [role=main] [lang]").count() == 0


def test_the_dark_is_chosen_by_keyboard(visit: Visit) -> None:
    page = visit("/").page
    page.get_by_role("radio", name="Theo hệ thống").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Tối")).to_be_focused()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_table_on_paper_is_whole_and_without_controls(visit: Visit, stays: dict[str, str]) -> None:
    page = visit(stays["table"]).page
    page.emulate_media(media="print")
    expect(page.locator(".hue-ex-tools")).to_be_hidden()
    expect(page.locator(".hue-ex-tabs")).to_be_hidden()
    expect(page.get_by_role("cell", name="Cơ sở Hương Giang 1", exact=True)).to_be_visible()
    assert page.locator(".hue-ex-rows").evaluate("it => getComputedStyle(it).overflowX") == "visible"
    assert page.pdf().startswith(b"%PDF")


@pytest.mark.parametrize("tab_name", ["table", "chart", "map", "columns"])
def test_nothing_scrolls_sideways_at_200_percent_and_at_320_pixels(
    portal: str, chromium: Browser, stays: dict[str, str], tab_name: str
) -> None:
    context = chromium.new_context(
        base_url=portal, viewport={"width": 640, "height": 450}, device_scale_factor=2
    )
    page = context.new_page()
    page.goto(f"{stays['table']}?tab={tab_name}", wait_until="networkidle")
    assert fits(page)
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    assert fits(page)
    context.close()


def test_text_set_wider_is_not_cut(visit: Visit, stays: dict[str, str]) -> None:
    page = visit(stays["dataset"], PHONE).page
    page.add_style_tag(
        content="* { line-height: 1.5 !important; letter-spacing: .12em !important; }"
        "* { word-spacing: .16em !important }"
    )
    assert fits(page)
    cut = "[...document.querySelectorAll('.btn')].filter(it => it.scrollWidth > it.clientWidth + 1).length"
    assert page.evaluate(cut) == 0


def test_who_wants_no_motion_sees_none(portal: str, chromium: Browser, stays: dict[str, str]) -> None:
    context = chromium.new_context(base_url=portal, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{stays['table']}?tab=chart", wait_until="networkidle")
    expect(page.locator("[data-chart] svg")).to_be_visible()
    moving = "document.getAnimations().filter(it => it.effect.getTiming().duration > 1).length"
    tab(page, "Bảng").click()
    expect(page.locator("#explorer-said")).to_contain_text("30")
    assert page.evaluate(moving) == 0
    context.close()


def test_without_scripts_the_same_way_leads_to_the_file(
    visit: Visit, stays: dict[str, str], tmp_path: Path
) -> None:
    page = visit("/", PHONE, scripts=False).page
    page.get_by_role("searchbox", name="Tìm kiếm bộ dữ liệu").fill(stays["words"])
    page.get_by_role("button", name="Tìm kiếm").click()
    page.get_by_role("link", name=stays["title"]).click()
    page.get_by_role("link", name="Xem bảng", exact=True).click()
    page.get_by_text("Bộ lọc", exact=True).click()
    page.get_by_label("Loại hình chứa").fill("nha nghi")
    page.get_by_role("button", name="Áp dụng bộ lọc").click()
    tab(page, "Bản đồ").click()
    expect(page.get_by_role("cell", name="Cơ sở Hương Giang 1", exact=True)).to_be_visible()
    table = read_csv(
        downloaded(page, page.locator(".hue-ex-take").get_by_role("link", name="CSV (Excel)"), tmp_path)
    )
    assert len(table) == 11
