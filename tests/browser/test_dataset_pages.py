"""What people do on the page of a dataset, with scripts and without, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

PHONE = (390, 844)


def test_a_reader_copies_an_example_and_sees_that_it_was_copied(
    visit: Callable[..., Any], sample: Any
) -> None:
    opened = visit(sample.dataset_path)
    page = opened.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    example = page.locator("#example-curl")
    button = example.locator("xpath=following-sibling::button")
    button.click()
    expect(button).to_have_text("Đã sao chép")
    assert page.evaluate("navigator.clipboard.readText()") == example.inner_text().strip()
    expect(button).to_have_text("Sao chép")
    assert opened.faults == []


def test_the_citation_is_copied_as_a_sentence(visit: Callable[..., Any], sample: Any) -> None:
    page = visit(sample.dataset_path).page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    cited = page.locator(".hue-cite")
    cited.locator("xpath=following-sibling::button").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"Sở Du lịch. {sample.title}.")
    assert "/id/dataset/" in copied


def test_without_scripts_nothing_is_offered_that_does_not_work(
    visit: Callable[..., Any], sample: Any
) -> None:
    page = visit(sample.dataset_path, scripts=False).page
    assert page.get_by_role("button", name="Sao chép").count() == 0
    page.get_by_text("Từ điển dữ liệu").click()
    expect(page.get_by_role("cell", name="doanh_thu")).to_be_visible()
    page.locator(".hue-share > summary").click()
    expect(page.get_by_role("link", name="Gửi qua thư điện tử")).to_be_visible()


@pytest.mark.parametrize("size", [(1280, 900), PHONE], ids=["desk", "phone"])
def test_the_first_screen_says_what_it_is_who_answers_and_where_the_data_is(
    visit: Callable[..., Any], sample: Any, size: tuple[int, int]
) -> None:
    page = visit(sample.dataset_path, size).page
    for seen in (
        page.get_by_role("heading", level=1),
        page.get_by_role("group", name="Xem và tải về").get_by_role("link").first,
        page.locator(".hue-glance").get_by_role("link", name="Sở Du lịch"),
    ):
        box = seen.bounding_box()
        assert box
        assert box["y"] < size[1]


def test_one_example_is_unfolded_at_a_time(visit: Callable[..., Any], sample: Any) -> None:
    page = visit(sample.dataset_path).page
    page.locator("#api ~ .hue-samples summary", has_text="JavaScript").click()
    expect(page.locator("#example-javascript")).to_be_visible()
    expect(page.locator("#example-curl")).to_be_hidden()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("size", [(1280, 900), PHONE], ids=["desk", "phone"])
def test_a_reader_reports_an_error(
    visit: Callable[..., Any], sample: Any, size: tuple[int, int], scripts: bool
) -> None:
    opened = visit(sample.table_path, size, scripts=scripts)
    page = opened.page
    page.get_by_role("link", name="Báo lỗi dữ liệu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Báo lỗi dữ liệu")
    assert page.get_by_label("Bảng hoặc tệp").input_value() == sample.resource
    page.get_by_label("Thiếu dòng hoặc thiếu cột").check()
    page.get_by_label("Mô tả vấn đề").fill("Thiếu số liệu tháng 5.")
    page.get_by_role("button", name="Gửi báo lỗi").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cảm ơn bạn")
    assert opened.faults == []


def test_the_trap_for_programs_is_met_by_no_one_who_uses_the_keyboard(
    visit: Callable[..., Any], sample: Any
) -> None:
    page = visit(f"{sample.dataset_path}/report").page
    names = set()
    page.locator("#kind-wrong").focus()
    for _ in range(8):
        names.add(page.evaluate("document.activeElement.name || ''"))
        page.keyboard.press("Tab")
    assert {"kind", "text", "email"} <= names
    assert "website" not in names


def test_an_agency_is_found_without_accents_and_without_scripts(
    visit: Callable[..., Any], sample: Any
) -> None:
    page = visit("/organization/", PHONE, scripts=False).page
    page.get_by_role("searchbox", name="Tìm kiếm cơ quan").fill("so du lich")
    page.get_by_role("button", name="Tìm kiếm").click()
    expect(page.locator(f'.hue-rows a[href="/organization/{sample.agency}"]')).to_be_visible()
