"""What people and programs see of quality."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import pytest

Make = Callable[..., Any]
HOSTILE = "<script>alert(1)</script> & «bảng»"


@pytest.fixture
def agency() -> Callable[..., dict[str, Any]]:
    """Make an agency with one editor; `editor` is the user's name."""
    site = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]

    def act(name: str, /, **values: Any) -> dict[str, Any]:
        return tk.get_action(name)({"ignore_auth": True, "user": site}, values)

    def make(title: str = "Sở thử") -> dict[str, Any]:
        mark = uuid.uuid4().hex[:12]
        made = act("organization_create", name=f"so-{mark}", title=title)
        person = act(
            "user_create", name=f"nguoi-{mark}", email=f"{mark}@example.vn", password="mat-khau-thu-1"
        )
        act("organization_member_create", id=made["id"], username=person["name"], role="editor")
        return {**made, "editor": person["name"]}

    return make


def test_the_public_sees_a_word_and_the_freshness(dataset: Make, score: Make, signed_in: Make) -> None:
    made = dataset(frequency="hang-ngay", modified="2024-01-01")
    score()
    page = signed_in("").get(f"/dataset/{made['name']}").get_data(as_text=True)
    assert "Chất lượng siêu dữ liệu" in page
    assert "Chậm cập nhật" in page
    assert "Việc nên làm" not in page
    assert "/405" not in page


def test_its_agency_sees_points_and_what_to_do(
    agency: Make, dataset: Make, score: Make, quality: Make, signed_in: Make
) -> None:
    own = agency()
    made = dataset(owner_org=own["id"])
    score()
    page = signed_in(own["editor"]).get(f"/dataset/{made['name']}").get_data(as_text=True)
    assert f"{quality(made['id']).score}/405 điểm" in page
    assert "Thêm ít nhất một từ khóa" in page
    assert page.count("<meter") == 5


def test_a_dataset_that_was_not_scored_yet_has_a_page(dataset: Make, signed_in: Make) -> None:
    made = dataset()
    answer = signed_in("").get(f"/dataset/{made['name']}")
    assert answer.status_code == 200
    assert 'id="quality"' not in answer.get_data(as_text=True)


def test_the_portals_page_ranks_agencies_and_names_the_late(
    agency: Make, dataset: Make, score: Make, signed_in: Make
) -> None:
    own = agency(HOSTILE)
    made = dataset(owner_org=own["id"], title=HOSTILE, frequency="hang-ngay", modified="1990-01-01")
    score()
    page = signed_in("").get("/quality").get_data(as_text=True)
    assert f"/organization/{own['name']}/quality" in page
    assert f"/dataset/{made['name']}" in page
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("sort", ["title", "datasets", "median", "late"])
def test_agencies_are_sorted_without_scripts(
    agency: Make, dataset: Make, score: Make, signed_in: Make, sort: str, order: str
) -> None:
    first, second = agency("Aaa"), agency("Zzz")
    dataset(owner_org=first["id"])
    for _ in range(2):
        dataset(
            owner_org=second["id"],
            tags=[{"name": "thử"}],
            frequency="hang-ngay",
            modified="2024-01-01",
        )
    score()
    page = signed_in("").get(f"/quality?sort={sort}&order={order}").get_data(as_text=True)
    places = [page.index(f"/organization/{each['name']}/quality") for each in (first, second)]
    assert (places == sorted(places)) == (order == "asc")
    assert 'aria-sort="' + ("ascending" if order == "asc" else "descending") in page


@pytest.mark.parametrize("query", ["sort=score%20desc", "sort=%27--", "order=lạ", "sort=&sort=title"])
def test_a_sort_that_there_is_not_is_the_usual_one(signed_in: Make, query: str) -> None:
    assert signed_in("").get(f"/quality?{query}").status_code == 200


