"""What is found, by whatever people type, and what a document takes."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Callable
from typing import Any

import pytest

Make = Callable[..., dict[str, Any]]
Action = Callable[..., Any]


@pytest.fixture
def mark() -> str:
    """A word that only one test's datasets have."""
    return f"dau{uuid.uuid4().hex[:12]}"


@pytest.fixture
def find(action: Action, mark: str) -> Callable[..., list[str]]:
    """Titles found among the test's datasets, the best first."""

    def titles(typed: str, **more: Any) -> list[str]:
        found = action("package_search", q=typed, fq=f"text:{mark}", rows=100, **more)
        return [dataset["title"] for dataset in found["results"]]

    return titles


def test_what_was_typed_with_accents_comes_first_and_without_them_all_is_found(
    dataset: Make, find: Callable[..., list[str]], mark: str
) -> None:
    for title in ("Điểm bán ghế", "Mặt bàn ghế", "Mặt bạn ghế"):
        dataset(title=title, notes=mark)
    assert find("bàn")[0] == "Mặt bàn ghế"
    assert find("bán")[0] == "Điểm bán ghế"
    assert find("bạn")[0] == "Mặt bạn ghế"
    assert sorted(find("ban")) == ["Mặt bàn ghế", "Mặt bạn ghế", "Điểm bán ghế"]


@pytest.mark.parametrize(
    ("written", "typed"), [("Thủy sản", "thuỷ"), ("Hoà bình", "hòa"), ("Sức khoẻ", "khỏe")]
)
def test_the_place_of_the_tone_mark_makes_no_difference_to_the_order(
    dataset: Make, find: Callable[..., list[str]], mark: str, written: str, typed: str
) -> None:
    first, second = written.split()
    other = {"thuỷ": "Thúy", "hòa": "Hoả", "khỏe": "Khóe"}[typed]
    place = 1 if typed == "khỏe" else 0
    dataset(title=" ".join((first, other) if place else (other, second)), notes=mark)
    dataset(title=written, notes=mark)
    assert find(typed)[0] == written
    assert len(find(typed)) == 2


def test_composed_and_decomposed_text_find_the_same(
    dataset: Make, find: Callable[..., list[str]], mark: str
) -> None:
    dataset(title=unicodedata.normalize("NFD", "Bệnh viện đa khoa"), notes=mark)
    dataset(title="Bệnh viện mắt", notes=mark)
    assert find("bệnh viện") == find(unicodedata.normalize("NFD", "bệnh viện"))
    assert len(find("bệnh viện")) == 2


def test_an_abbreviation_is_found_within_a_phrase(
    dataset: Make, find: Callable[..., list[str]], mark: str
) -> None:
    dataset(title="Ủy ban nhân dân phường Vỹ Dạ", notes=mark)
    assert find('"UBND phường Vỹ Dạ"') == ["Ủy ban nhân dân phường Vỹ Dạ"]
    assert find('"phường UBND"') == []


@pytest.mark.parametrize(
    "typed",
    [
        *(
            '"',
            "(((",
            "-",
            "*",
            "\\",
            "~",
            "^^",
            "[",
            "zqxj AND",
            "OR zqxj",
            "-zqxj",
            "[zqxj TO",
            "zqxj:zqxk:zqxl",
        ),
        *("{!join from=zqxj to=zqxk}zqxl", '_query_:"{!zqxj}zqxk"', "title:(zqxj", 'tags:"zqxj', "\x00\x01"),
        *("zqxj" * 25_000, "zqxj " * 20_000, '"zqxj" ' * 20_000),
    ],
)
def test_no_sign_makes_a_search_fail_or_find_what_it_should_not(action: Action, typed: str) -> None:
    assert action("package_search", q=typed, rows=0)["count"] == 0


