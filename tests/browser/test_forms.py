"""Describing a dataset: parts that repeat, units that are searched, errors, drafts; also without scripts."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

WIDE = (1280, 900)
PHONE = (390, 844)
PASSWORD = "mat-khau-thu-1"


@pytest.fixture
def editor(application: Any) -> str:
    """An editor (name) of a new agency."""
    with application.test_request_context():
        import ckan.plugins.toolkit as tk

        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]

        def act(action: str, /, **values: Any) -> dict[str, Any]:
            return tk.get_action(action)({"ignore_auth": True, "user": user}, values)

        mark = uuid.uuid4().hex[:8]
        made = act("user_create", name=f"mo-ta-{mark}", email=f"{mark}@example.vn", password=PASSWORD)
        agency = act("organization_create", name=f"so-{mark}", title="Sở Du lịch", email="so@example.gov.vn")
        act("organization_member_create", id=agency["id"], username=made["name"], role="editor")
        return made["name"]


def second_agency(application: Any, editor: str) -> dict[str, Any]:
    """Another agency that the editor works for, whose name comes after the first one's."""
    with application.test_request_context():
        import ckan.plugins.toolkit as tk

        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        context = {"ignore_auth": True, "user": user}
        values = {"name": f"{editor}-2", "title": "Sở Y tế", "email": "y-te@example.gov.vn"}
        agency = tk.get_action("organization_create")(dict(context), values)
        member = {"id": agency["id"], "username": editor, "role": "editor"}
        tk.get_action("organization_member_create")(dict(context), member)
        return agency


@pytest.fixture
def form(visit: Callable[..., Any], editor: str) -> Callable[..., Any]:
    """Open the form of a new dataset as the editor."""

    def open_(size: tuple[int, int] = WIDE, *, scripts: bool = True) -> Any:
        opened = visit("/user/login", size, scripts=scripts)
        sign_in(opened.page, editor)
        opened.page.goto("/dataset/new", wait_until="networkidle")
        return opened

    return open_


def sign_in(page: Page, name: str) -> None:
    page.locator("#field-login").fill(name)
    page.locator("#field-password").fill(PASSWORD)
    page.locator("#field-password").press("Enter")
    page.wait_for_load_state("networkidle")


def parts(page: Page, field: str) -> Any:
    return page.locator(f"#field-{field} fieldset[data-part]")


def fill_required(page: Page, title: str) -> None:
    page.locator("#field-title").fill(title)
    page.locator("#field-notes").fill("Bộ dữ liệu để thử biểu mẫu.")
    page.locator("#field-no_personal_data").select_option("True")


def save(page: Page) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("button[name=save]").last.click()
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["desk", "phone"])
def test_the_form_fits_the_window_and_nothing_goes_wrong(
    form: Callable[..., Any], size: tuple[int, int]
) -> None:
    opened = form(size)
    page = opened.page
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert opened.faults == []


def test_parts_are_added_removed_and_brought_back(form: Callable[..., Any]) -> None:
    page = form().page
    expect(parts(page, "contact")).to_have_count(1)
    page.locator("#field-contact").get_by_role("button", name="Thêm đầu mối").click()
    expect(page.locator("#field-contact-1-name")).to_be_focused()
    page.keyboard.type("Phòng B")
    page.locator("#field-contact").get_by_role("button", name="Đầu mối 1").click()
    expect(parts(page, "contact")).to_have_count(1)
    expect(parts(page, "contact").locator("legend")).to_have_text("Đầu mối 1")
    page.locator("#field-contact").get_by_role("button", name="Hoàn tác").click()
    expect(parts(page, "contact")).to_have_count(2)
    expect(page.locator("#field-contact-0-email")).to_have_value("so@example.gov.vn")


def test_parts_are_saved_in_their_order(form: Callable[..., Any]) -> None:
    page = form().page
    title = f"Thử các phần {uuid.uuid4().hex[:8]}"
    fill_required(page, title)
    for name in ("Phòng B", "Phòng C"):
        page.locator("#field-contact").get_by_role("button", name="Thêm đầu mối").click()
        page.keyboard.type(name)
        page.keyboard.press("Tab")
        page.keyboard.type("phong@example.gov.vn")
    page.locator("#field-contact").get_by_role("button", name="Đầu mối 2").click()
    legal = page.locator("fieldset.hue-lines", has=page.locator("[name=applicable_legislation]"))
    legal.locator("input").first.fill("47/2020/NĐ-CP")
    legal.get_by_role("button", name="Thêm").click()
    page.keyboard.type("Luật số 60/2024/QH15")
    save(page)
    assert "/resource/new" in page.url
    stored = page.evaluate(
        "name => fetch('/api/3/action/package_show?id=' + name).then(a => a.json()).then(a => a.result)",
        page.url.split("/dataset/")[1].split("/")[0],
    )
    assert [part["name"] for part in stored["contact"]] == ["Sở Du lịch", "Phòng C"]
    assert stored["applicable_legislation"] == ["47/2020/NĐ-CP", "Luật số 60/2024/QH15"]


