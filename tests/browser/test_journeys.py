"""What readers do: search without accents, understand a table, take it home."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

WIDE = (1280, 900)
PHONE = (390, 844)


def rows(page: Page) -> list[list[str]]:
    """The texts of the table on a resource's page."""
    return [
        [cell.inner_text() for cell in row.locator("td").all()]
        for row in page.locator("#explorer tbody tr").all()
    ]


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desk", "phone"])
def test_a_reader_searches_without_accents_and_downloads_for_excel(
    visit: Callable[..., Any], sample: Any, size: tuple[int, int], tmp_path: Path
) -> None:
    opened = visit("/", size)
    page = opened.page
    page.get_by_role("combobox", name="Tìm kiếm bộ dữ liệu").fill(
        f"duong le loi {sample.dataset.rpartition('-')[2]}"
    )
    page.get_by_role("button", name="Tìm kiếm").click()
    expect(page.locator("#result-count")).to_contain_text("1 bộ dữ liệu")

    page.get_by_role("link", name=sample.title).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(sample.title)
    expect(page.get_by_text("Sở Du lịch").first).to_be_visible()

    page.get_by_role("link", name="Xem bảng").click()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Tải về CSV (Excel)").click()
    file = tmp_path / "bang.csv"
    downloading.value.save_as(file)
    content = file.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    table = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(table) == 60
    assert table[3]["noi"] == "Đường Lê Lợi"
    assert opened.faults == []


def test_values_read_as_vietnamese_readers_write_them(visit: Callable[..., Any], sample: Any) -> None:
    page = visit(sample.table_path).page
    first = rows(page)[3]
    assert first[:5] == ["2023", "28/04/2023", "1.000.003", "1.234.567,89", "Đường Lê Lợi"]
    assert first[5].startswith("–")


def test_what_a_source_wrote_is_text_and_never_a_script(visit: Callable[..., Any], sample: Any) -> None:
    opened = visit(sample.table_path)
    page = opened.page
    assert rows(page)[0][5] == sample.script
    assert "mở" not in page.title().split(" - ")[0]
    assert page.locator("#explorer img").count() == 0
    links = page.locator("#explorer tbody a")
    assert links.first.get_attribute("rel") == "noopener nofollow"
    assert page.locator('a[href^="javascript:"]').count() == 0
    assert opened.faults == []


def test_a_long_text_unfolds(visit: Callable[..., Any], sample: Any) -> None:
    page = visit(sample.table_path).page
    folded = page.locator("#explorer tbody details").first
    assert sample.long_text not in folded.inner_text()
    folded.locator("summary").click()
    assert sample.long_text[-40:] in folded.inner_text()


def test_a_table_is_searched_without_accents(visit: Callable[..., Any], sample: Any) -> None:
    page = visit(sample.table_path).page
    page.get_by_role("searchbox", name="Tìm kiếm trong bảng này").fill("dai noi")
    page.keyboard.press("Enter")
    expect(page.locator(".hue-ex-status")).to_contain_text("trên tổng số 15")
    assert {row[4] for row in rows(page)} == {"Đại Nội"}


def test_a_click_on_a_column_sorts_and_a_second_one_turns_the_order(
    visit: Callable[..., Any], sample: Any
) -> None:
    page = visit(sample.table_path).page
    first = page.locator("#explorer tbody tr").first.locator("td").nth(2)
    head = page.get_by_role("columnheader", name="Khách Việt Nam")
    page.get_by_role("link", name="Khách Việt Nam").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    expect(first).to_have_text("1.000.000")
    page.get_by_role("link", name="Khách Việt Nam").click()
    expect(first).to_have_text("1.000.059")
    expect(head).to_have_attribute("aria-sort", "descending")


def test_pages_of_a_table_follow_each_other(visit: Callable[..., Any], sample: Any) -> None:
    page = visit(sample.table_path).page
    page.get_by_role("link", name="Trang sau").click()
    expect(page.locator("#explorer-said")).to_contain_text("Dòng 21–40 trên tổng số 60")
    page.get_by_role("link", name="3", exact=True).click()
    expect(page.locator("#explorer-said")).to_contain_text("Dòng 41–60 trên tổng số 60")
    expect(page.get_by_role("link", name="Trang sau")).to_have_count(0)