def test_fields_are_searched_as_before(dataset: Make, find: Callable[..., list[str]], mark: str) -> None:
    made = dataset(title="Lễ hội đua thuyền", notes=mark, tags=[{"name": "đua thuyền"}])
    dataset(title="Đua thuyền", notes=f"Lễ hội {mark}")
    assert find("title:hội") == ["Lễ hội đua thuyền"]
    assert find('tags:"đua thuyền" AND title:lễ') == ["Lễ hội đua thuyền"]
    assert find(f"name:{made['name']} OR name:khong-co") == ["Lễ hội đua thuyền"]


def test_a_withdrawn_dataset_is_found_only_by_its_state(dataset: Make, action: Action, mark: str) -> None:
    dataset(title=f"Bảng {mark}", harvest_state="withdrawn")
    assert action("package_search", q=mark)["count"] == 0


def test_places_and_years_narrow_a_search(dataset: Make, action: Action, mark: str) -> None:
    dataset(
        title=f"Bảng {mark}",
        spatial_coverage=[{"code": "19777"}, {"code": "481"}],
        temporal_coverage=[{"start": "2019", "end": "2021"}],
    )
    found = action("package_search", q=mark, **{"facet.field": ["hue_units", "hue_years"]})["search_facets"]
    assert {item["name"] for item in found["hue_units"]["items"]} == {"46", "19777", "481"}
    assert {item["name"] for item in found["hue_years"]["items"]} == {"2019", "2020", "2021"}
    assert action("package_search", q=mark, fq="hue_units:46 hue_years:2020")["count"] == 1
    assert action("package_search", q="vy da", fq=f"text:{mark}")["count"] == 1


def test_columns_and_labels_of_tables_are_searched_and_edited_labels_too(
    dataset: Make, action: Action, mark: str
) -> None:
    import ckan.plugins.toolkit as tk

    made = dataset(title=f"Bảng {mark}", resources=[{"name": "a", "url": "https://example.vn/a.csv"}])
    resource_id = made["resources"][0]["id"]

    def save(label: str) -> None:
        tk.get_action("datastore_create")(
            {"ignore_auth": True, "user": made["user"]},
            {
                "resource_id": resource_id,
                "force": True,
                "fields": [{"id": "cotmaukhac", "type": "text", "info": {"label": label}}],
            },
        )

    save("Nhãn thứ nhất")
    assert action("package_search", q=f"{mark} cotmaukhac")["count"] == 1
    assert action("package_search", q=f'{mark} "nhan thu nhat"')["count"] == 1
    save("Chữ đã sửa")
    assert action("package_search", q=f'{mark} "chu da sua"')["count"] == 1


@pytest.mark.parametrize(
    "odd",
    [
        {"notes": "chữ " * 2_500_000},
        {"notes": "x" * 10_000_000},
        {"url": "https://example.vn/" + "u" * 40_000},
        {"author": "ă" * 40_000},
        {"notes": "a\x01b\x0bc ￾ " + "́" * 5_000},
    ],
)
def test_no_value_is_too_long_or_too_odd_for_solr(
    dataset: Make, action: Action, mark: str, odd: dict[str, Any]
) -> None:
    import ckan.plugins.toolkit as tk
    from ckan import model

    from ckanext.hue.search import indexing

    made = dataset(title=f"Bảng {mark}")
    # As an old or foreign dataset may be in the database, whatever forms refuse today.
    model.Session.query(model.Package).filter_by(id=made["id"]).update(odd)
    model.Session.commit()
    try:
        indexing.index_datasets([made["id"]])
        assert action("package_search", q=mark)["count"] == 1
    finally:
        tk.get_action("dataset_purge")({"ignore_auth": True, "user": made["user"]}, {"id": made["id"]})


def test_a_batch_asks_the_datastore_once(dataset: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    from ckanext.hue.search import facts, indexing

    asked: list[int] = []
    original = facts._columns

    def counted(resource_ids: Any) -> Any:
        asked.append(len(resource_ids))
        return original(resource_ids)

    made = [dataset()["id"] for _ in range(3)]
    monkeypatch.setattr(facts, "_columns", counted)
    indexing.index_datasets(made)
    assert len(asked) == 1
