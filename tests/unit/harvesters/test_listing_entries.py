"""Entries of a listing, as far as no server is needed: what is missing, odd or hostile."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ckanext.hue.harvesters import errors
from ckanext.hue.harvesters.answers import Answer
from ckanext.hue.harvesters.base import Access, TableEntry
from ckanext.hue.harvesters.platform import MAX_ID, PlatformSource


class Answers:
    """Stands for the HTTP client: gives prepared JSON in order."""

    base = "http://nguon.example"

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)

    def get(self, address: str, params: dict[str, Any] | None = None, **_more: str) -> Answer:
        body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return Answer(address, address, {}, json.dumps(body).encode())


def source(*answers: Any) -> PlatformSource:
    source = PlatformSource(Access("https://nguon.example"))
    source.client = Answers(*answers)  # type: ignore[assignment]
    return source


def listing(*items: Any, **more: Any) -> list[TableEntry]:
    return list(source({"code": 0, "data": list(items), "tong": len(items), "phien": 1, **more}).listing())


@pytest.mark.parametrize("bad_id", [None, "", "  ", ".", "..", "\x00", "x" * (MAX_ID + 1)])
def test_an_id_that_cannot_be_addressed_refuses_the_listing(bad_id: Any) -> None:
    with pytest.raises(errors.BadEnvelope):
        listing({"id": bad_id, "mucdo": "mo"})


def test_an_unknown_degree_of_openness_is_closed() -> None:
    assert [entry.access for entry in listing({"id": 1}, {"id": 2, "mucdo": "MO"})] == ["noi-bo", "noi-bo"]


def test_what_is_of_the_wrong_kind_is_left_out() -> None:
    [entry] = listing(
        {"id": 7, "mucdo": "mo", "tukhoa": "một", "lienhe": ["x"], "tenbang": None, "mabam": ""}
    )
    assert (entry.remote_id, entry.title, entry.keywords, entry.contact.name) == ("7", "7", (), "")
    assert entry.version is None


def test_an_entry_survives_its_way_through_json() -> None:
    [entry] = listing({"id": "a/b", "mucdo": "mo", "tukhoa": ["x", "y"], "lienhe": {"ten": "P"}})
    assert TableEntry.from_dict(entry.as_dict()) == entry


def test_the_fingerprint_tells_any_change() -> None:
    [one] = listing({"id": 1, "mucdo": "mo", "tongsobanghi": 5})
    [two] = listing({"id": 1, "mucdo": "mo", "tongsobanghi": 6})
    assert one.fingerprint() != two.fingerprint()
    assert not one.tells_changes


def test_the_same_page_again_and_again_is_an_incomplete_listing() -> None:
    with pytest.raises(errors.IncompleteListing, match="5"):
        listing({"id": 1}, {"id": 1}, tong=5)


def test_more_tables_than_declared_are_not_believed() -> None:
    with pytest.raises(errors.IncompleteListing):
        listing({"id": 1}, {"id": 2}, tong=1)


@pytest.mark.parametrize("total", [-1, "nhiều", None, True, 1.5])
def test_a_total_that_is_no_count_refuses_the_listing(total: Any) -> None:
    with pytest.raises(errors.BadEnvelope):
        listing({"id": 1}, tong=total)


def test_an_answer_without_any_list_is_no_table() -> None:
    entry = TableEntry(remote_id="1", title="Bảng", access="mo")
    with pytest.raises(errors.BadEnvelope, match="không có danh sách"):
        list(source({"code": 0, "message": "ok"}).pages(entry))


def table(*answers: Any, **entry: Any) -> list[Any]:
    listed = TableEntry(remote_id="1", title="Bảng", access="mo", **entry)
    return [row for page in source(*answers).pages(listed) for row in page.rows]


def test_the_same_page_again_is_not_taken_for_the_next_one() -> None:
    page = {"totalRows": 190, "data": [{"id": n} for n in range(10)]}
    with pytest.raises(errors.RepeatedPage, match="10 trên 190"):
        table(page, page)


def test_numbers_of_rows_that_disagree_are_not_believed() -> None:
    with pytest.raises(errors.CountsDisagree, match=r"190.*10"):
        table({"totalRows": 10, "data": [{"a": n} for n in range(10)]}, rows=190)
    first = {"tongsobanghi": 20, "data": [{"a": n} for n in range(10)]}
    with pytest.raises(errors.TableChanged):
        table(first, {"tongsobanghi": 35, "data": [{"a": n} for n in range(10, 20)]})


def test_an_id_listed_twice_with_different_content_is_not_believed() -> None:
    with pytest.raises(errors.IncompleteListing, match="hai lần"):
        listing({"id": 1, "mucdo": "mo"}, {"id": 1, "mucdo": "noi-bo"}, tong=2)


def test_a_wrong_count_fails_its_table_alone() -> None:
    entries = listing(
        {"id": 1, "mucdo": "mo", "tongsobanghi": -1}, {"id": 2, "mucdo": "mo", "tongsobanghi": 3}
    )
    assert [bool(entry.problem) for entry in entries] == [True, False]
    with pytest.raises(errors.BadEntry, match="tongsobanghi"):
        list(source({"data": []}).pages(entries[0]))


def test_rows_that_never_end_are_stopped_at_the_declared_number() -> None:
    with pytest.raises(errors.IncompleteTable):
        table({"data": [{"a": 1}, {"a": 2}]}, {"data": [{"a": 3}, {"a": 4}]}, rows=3)
