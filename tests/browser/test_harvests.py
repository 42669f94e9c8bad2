"""What the person in charge of a source does: harvest it, watch it go, read the report."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, expect

WIDE = (1280, 900)
PHONE = (390, 844)
SIZES = pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desk", "phone"])
PASSWORD = "mat-khau-thu-1"
HARVEST_SECONDS = 90_000  # milliseconds
WIDER_THAN_THE_WINDOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
HEADINGS = "[...document.querySelectorAll('h1,h2,h3,h4')].map(heading => Number(heading.tagName[1]))"
UNNAMED = """[...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea')].filter(
    element => ![element.ariaLabel, element.textContent, element.title, element.labels?.[0]?.textContent]
        .some(name => name && name.trim())).map(element => element.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def chief(application: Any) -> str:
    """A system administrator (name)."""
    with application.test_request_context():
        import ckan.plugins.toolkit as tk

        name = f"quan-tri-{uuid.uuid4().hex[:8]}"
        tk.get_action("user_create")(
            {"ignore_auth": True, "user": tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]},
            {"name": name, "email": f"{name}@example.vn", "password": PASSWORD, "sysadmin": True},
        )
        return name


@pytest.fixture(scope="module")
def platform() -> Iterator[str]:
    """A platform whose tables come slowly enough to watch; one of them cannot be read."""
    from ckanext.hue.harvesters.sandbox import Settings, start_sandbox

    with start_sandbox(Settings(control=True, tables=24, rows=40, open_tables=9)) as base:
        yield base


def sign_in(page: Page, name: str) -> None:
    page.goto("/user/login")
    page.locator("#field-login").fill(name)
    page.locator("#field-password").fill(PASSWORD)
    page.locator("form button[type=submit]").last.click()
    page.wait_for_url(re.compile("/(dashboard|dataset|user)"))


def sound(page: Page) -> None:
    page.wait_for_load_state("networkidle")  # pages are reached by clicks, which wait for no font or style
    assert page.evaluate(WIDER_THAN_THE_WINDOW) == 0
    headings = page.evaluate(HEADINGS)
    assert headings.count(1) == 1 and headings[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(headings))
    assert page.evaluate(UNNAMED) == []
    assert page.locator("[role=main]").count() == 1


@SIZES
def test_a_source_is_added_harvested_and_its_report_read(
    visit: Callable[..., Any], worker: None, chief: str, platform: str, size: tuple[int, int]
) -> None:
    opened = visit("/", size)
    page = opened.page
    sign_in(page, chief)
    name = f"nguon-{uuid.uuid4().hex[:8]}"

    page.goto("/harvest/_new?kind=platform")
    page.get_by_label("Tên trong đường dẫn").fill("Tên Sai")
    page.get_by_label("Tiêu đề", exact=True).fill("Nền tảng Số hóa thử nghiệm")
    page.get_by_label("Địa chỉ *").fill(platform)
    page.get_by_label("Cho phép máy chủ của nguồn thuộc mạng nội bộ").check()
    page.get_by_label("Tôi cam kết").check()
    page.get_by_role("button", name="Thêm nguồn").click()
    expect(page.locator("#field-name-error")).to_be_visible()
    sound(page)
    page.get_by_label("Tên trong đường dẫn").fill(name)
    page.get_by_role("button", name="Thêm nguồn").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nền tảng Số hóa thử nghiệm")

    page.get_by_role("link", name="Chạy thử").click()
    page.get_by_role("button", name="Bắt đầu chạy thử").click()
    expect(page.get_by_role("heading", name="Nếu thu thập bây giờ")).to_be_visible()
    sound(page)

    page.goto(f"/harvest/{name}")
    page.get_by_role("button", name="Thu thập ngay").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    sound(page)
    # The script brings the end without anybody's doing.
    expect(page.locator("#hue-job-state")).to_contain_text("Đã xong", timeout=HARVEST_SECONDS)
    expect(page.get_by_role("progressbar")).to_have_count(0)
    expect(page.locator("tbody tr")).to_have_count(9)
    sound(page)
    page.get_by_role("link", name="Đã công bố", exact=False).first.click()
    expect(page.locator("tbody tr").first).to_be_visible()

    page.goto(f"/harvest/{name}")
    sound(page)
    page.goto("/harvest")
    expect(page.get_by_role("link", name="Nền tảng Số hóa thử nghiệm").first).to_be_visible()
    sound(page)
    page.goto("/harvest/_new")
    sound(page)
    page.goto(f"/harvest/{name}/remove")
    sound(page)
    assert opened.faults == []


def test_a_harvest_is_followed_without_scripts(
    visit: Callable[..., Any], application: Any, chief: str, platform: str
) -> None:
    page = visit("/", scripts=False).page
    sign_in(page, chief)
    with application.test_request_context():
        from ckanext.hue.harvest import sources

        name = f"nguon-{uuid.uuid4().hex[:8]}"
        sources.add(name, kind="platform", url=platform, allow_private_host=True)
        sources.pause(name, paused=True)
    page.goto(f"/harvest/{name}")
    page.get_by_role("button", name="Cho chạy tiếp").click()
    page.get_by_role("button", name="Thu thập ngay").click()
    page.get_by_role("link", name="Xem lại").click()
    expect(page.locator("#hue-job-state")).to_be_visible()
