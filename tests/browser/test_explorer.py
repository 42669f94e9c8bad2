"""What readers do with a table: filter, draw, look at the map, share, embed; on a phone, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

PHONE = (390, 844)
Visit = Callable[..., Any]


@pytest.fixture(scope="module")
def places(application: Any, sample: Any) -> Iterator[str]:
    """The path of a table with coordinates."""
    import ckan.plugins.toolkit as tk

    with application.test_request_context():
        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]

        def act(action: str, **values: Any) -> dict[str, Any]:
            return tk.get_action(action)({"ignore_auth": True, "user": user}, values)

        table = act("resource_create", package_id=sample.dataset, name="Điểm đến", url_type="datastore")
        fields = [
            {"id": "ten", "type": "text", "info": {"label": "Tên điểm"}},
            {"id": "kinhdo", "type": "numeric"},
            {"id": "vido", "type": "numeric"},
        ]
        rows = [
            {"ten": f"<b>Điểm {n}</b>", "kinhdo": 107.5 + n / 50, "vido": 16.4 + n / 50} for n in range(9)
        ]
        act("datastore_create", resource_id=table["id"], force=True, fields=fields, records=rows)
    yield f"{sample.dataset_path}/resource/{table['id']}"
    with application.test_request_context():
        act("resource_delete", id=table["id"])


def tab(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Cách xem bảng").get_by_role("link", name=name).click()


def fits(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("size", [(1280, 900), PHONE], ids=["desk", "phone"])
def test_a_reader_filters_draws_and_saves_the_chart(
    visit: Visit, sample: Any, size: tuple[int, int], tmp_path: Path
) -> None:
    seen = visit(sample.table_path, size)
    page = seen.page
    page.get_by_text("Bộ lọc", exact=True).click()
    page.get_by_role("group", name="Khách Việt Nam").get_by_label("từ").fill("1000010")
    page.get_by_role("button", name="Áp dụng bộ lọc").click()
    expect(page.locator(".hue-ex-status")).to_contain_text("trên tổng số 50")
    tab(page, "Biểu đồ")
    expect(page.locator("[data-chart] svg")).to_be_visible()
    expect(page.locator(".hue-ex-asked")).to_contain_text("1.000.010")
    page.get_by_label("Nhóm theo").select_option("noi")
    expect(page.locator("figcaption")).to_contain_text("điểm di tích")
    with page.expect_download() as saved:
        page.get_by_role("button", name="PNG").click()
    file = tmp_path / "bieu-do.png"
    saved.value.save_as(file)
    assert file.read_bytes().startswith(b"\x89PNG")
    assert fits(page)
    assert seen.faults == []


def test_a_shared_link_opens_the_same_view(visit: Visit, sample: Any) -> None:
    page = visit(f"{sample.table_path}?has.noi=le+loi").page
    tab(page, "Biểu đồ")
    page.get_by_role("link", name="Tròn").click()
    expect(page).to_have_url(re.compile("chart=pie"))
    expect(page.locator("[data-chart] svg")).to_be_visible()
    again = visit(page.url).page
    assert again.locator("[data-figures]").inner_text() == page.locator("[data-figures]").inner_text()
    assert again.locator(".hue-ex-asked").inner_text() == page.locator(".hue-ex-asked").inner_text()


def test_going_back_undoes_the_last_choice(visit: Visit, sample: Any) -> None:
    page = visit(sample.table_path).page
    tab(page, "Các cột")
    expect(page.get_by_role("heading", name="Khách Việt Nam")).to_be_visible()
    page.go_back()
    expect(page.locator(".hue-ex-status")).to_contain_text("trên tổng số 60")


def test_columns_are_chosen_and_the_download_has_just_them(visit: Visit, sample: Any) -> None:
    page = visit(sample.table_path).page
    page.get_by_text("Chọn cột", exact=True).click()
    for name in ("Năm", "Ngày chốt", "Ghi chú", "Nguồn"):
        page.get_by_label(name, exact=True).uncheck()
    page.get_by_role("button", name="Hiện các cột đã chọn").click()
    expect(page.locator("#explorer thead th")).to_have_count(3)
    link = page.locator(".hue-ex-take").get_by_role("link", name="JSON").get_attribute("href") or ""
    assert list(page.request.get(link).json()[0]) == ["khach", "doanh_thu", "noi"]


def test_the_map_shows_points_and_names_them_as_text(visit: Visit, places: str) -> None:
    seen = visit(f"{places}?tab=map")
    page = seen.page
    expect(page.get_by_role("link", name="Bản đồ")).to_have_attribute("aria-current", "page")
    expect(
        page.locator("[data-map] canvas").or_(page.locator("[data-map-note]:not(:empty)")).first
    ).to_be_visible()
    assert page.locator("#explorer b").count() == 0
    expect(page.get_by_role("region").get_by_role("cell", name="<b>Điểm 0</b>")).to_be_visible()


def test_points_that_come_late_do_not_write_into_the_next_map(visit: Visit, places: str) -> None:
    seen = visit(f"{places}?tab=columns")
    page = seen.page
    late: list[Route] = []
    page.route("**/points.geojson?tab=map", lambda route: late.append(route))
    with page.expect_request("**/points.geojson?tab=map"):
        tab(page, "Bản đồ")
    page.locator("#explorer input[type=search]").fill("Điểm 3")
    page.keyboard.press("Enter")
    expect(page.locator("[data-map][data-ready]")).to_be_attached()
    note = page.locator("[data-map-note]").inner_text()
    late[0].fulfill(json={"type": "FeatureCollection", "features": [], "note": "trễ"})
    page.wait_for_timeout(200)
    assert page.locator("[data-map-note]").inner_text() == note
    assert not [fault for fault in seen.faults if fault.startswith("script error")]


def test_an_embedded_chart_stands_alone(visit: Visit, sample: Any) -> None:
    seen = visit(f"{sample.table_path}/embed?tab=chart&chart=bar&x=noi")
    page = seen.page
    expect(page.locator("[data-chart] svg")).to_be_visible()
    assert page.locator("header, footer, nav").count() == 0
    assert page.context.cookies() == []
    assert seen.faults == []


def test_without_scripts_a_reader_filters_and_sees_the_figures(visit: Visit, sample: Any) -> None:
    page = visit(sample.table_path, scripts=False).page
    page.get_by_text("Bộ lọc", exact=True).click()
    page.get_by_label("Điểm di tích chứa").fill("dai noi")
    page.get_by_role("button", name="Áp dụng bộ lọc").click()
    expect(page.locator(".hue-ex-status")).to_contain_text("trên tổng số 15")
    tab(page, "Biểu đồ")
    page.get_by_label("Nhóm theo").select_option("noi")
    page.get_by_role("button", name="Vẽ").click()
    page.get_by_text("Số liệu dạng bảng").click()
    expect(page.get_by_role("row", name="Đại Nội")).to_be_visible()