def test_an_agencys_page_begins_with_the_worst(
    agency: Make, dataset: Make, score: Make, signed_in: Make
) -> None:
    own = agency()
    better = dataset(owner_org=own["id"], title="A", tags=[{"name": "thử"}])
    worse = dataset(owner_org=own["id"], title=HOSTILE)
    score()
    page = signed_in("").get(f"/organization/{own['name']}/quality").get_data(as_text=True)
    assert page.index(f"/dataset/{worse['name']}") < page.index(f"/dataset/{better['name']}")
    assert "<script>alert(1)" not in page
    assert "Sửa địa chỉ truy cập" in page


@pytest.mark.parametrize("name", ["khong-co", "..%2f", "<i>", "y-te"])
def test_there_is_no_page_without_an_agency(signed_in: Make, name: str) -> None:
    assert signed_in("").get(f"/organization/{name}/quality").status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "999999", "x"])
def test_a_page_beyond_the_last_is_empty(agency: Make, signed_in: Make, page: str) -> None:
    own = agency()
    assert signed_in("").get(f"/organization/{own['name']}/quality?page={page}").status_code == 200


def test_programs_are_told_the_same(dataset: Make, score: Make, quality: Make, action: Make) -> None:
    made = dataset(tags=[{"name": "thử"}])
    score()
    shown, found = action("hue_quality_show", id=made["name"]), quality(made["id"])
    assert shown["score"] == found.score == sum(metric["points"] for metric in shown["metrics"])
    assert sum(metric["most"] for metric in shown["metrics"]) == 405
    assert shown["dimensions"] == found.dimensions
    assert shown["timeliness"] == "unknown"


def test_programs_list_an_agencys_datasets(agency: Make, dataset: Make, score: Make, action: Make) -> None:
    own = agency()
    better = dataset(owner_org=own["id"], tags=[{"name": "thử"}])
    worse = dataset(owner_org=own["id"])
    score()
    for order, expected in (("worst", [worse, better]), ("best", [better, worse])):
        listed = action("hue_quality_list", organization=own["name"], order=order)
        assert [each["id"] for each in listed["datasets"]] == [each["id"] for each in expected]
        assert listed["total"] == 2
    assert len(action("hue_quality_list", organization=own["id"], limit=1, offset=1)["datasets"]) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"limit": 1_001},
        {"limit": -1},
        {"limit": "x"},
        {"offset": 10**9},
        {"order": "score; DROP TABLE package"},
        {"organization": ["a"]},
        {"organization": "a" * 101},
        {"organization": "a\x00"},
    ],
)
def test_what_makes_no_sense_is_refused(action: Make, values: dict[str, Any]) -> None:
    with pytest.raises(tk.ValidationError):
        action("hue_quality_list", **values)


def test_what_is_not_there_is_not_found(action: Make, dataset: Make) -> None:
    made = dataset()
    for name in ("khong-co", made["name"]):
        with pytest.raises(tk.ObjectNotFound):
            action("hue_quality_show", id=name)
    with pytest.raises(tk.ObjectNotFound):
        action("hue_quality_list", organization="khong-co")


def test_nobody_learns_of_a_private_dataset(dataset: Make, score: Make, action: Make) -> None:
    made = dataset(private=True)
    score()
    with pytest.raises(tk.NotAuthorized):
        action("hue_quality_show", id=made["id"])
    listed = action("hue_quality_list", limit=1_000)["datasets"]
    assert made["id"] not in {each["id"] for each in listed}


def test_a_dataset_that_became_private_is_told_of_no_more(dataset: Make, score: Make, action: Make) -> None:
    made = dataset()
    score()
    tk.get_action("package_patch")(
        {"ignore_auth": True, "user": made["user"]}, {"id": made["id"], "private": True}
    )
    listed = action("hue_quality_list", limit=1_000)["datasets"]
    assert made["id"] not in {each["id"] for each in listed}


def test_advice_names_the_fields_whose_values_break_a_rule() -> None:
    properties = ["http://www.w3.org/ns/dcat#startDate", "http://purl.org/dc/terms/description", "urn:x"]
    assert tk.h.hue_broken_fields(properties) == ["Từ ngày", "Mô tả"]