def test_only_one_creator_can_be_given(form: Callable[..., Any]) -> None:
    page = form().page
    add = page.locator("#field-creator").get_by_role("button", name="Thêm")
    expect(add).to_be_hidden()
    page.locator("#field-creator").get_by_role("button", name="Đơn vị 1").click()
    expect(add).to_be_visible()


def test_a_unit_is_found_by_keyboard_without_accents(form: Callable[..., Any]) -> None:
    page = form().page
    box = page.locator("#field-spatial_coverage-0-code")
    expect(box).to_have_value("Thành phố Huế")
    box.fill("phu xuan")
    expect(page.locator("#hue-units-1 [role=option]").first).to_have_text("Phường Phú Xuân")
    box.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "hue-units-1-0")
    box.press("Enter")
    expect(box).to_have_value("Phường Phú Xuân")
    expect(box).to_have_attribute("aria-expanded", "false")
    assert page.locator("input[type=hidden][name='spatial_coverage-0-code']").input_value() == "19768"
    expect(page.locator("#field-spatial_coverage-0-text")).to_have_value("Phường Phú Xuân")
    assert page.url.endswith("/dataset/new")


def test_a_part_that_was_added_searches_units_too(form: Callable[..., Any]) -> None:
    page = form().page
    page.locator("#field-spatial_coverage").get_by_role("button", name="Thêm").click()
    box = page.locator("#field-spatial_coverage-1-code")
    box.press_sequentially("huyen phu vang")
    option = page.get_by_role("option", name="Huyện Phú Vang (đơn vị cũ)")
    option.click()
    assert page.locator("input[type=hidden][name='spatial_coverage-1-code']").input_value() == "478"


def test_errors_are_heard_linked_and_nothing_is_lost(form: Callable[..., Any]) -> None:
    page = form().page
    page.locator("#field-notes").fill("Còn nguyên")
    page.locator("#field-contact-0-email").fill("sai")
    page.locator("#field-spatial_coverage-0-code").fill("Xã Không Có")
    save(page)
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Tên bộ dữ liệu")
    summary.get_by_role("link", name="Đầu mối 1, Thư điện tử").click()
    email = page.locator("#field-contact-0-email")
    expect(email).to_be_focused()
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(email).to_have_value("sai")
    expect(email).to_have_accessible_description(re.compile("không phải là địa chỉ thư điện tử hợp lệ"))
    expect(page.locator("#field-notes")).to_have_value("Còn nguyên")
    expect(page.locator("#field-spatial_coverage-0-code")).to_have_value("Xã Không Có")


def test_a_draft_comes_back_with_its_parts_and_goes_when_saved(form: Callable[..., Any]) -> None:
    page = form().page
    page.on("dialog", lambda dialog: dialog.accept())
    title = f"Bản nháp {uuid.uuid4().hex[:8]}"
    fill_required(page, title)
    page.locator("#field-contact").get_by_role("button", name="Thêm đầu mối").click()
    page.keyboard.type("Phòng B")
    page.locator("#field-contact-1-phone").fill("0234 3123 456")
    page.locator("#field-spatial_coverage-0-code").fill("phu xuan")
    page.get_by_role("option", name="Phường Phú Xuân").click()
    legal = page.locator("fieldset.hue-lines", has=page.locator("[name=applicable_legislation]"))
    legal.get_by_role("button", name="Thêm").click()
    page.keyboard.type("60/2024/QH15")
    page.wait_for_function("() => Object.values(localStorage).some(text => text.includes('60/2024/QH15'))")

    page.goto("/dataset/new", wait_until="networkidle")
    expect(page.locator("#field-title")).to_have_value("")
    page.get_by_role("button", name="Khôi phục bản nháp").click()
    expect(page.locator("#field-title")).to_have_value(title)
    expect(page.locator("#field-contact-1-name")).to_have_value("Phòng B")
    expect(page.locator("#field-spatial_coverage-0-code")).to_have_value("Phường Phú Xuân")
    expect(legal.locator("input").nth(1)).to_have_value("60/2024/QH15")

    save(page)
    assert "/resource/new" in page.url
    assert page.evaluate("Object.keys(localStorage).filter(key => key.includes('dataset:new'))") == []