def test_the_data_dictionary_says_what_columns_mean(visit: Callable[..., Any], sample: Any) -> None:
    page = visit(sample.table_path).page
    dictionary = page.get_by_role("region", name="Từ điển dữ liệu")
    expect(dictionary.get_by_role("row", name="Khách Việt Nam")).to_contain_text("lượt")
    expect(dictionary.get_by_role("row", name="Ngày chốt")).to_contain_text("Ngày")
    expect(dictionary.get_by_role("row", name="Doanh thu")).to_contain_text("Chưa trừ miễn, giảm.")


@pytest.mark.parametrize(
    "question",
    [
        "page=0",
        "page=-1",
        "page=999999999",
        "page=mot",
        "sort=khong_co",
        "sort=_full_text&order=desc",
        "sort=nam%20desc%3B%20drop%20table%20x",
        "q=%27%22%25%5C%20%26%20%7C%20!%20%28%29%20*",
        "q=" + "a" * 2000,
        "order=len",
    ],
)
def test_no_question_in_the_address_fails_the_page(
    visit: Callable[..., Any], sample: Any, question: str
) -> None:
    opened = visit(f"{sample.table_path}?{question}")
    expect(opened.page.get_by_role("heading", name="Khám phá bảng dữ liệu")).to_be_visible()
    assert opened.faults == []


def test_a_nul_in_the_address_is_a_bad_request_not_a_failure(visit: Callable[..., Any]) -> None:
    page = visit("/organization/?q=%00", status=400).page
    expect(page.get_by_role("heading", level=1)).to_have_text("Yêu cầu không hợp lệ")


def test_filters_are_chosen_and_taken_back(visit: Callable[..., Any], sample: Any) -> None:
    page = visit(f"/dataset/?q={sample.dataset.rpartition('-')[2]}").page
    page.get_by_role("complementary", name="Bộ lọc").get_by_role("link", name="CSV").click()
    expect(page).to_have_url(re.compile("res_format=CSV"))
    page.get_by_role("link", name="Gỡ bộ lọc này").click()
    assert "res_format" not in page.url


def test_a_search_that_finds_nothing_helps(visit: Callable[..., Any]) -> None:
    page = visit("/dataset/?q=khongcotunaynhuvay").page
    expect(page.get_by_text("Không tìm thấy kết quả. Có thể thử:")).to_be_visible()
    expect(page.get_by_role("link", name="Tất cả bộ dữ liệu")).to_be_visible()


def test_filters_open_on_a_phone(visit: Callable[..., Any], sample: Any) -> None:
    page = visit("/dataset/", PHONE).page
    filters = page.get_by_role("complementary", name="Bộ lọc")
    expect(filters).to_be_hidden()
    page.get_by_role("button", name="Bộ lọc").click()
    expect(filters.get_by_role("link", name="CSV")).to_be_visible()


def test_the_menu_opens_on_a_phone(visit: Callable[..., Any]) -> None:
    page = visit("/", PHONE).page
    link = page.get_by_role("banner").get_by_role("link", name="Lĩnh vực")
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Menu", exact=True).click()
    expect(link).to_be_visible()


def test_reading_needs_no_scripts(visit: Callable[..., Any], sample: Any) -> None:
    page = visit(sample.table_path, PHONE, scripts=False).page
    page.get_by_role("button", name="Menu", exact=True).click()
    expect(page.get_by_role("banner").get_by_role("link", name="Lĩnh vực")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Khách Việt Nam")).to_be_visible()
    page = visit("/dataset/", PHONE, scripts=False).page
    page.get_by_role("button", name="Bộ lọc").click()
    expect(page.get_by_role("complementary", name="Bộ lọc").get_by_role("link", name="CSV")).to_be_visible()


def test_the_other_language_is_one_click_away(visit: Callable[..., Any], sample: Any) -> None:
    page = visit(sample.dataset_path).page
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", level=1)).to_have_text(sample.title)
    page.get_by_role("link", name="Tiếng Việt", exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "vi")


def test_a_missing_page_says_so_in_vietnamese(visit: Callable[..., Any]) -> None:
    opened = visit("/dataset/khong-co-bo-du-lieu-nay", status=404)
    expect(opened.page.get_by_role("heading", level=1)).to_have_text("Không tìm thấy trang này")
    expect(opened.page.get_by_role("searchbox").first).to_be_visible()
    assert opened.faults == []
