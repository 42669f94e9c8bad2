"""A map of coloured areas, on a portal of its own: boundaries of wards are a setting."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

WARDS = {"19753": "Phường Phú Xuân", "19777": "Phường Vỹ Dạ", "19789": "Phường Thuận Hóa"}


@pytest.fixture
def wards(tmp_path: Path) -> Path:
    """Squares side by side, as boundaries."""

    def square(west: float) -> dict[str, Any]:
        east = west + 0.1
        corners = [[west, 16.4], [east, 16.4], [east, 16.5], [west, 16.5], [west, 16.4]]
        return {"type": "Polygon", "coordinates": [corners]}

    features = [
        {"type": "Feature", "id": code, "geometry": square(107.5 + place / 10), "properties": {"name": name}}
        for place, (code, name) in enumerate(WARDS.items())
    ]
    file = tmp_path / "phuong.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return file


@pytest.fixture
def table(application: Any, sample: Any) -> Iterator[str]:
    """The path of a table with figures for each ward."""
    import ckan.plugins.toolkit as tk

    from ckanext.hue.harvesters import base
    from ckanext.hue.tables.loading import load

    rows = [{"phuong": name, "dan_so": 100 * place} for place, name in enumerate(WARDS.values(), 1)] * 2
    columns = (base.Column("phuong", "Phường"), base.Column("dan_so", "Dân số", "int"))
    with application.test_request_context():
        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        made = tk.get_action("resource_create")(
            {"ignore_auth": True, "user": user},
            {
                "package_id": sample.dataset,
                "name": "Dân số",
                "url_type": "datastore",
                "datastore_active": True,
            },
        )
        load([base.Page("data", rows, columns)], lambda _list: made["id"])
    yield f"{sample.dataset_path}/resource/{made['id']}"
    with application.test_request_context():
        tk.get_action("resource_delete")({"ignore_auth": True, "user": user}, {"id": made["id"]})


@pytest.fixture
def page(
    tmp_path: Path,
    ini: str,
    wards: Path,
    serve: Callable[[Path, str], str],
    free_address: Callable[[], str],
    chromium: Browser,
) -> Iterator[Page]:
    """A window of a portal that has the wards' boundaries."""
    own = tmp_path / "portal.ini"
    own.write_text(
        f"[app:main]\nuse = config:{ini}\nckanext.hue.explorer.boundaries = {wards}\n", encoding="utf-8"
    )
    context = chromium.new_context(base_url=serve(own, free_address()), color_scheme="light")
    yield context.new_page()
    context.close()


def test_areas_and_their_legend_turn_dark_with_the_page(page: Page, table: str) -> None:
    page.goto(f"{table}?tab=map", wait_until="networkidle")
    expect(page.locator("[data-map]")).to_be_attached()
    if page.locator("[data-map]").is_hidden():
        pytest.skip("this Chromium draws no maps")
    expect(page.locator("[data-map][data-ready]")).to_be_visible()
    legend = page.locator(".hue-ex-legend span")
    expect(legend).to_have_count(3)
    light = _colours(page)
    page.emulate_media(color_scheme="dark")
    expect(legend.first).not_to_have_css("background-color", light[0])
    dark = _colours(page)
    assert len(set(dark)) == 3
    assert not set(light) & set(dark)


def _colours(page: Page) -> list[str]:
    marks = ".hue-ex-legend span"
    return page.eval_on_selector_all(marks, "all => all.map(one => getComputedStyle(one).backgroundColor)")
