"""Agencies and fields in figures, and the lists in which people find them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import pytest

Make = Callable[..., Any]
HOSTILE = "<script>alert(1)</script>"


def act(name: str, /, **values: Any) -> Any:
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return tk.get_action(name)({"ignore_auth": True, "user": user}, values)


@pytest.fixture
def agency() -> Make:
    def make(**values: Any) -> dict[str, Any]:
        mark = uuid.uuid4().hex[:10]
        return act("organization_create", **{"name": f"so-{mark}", "title": f"Sở thử {mark}", **values})

    return make


@pytest.fixture
def field() -> Make:
    def make(**values: Any) -> dict[str, Any]:
        mark = uuid.uuid4().hex[:10]
        return act("group_create", **{"name": f"linh-vuc-{mark}", "title": f"Lĩnh vực {mark}", **values})

    return make


@pytest.fixture
def page(signed_in: Make) -> Callable[[str], str]:
    def read(path: str) -> str:
        answer = signed_in("").get(path)
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    return read


def numbers(page: str) -> str:
    return page.partition('class="hue-numbers"')[2].partition("</dl>")[0]


@pytest.mark.parametrize("query", ["'", '"', "<script>alert(1)</script>", "a" * 5_000, "%25", "()"])
def test_no_words_break_a_list(page: Make, query: str) -> None:
    for path in ("/organization/", "/group/"):
        assert HOSTILE not in page(f"{path}?q={query}")


def test_an_agency_is_found_without_accents_by_parts_of_its_name_and_by_its_code(
    agency: Make, page: Make
) -> None:
    mark = uuid.uuid4().hex[:6]
    made = agency(title=f"Sở Đường thủy {mark}", agency_code="H57.99")
    link = f'href="/organization/{made["name"]}"'
    for query in (f"duong+thuy+{mark}", f"{mark}+THỦY", f"h57.99+{mark}"):
        assert link in page(f"/organization/?q={query}")
    assert link not in page(f"/organization/?q=duong+bo+{mark}")


def test_a_field_is_found_without_accents(field: Make, page: Make) -> None:
    mark = uuid.uuid4().hex[:6]
    made = field(title=f"Thủy lợi {mark}")
    assert f'href="/group/{made["name"]}"' in page(f"/group/?q=thuy+loi+{mark}")


def test_agencies_stand_under_their_level_with_their_public_datasets(
    agency: Make, dataset: Make, page: Make
) -> None:
    mark = uuid.uuid4().hex[:6]
    commune, department = agency(title=f"Phường {mark}", level="xa"), agency(title=f"Sở {mark}", level="tinh")
    for values in ({}, {}, {"private": True}, {"harvest_state": "withdrawn"}):
        dataset(owner_org=department["id"], **values)
    text = page(f"/organization/?q={mark}")
    places = [
        text.index(part)
        for part in (
            "Tỉnh, thành phố</h2>",
            f"/organization/{department['name']}",
            "2 bộ dữ liệu",
            "Xã, phường</h2>",
            f"/organization/{commune['name']}",
            "0 bộ dữ liệu",
        )
    ]
    assert places == sorted(places)


def test_what_agencies_write_is_text(agency: Make, field: Make, page: Make) -> None:
    mark = uuid.uuid4().hex[:6]
    above = agency(title=f"{HOSTILE} {mark}", description=HOSTILE)
    agency(title=f"{HOSTILE} con {mark}", parent=above["id"])
    made = field(title=f"{HOSTILE} {mark}", description=HOSTILE)
    for path in (f"/organization/?q={mark}", f"/organization/{above['name']}", f"/group/{made['name']}"):
        assert "<script>alert(1)" not in page(path)


def test_an_agency_shows_its_figures_and_the_agencies_below_it(
    agency: Make, dataset: Make, page: Make
) -> None:
    above = agency()
    below = agency(parent=above["id"])
    for values in ({}, {"private": True}):
        dataset(owner_org=above["id"], **values)
    text = page(f"/organization/{above['name']}")
    assert "<dt>bộ dữ liệu</dt><dd>1</dd>" in numbers(text)
    assert f'<a href="/organization/{below["name"]}">{below["title"]}</a>' in text


def test_an_agency_shows_how_many_datasets_are_in_time(agency: Make, dataset: Make, page: Make) -> None:
    from ckanext.hue.quality import jobs

    made = agency()
    dataset(owner_org=made["id"], frequency="hang-ngay", modified="2024-01-01")
    jobs.run()
    assert "<dt>cập nhật đúng hạn</dt><dd>0<small>/1</small></dd>" in numbers(
        page(f"/organization/{made['name']}")
    )


def test_a_field_shows_its_figures_and_whose_data_it_has(
    agency: Make, field: Make, dataset: Make, page: Make
) -> None:
    made, owner = field(), agency()
    for values in ({}, {"private": True}):
        dataset(owner_org=owner["id"], groups=[{"name": made["name"]}], **values)
    text = page(f"/group/{made['name']}")
    assert "<dt>bộ dữ liệu</dt><dd>1</dd>" in numbers(text)
    assert "<dt>cơ quan</dt><dd>1</dd>" in numbers(text)
    assert f'<a href="/organization/{owner["name"]}">{owner["title"]}</a>' in text


def test_an_agency_without_datasets_has_a_page(agency: Make, page: Make) -> None:
    assert "<dt>bộ dữ liệu</dt><dd>0</dd>" in numbers(page(f"/organization/{agency()['name']}"))