def test_a_draft_stays_while_the_form_comes_back_with_errors(form: Callable[..., Any]) -> None:
    page = form().page
    page.locator("#field-notes").fill("Chưa xong")
    save(page)
    expect(page.locator("#form-errors")).to_be_visible()
    assert len(page.evaluate("Object.keys(localStorage).filter(key => key.includes('dataset:new'))")) == 1


def test_a_draft_can_be_thrown_away(form: Callable[..., Any]) -> None:
    page = form().page
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#field-notes").fill("Không cần nữa")
    page.wait_for_function("() => Object.values(localStorage).some(text => text.includes('Không cần nữa'))")
    page.goto("/dataset/new", wait_until="networkidle")
    page.get_by_role("button", name="Bỏ bản nháp").click()
    page.reload(wait_until="networkidle")
    expect(page.get_by_role("button", name="Khôi phục bản nháp")).to_be_hidden()


def test_whoever_signs_out_leaves_no_draft(form: Callable[..., Any]) -> None:
    page = form().page
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#field-notes").fill("Riêng tư")
    page.wait_for_function("() => Object.values(localStorage).some(text => text.includes('Riêng tư'))")
    page.get_by_role("button", name="Đăng xuất").click()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('hue-draft'))") == []


def test_a_draft_holds_no_token(form: Callable[..., Any]) -> None:
    page = form().page
    page.locator("#field-notes").fill("Có gì trong đó")
    page.wait_for_function("() => Object.values(localStorage).some(text => text.includes('Có gì trong đó'))")
    kept = page.evaluate("Object.values(localStorage).join(' ')")
    assert "_csrf_token" not in kept


def test_the_form_works_without_scripts(form: Callable[..., Any]) -> None:
    page = form(scripts=False).page
    fill_required(page, f"Không có script {uuid.uuid4().hex[:8]}")
    page.locator("select[name='spatial_coverage-0-code']").select_option("478")
    page.locator("input[name='contact-1-name']").fill("Phòng B")
    page.locator("input[name='contact-1-email']").fill("b@example.gov.vn")
    page.locator("button[name=save]").last.click()
    assert "/resource/new" in page.url


def test_another_agency_begins_the_form_anew_until_something_is_typed(
    application: Any, editor: str, form: Callable[..., Any]
) -> None:
    agency = second_agency(application, editor)
    page = form().page
    email = page.locator("#field-contact-0-email")
    expect(email).to_have_value("so@example.gov.vn")
    page.locator("#field-organizations").focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_url(f"**/dataset/new?group={agency['id']}")
    expect(email).to_have_value("y-te@example.gov.vn")
    expect(page.locator("#field-organizations")).to_have_value(agency["id"])
    page.locator("#field-title").fill("Đã bắt đầu")
    page.locator("#field-organizations").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#field-title")).to_have_value("Đã bắt đầu")
    expect(email).to_have_value("y-te@example.gov.vn")


def test_resources_are_put_in_order_by_buttons(
    visit: Callable[..., Any], editor: str, application: Any
) -> None:
    dataset = two_resources(application, editor)
    page = visit("/user/login").page
    sign_in(page, editor)
    page.goto(f"/dataset/resources/{dataset}", wait_until="networkidle")
    page.get_by_role("button", name="Đưa lên: Hai").press("Enter")
    expect(page.get_by_role("button", name="Đưa lên: Hai")).to_be_focused()
    page.get_by_role("button", name="Lưu thứ tự").click()
    expect(page.get_by_role("status")).to_have_text("Đã lưu thứ tự mới.")
    page.reload(wait_until="networkidle")
    names = [link.inner_text() for link in page.locator(".resource-item a.heading").all()]
    assert [name.split()[0] for name in names] == ["Hai", "Một"]


def two_resources(application: Any, editor: str) -> str:
    """A dataset (name) of the editor's agency with the resources «Một» and «Hai»."""
    with application.test_request_context():
        import ckan.plugins.toolkit as tk

        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        agency = tk.get_action("organization_list_for_user")({"user": editor}, {"id": editor})[0]
        values = {
            "name": f"thu-tu-{uuid.uuid4().hex[:8]}",
            "title": "Bộ dữ liệu có hai tệp",
            "notes": "Bộ dữ liệu để thử thứ tự.",
            "owner_org": agency["id"],
            "license_id": "cc-by-4.0",
            "no_personal_data": True,
            "resources": [
                {"name": name, "url": f"https://so.example.vn/{at}.pdf", "format": "PDF"}
                for at, name in enumerate(("Một", "Hai"))
            ],
        }
        return tk.get_action("package_create")({"ignore_auth": True, "user": user}, values)["name"]
