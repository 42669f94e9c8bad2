"""Light and dark, menu, filters, suggestions: with the mouse, by keyboard, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

PHONE = (390, 844)
NARROW = (320, 640)  # also a window of 1280 pixels at 400 % zoom
PAGE_COLOUR = "getComputedStyle(document.body).backgroundColor"
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(23, 17, 28)"
SUGGESTIONS = [
    {"kind": "dataset", "text": "Giá vé <b>tham quan</b>", "url": "/dataset/?q=gia+ve", "note": "Sở Du lịch"},
    {"kind": "words", "text": "giá đất", "url": "/dataset/?q=gia+dat", "note": ""},
    {"kind": "field", "text": "Du lịch", "url": "/group/", "note": "4 bộ dữ liệu"},
]


@pytest.fixture
def suggesting(visit: Callable[..., Any]) -> Callable[..., Page]:
    """Open the start page with a portal that knows the same suggestions for everything but "khong"."""

    def answer(route: Route) -> None:
        known = [] if "khong" in route.request.url else SUGGESTIONS
        route.fulfill(json={"query": "", "suggestions": known})

    def open_(*arguments: Any) -> Page:
        page = visit("/", *arguments).page
        page.route("**/search/suggest?*", answer)
        return page

    return open_


def field(page: Page) -> Any:
    return page.get_by_role("combobox", name="Tìm kiếm bộ dữ liệu")


def test_without_a_choice_the_device_says_whether_it_is_dark(visit: Callable[..., Any]) -> None:
    page = visit("/").page
    expect(page.get_by_role("radio", name="Theo hệ thống")).to_be_checked()
    assert page.evaluate(PAGE_COLOUR) == LIGHT
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(PAGE_COLOUR) == DARK


def test_the_readers_choice_holds_on_all_pages_before_the_first_paint(visit: Callable[..., Any]) -> None:
    opened = visit("/")
    page = opened.page
    page.get_by_role("radio", name="Tối").check(force=True)
    assert page.evaluate(PAGE_COLOUR) == DARK
    page.goto("/dataset/")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    expect(page.get_by_role("radio", name="Tối")).to_be_checked()
    assert page.locator("head script[src*=theme]:not([defer], [async], [type=module])").count() == 1
    assert page.locator("meta[name=theme-color][media=all]").get_attribute("content") == "#17111c"
    page.get_by_role("radio", name="Theo hệ thống").check(force=True)
    assert page.evaluate(PAGE_COLOUR) == LIGHT
    assert page.evaluate("localStorage.length") == 0
    assert opened.faults == []


def test_nonsense_in_the_browsers_storage_is_no_choice(visit: Callable[..., Any]) -> None:
    page = visit("/").page
    page.evaluate("localStorage.setItem('hue-theme', '\"><script>')")
    page.reload()
    assert page.locator("html").get_attribute("data-theme") is None
    expect(page.get_by_role("radio", name="Theo hệ thống")).to_be_checked()


def test_without_scripts_there_is_no_choice_and_the_device_says(visit: Callable[..., Any]) -> None:
    page = visit("/", scripts=False).page
    expect(page.get_by_role("radio", name="Tối")).to_be_hidden()
    page.emulate_media(color_scheme="dark")
    expect(page.locator("body")).to_have_css("background-color", DARK)


def test_paper_is_white_also_for_who_reads_in_the_dark(visit: Callable[..., Any], sample: Any) -> None:
    page = visit(sample.table_path).page
    page.get_by_role("radio", name="Tối").check(force=True)
    page.emulate_media(media="print")
    assert page.evaluate(PAGE_COLOUR) == LIGHT
    expect(page.get_by_role("navigation", name="Menu chính")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize(
    "path", ["/", "/dataset/", "{sample.dataset_path}", "{sample.table_path}", "/organization/"]
)
def test_no_page_scrolls_sideways_at_320_pixels(visit: Callable[..., Any], sample: Any, path: str) -> None:
    page = visit(path.format(sample=sample), NARROW).page
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_the_menu_is_used_by_keyboard_and_closes_with_escape(visit: Callable[..., Any]) -> None:
    page = visit("/about", PHONE).page
    link = page.get_by_role("banner").get_by_role("link", name="Lĩnh vực")
    page.get_by_role("button", name="Menu", exact=True).press("Enter")
    expect(link).to_be_visible()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    expect(page.get_by_role("button", name="Menu", exact=True)).to_be_focused()


def test_the_menu_opens_without_scripts(visit: Callable[..., Any]) -> None:
    page = visit("/about", PHONE, scripts=False).page
    page.get_by_role("button", name="Menu", exact=True).click()
    page.get_by_role("banner").get_by_role("link", name="Lĩnh vực").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lĩnh vực")


def test_filters_are_taken_back_all_at_once(visit: Callable[..., Any], sample: Any) -> None:
    page = visit(f"/dataset/?q=luot&res_format=CSV&organization={sample.agency}&sort=title_string+asc").page
    expect(page.get_by_role("list", name="Bộ lọc đã chọn")).to_contain_text("Sở Du lịch")
    page.get_by_role("link", name="Xóa tất cả bộ lọc").click()
    expect(page).to_have_url(re.compile(r"\?q=luot&sort=title_string\+asc$"))


def test_a_search_without_results_names_each_filter_that_can_go(
    visit: Callable[..., Any], sample: Any
) -> None:
    page = visit(f"/dataset/?q=khongcotunay&res_format=CSV&organization={sample.agency}").page
    page.get_by_role("link", name="Bỏ bộ lọc «Cơ quan: Sở Du lịch»").click()
    expect(page).to_have_url(re.compile(r"\?q=khongcotunay&res_format=CSV$"))


def test_the_title_of_results_says_what_was_searched(visit: Callable[..., Any]) -> None:
    assert visit("/dataset/?q=di+tich").page.title().startswith("di tich – Bộ dữ liệu")


def test_the_filters_of_a_phone_say_how_many_are_chosen_and_how_much_is_found(
    visit: Callable[..., Any], sample: Any
) -> None:
    page = visit(f"/dataset/?organization={sample.agency}", PHONE).page
    page.get_by_role("button", name="Bộ lọc 1 đã chọn").click()
    filters = page.get_by_role("complementary", name="Bộ lọc")
    expect(filters.get_by_role("link", name="Sở Du lịch")).to_have_attribute("aria-current", "true")
    filters.get_by_role("button", name="Xem 1 bộ dữ liệu").click()
    expect(filters).to_be_hidden()


def test_suggestions_are_chosen_by_keyboard(suggesting: Callable[..., Page]) -> None:
    page = suggesting()
    field(page).press_sequentially("gia")
    options = page.get_by_role("option")
    expect(options).to_have_count(3)
    expect(field(page)).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("status")).to_contain_text("3 gợi ý")
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    assert field(page).get_attribute("aria-activedescendant") is None
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert field(page).get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/dataset/\?q=gia\+dat$"))


def test_a_suggestion_is_text_and_is_taken_by_a_click(suggesting: Callable[..., Page]) -> None:
    page = suggesting(PHONE)
    field(page).press_sequentially("gia")
    option = page.get_by_role("option").first
    expect(option).to_contain_text("Giá vé <b>tham quan</b>")
    expect(option).to_contain_text("Sở Du lịch")
    option.click()
    expect(page).to_have_url(re.compile(r"/dataset/\?q=gia\+ve$"))


def test_escape_closes_the_suggestions_and_keeps_the_words(suggesting: Callable[..., Page]) -> None:
    page = suggesting()
    field(page).press_sequentially("gia")
    expect(page.get_by_role("listbox", name="Gợi ý")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field(page)).to_have_value("gia")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?q=gia$"))


def test_what_leads_to_nothing_and_what_fails_leave_the_field_a_field(
    suggesting: Callable[..., Page],
) -> None:
    page = suggesting()
    field(page).press_sequentially("khong")
    expect(page.get_by_role("status")).to_have_text("Không có gợi ý.")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.unroute("**/search/suggest?*")
    page.route("**/search/suggest?*", lambda route: route.abort())
    field(page).fill("du lich")
    field(page).press("Enter")
    expect(page).to_have_url(re.compile(r"\?q=du\+lich$"))


def test_without_scripts_the_field_searches(visit: Callable[..., Any]) -> None:
    page = visit("/", scripts=False).page
    page.get_by_role("searchbox", name="Tìm kiếm bộ dữ liệu").fill("di tich")
    page.get_by_role("button", name="Tìm kiếm").click()
    expect(page).to_have_url(re.compile(r"/dataset/\?q=di\+tich$"))


def test_what_was_chosen_is_forgotten_when_more_is_typed(suggesting: Callable[..., Page]) -> None:
    page = suggesting()
    box = field(page)
    box.press_sequentially("gi")
    expect(page.get_by_role("option")).to_have_count(3)
    box.press("ArrowDown")
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    box.press_sequentially("a dat o")
    box.press("Enter")
    page.wait_for_url("**/dataset/?q=gia+dat+o")


def test_escape_also_ends_a_question_that_was_not_asked_yet(suggesting: Callable[..., Page]) -> None:
    page = suggesting()
    box = field(page)
    box.press_sequentially("gi")
    expect(page.get_by_role("option")).to_have_count(3)
    box.press("a")
    box.press("Escape")
    page.wait_for_timeout(400)
    expect(page.get_by_role("listbox")).to_be_hidden()
