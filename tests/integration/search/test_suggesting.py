"""Suggestions while typing, and other spellings."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

Make = Callable[..., dict[str, Any]]
Action = Callable[..., Any]


@pytest.fixture
def mark() -> str:
    return f"goiy{uuid.uuid4().hex[:8]}"


def test_the_beginnings_of_syllables_find_a_title_in_their_order(
    dataset: Make, action: Action, mark: str
) -> None:
    made = dataset(title=f"{mark} Cơ sở lưu trú")
    for typed in (f"{mark} co so lu", f"{mark} Cơ sở", mark[:9]):
        found = action("hue_search_suggest", q=typed)["suggestions"]
        assert {
            "kind": "dataset",
            "text": made["title"],
            "url": f"/dataset/{made['name']}",
            "note": "Cơ quan thử",
        } in found


def test_keywords_agencies_and_places_are_suggested_with_their_counts(
    dataset: Make, action: Action, mark: str
) -> None:
    for _ in range(2):
        dataset(tags=[{"name": f"{mark} đặc sản"}], spatial_coverage=[{"code": "19777"}])
    [words] = [
        one for one in action("hue_search_suggest", q=f"{mark} dac")["suggestions"] if one["kind"] == "words"
    ]
    assert words["text"] == f"{mark} đặc sản"
    assert words["note"].startswith("2 ")
    kinds = {one["kind"] for one in action("hue_search_suggest", q="vy da")["suggestions"]}
    assert "place" in kinds
    agencies = [
        one for one in action("hue_search_suggest", q="quan thu")["suggestions"] if one["kind"] == "agency"
    ]
    assert [one["url"] for one in agencies] == ["/organization/co-quan-thu"]


def test_what_is_not_public_is_not_suggested(dataset: Make, action: Action, mark: str) -> None:
    dataset(title=f"{mark} kín", tags=[{"name": f"{mark} từ khóa"}], private=True)
    dataset(title=f"{mark} rút", tags=[{"name": f"{mark} từ khóa"}], harvest_state="withdrawn")
    assert action("hue_search_suggest", q=mark)["suggestions"] == []


@pytest.mark.parametrize(
    "typed", ["", " ", "a", '"', "((", "{!func}1", "\x01", "*:*", "ă" * 100_000, "\\", "a' OR 1"]
)
def test_odd_input_is_answered_calmly(action: Action, typed: str) -> None:
    assert len(action("hue_search_suggest", q=typed)["suggestions"]) <= 8


def test_what_is_no_text_is_refused(action: Action) -> None:
    import ckan.plugins.toolkit as tk

    with pytest.raises(tk.ValidationError):
        action("hue_search_suggest", q=["a"])


def test_one_request_to_solr_answers(
    dataset: Make, action: Action, mark: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pysolr

    dataset(title=f"{mark} một")
    asked: list[str] = []
    original = pysolr.Solr._send_request

    def counted(self: Any, method: str, path: str = "", *args: Any, **named: Any) -> Any:
        asked.append(path)
        return original(self, method, path, *args, **named)

    monkeypatch.setattr(pysolr.Solr, "_send_request", counted)
    action("hue_search_suggest", q=mark)
    assert len(asked) == 1


def test_the_page_may_be_kept_by_everybody_and_sets_no_cookie(client: Any) -> None:
    answer = client.get("/search/suggest?q=du+l")
    assert "public" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    assert answer.json["query"] == "du l"


def test_addresses_are_in_the_readers_language(dataset: Make, client: Any, mark: str) -> None:
    dataset(title=f"{mark} một")
    [found] = client.get(f"/en/search/suggest?q={mark}").json["suggestions"]
    assert found["url"].startswith("/en/dataset/")


@pytest.mark.parametrize(
    ("typed", "meant"), [("dua thuyne truyen thonk", "đua thuyền truyền thống"), ("duathuyen", "đua thuyền")]
)
def test_another_spelling_is_given_with_its_accents(dataset: Make, typed: str, meant: str) -> None:
    from ckanext.hue.search.helpers import hue_did_you_mean

    dataset(title="Đua thuyền truyền thống trên sông Hương")
    assert hue_did_you_mean(typed, 0) == meant


@pytest.mark.parametrize("typed", ["", '"', "x" * 5_000, "zzqqxxvv", "title:x", "\x00", "(("])
def test_what_cannot_be_spelled_better_gets_no_other_spelling(application: Any, typed: str) -> None:
    from ckanext.hue.search.helpers import hue_did_you_mean

    assert hue_did_you_mean(typed, 0) is None


def test_who_found_little_is_offered_only_words_that_stand_together(dataset: Make) -> None:
    from ckanext.hue.search.helpers import hue_did_you_mean

    dataset(title="Đua thuyền truyền thống trên sông Hương")
    dataset(title="Hòa bình là nguyện vọng của nhân viên")
    assert hue_did_you_mean("dua thuyem", 1) == "đua thuyền"
    assert hue_did_you_mean("benh vien", 0) is not None
    assert hue_did_you_mean("benh vien", 1) is None


def test_who_found_something_is_asked_nothing(application: Any) -> None:
    from ckanext.hue.search.helpers import hue_did_you_mean

    assert hue_did_you_mean("dua thuyne", 3) is None


@pytest.mark.parametrize(
    ("typed", "partly"),
    [
        ("đua thuyền truyền thống zzqqxxvv", True),
        ("dua thuyen truyen thonk", True),
        ("dua thuyen truyen thong", False),
        ("đua zzqqxxvv", False),  # two words: each of them is asked for
        ("title:đua OR title:thuyền", False),
        ('"đua thuyền" sông Hương', False),
        ("đua thuyền sông zzqqxxvv -Hương", True),
        ("", False),
        ("((((", False),
    ],
)
def test_a_page_says_that_no_dataset_has_all_words(
    dataset: Make, client: Any, typed: str, partly: bool
) -> None:
    dataset(title="Đua thuyền truyền thống trên sông Hương")
    dataset(title="Đua thuyền thống nhất trên sông Bồ")
    page = client.get("/dataset/", query_string={"q": typed}).get_data(as_text=True)
    assert ("không có bộ dữ liệu nào chứa đủ các từ này" in page.lower()) == partly


def test_words_with_a_mistake_among_right_ones_get_another_spelling(dataset: Make, client: Any) -> None:
    for place in ("sông Hương", "sông Bồ", "phá Tam Giang"):
        dataset(title=f"Đua thuyền truyền thống trên {place}")
    page = client.get("/dataset/", query_string={"q": "dua thuyen truyen thonk"}).get_data(as_text=True)
    assert "đua thuyền truyền thống</a>?" in page
