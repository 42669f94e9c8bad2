"""A CKAN portal is read by ids, so that no dataset is skipped, and what it answers is not trusted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from ckanext.hue.harvesters import ckan, errors
from ckanext.hue.harvesters.base import Access, TableEntry
from ckanext.hue.harvesters.ckan import CkanSource

Portal = Callable[..., Any]
Package = dict[str, Any]


def package(package_id: str, **values: Any) -> Package:
    changed = {"metadata_modified": "2026-10-01T01:00:00.000001", "state": "active", "private": False}
    return {"id": package_id, "name": f"ten-{package_id}", "title": f"Tên {package_id}", **changed, **values}


def searched(packages: list[Package], query: dict[str, str]) -> tuple[str, str]:
    """Answer as CKAN does, 100 at most."""
    after = re.search(r'id:\{"(.*)" TO \*\}', query.get("fq", ""))
    left = sorted((p for p in packages if not after or p["id"] > after[1]), key=lambda p: p["id"])
    result = {"count": len(left), "results": left[:100]}
    return "application/json", json.dumps({"success": True, "result": result})


def said(result: Any) -> Callable[[Any], Any]:
    return lambda _: lambda path, query: ("application/json", json.dumps(result))


def entries(base: str, token: str = "", **settings: Any) -> list[TableEntry]:
    return list(CkanSource(Access(base, token, allow_private_host=True, settings=settings)).listing())


def of(portal: Portal, packages: list[Package], **settings: Any) -> list[TableEntry]:
    return entries(portal(lambda _: lambda path, query: searched(packages, query)).base, **settings)


def test_all_pages_are_read(portal_of_others: Portal) -> None:
    packages = [package(f"{n:04}") for n in range(250)]
    assert [entry.remote_id for entry in of(portal_of_others, packages)] == [p["id"] for p in packages]


def test_a_dataset_deleted_while_pages_are_read_makes_no_other_one_vanish(portal_of_others: Portal) -> None:
    packages = [package(f"{n:04}") for n in range(250)]

    def answer(path: str, query: dict[str, str]) -> tuple[str, str]:
        page = searched(packages, query)
        del packages[0]
        return page

    found = entries(portal_of_others(lambda _: answer).base)
    assert [entry.remote_id for entry in found] == [f"{n:04}" for n in range(250)]


def test_a_portal_that_gives_fewer_than_it_counts_is_incomplete(portal_of_others: Portal) -> None:
    with pytest.raises(errors.IncompleteListing, match="còn 5"):
        entries(portal_of_others(said({"success": True, "result": {"count": 5, "results": []}})).base)


def test_a_portal_that_gives_the_same_page_again_is_left(portal_of_others: Portal) -> None:
    other = portal_of_others(said({"success": True, "result": {"count": 5, "results": [package("a")]}}))
    with pytest.raises(errors.IncompleteListing, match="xếp"):
        entries(other.base)
    assert len(other.requests) == 2


def test_pages_without_end_are_left_at_the_limit(
    portal_of_others: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ckan, "MAX_PAGES", 3)

    def answer(path: str, query: dict[str, str]) -> tuple[str, str]:
        result = {"count": 9, "results": [package("a" * (1 + query["fq"].count("a")))]}
        return "application/json", json.dumps({"success": True, "result": result})

    other = portal_of_others(lambda _: answer)
    with pytest.raises(errors.IncompleteListing):
        entries(other.base)
    assert len(other.requests) == 3


@pytest.mark.parametrize(
    "result",
    [
        [],
        {"success": True},
        {"success": True, "result": []},
        {"success": True, "result": {"count": 1, "results": {}}},
        {"success": True, "result": {"count": 1, "results": ["a"]}},
        {"success": True, "result": {"count": -1, "results": []}},
        {"success": True, "result": {"count": True, "results": []}},
        {"success": True, "result": {"count": 1, "results": [{"title": "Không mã"}]}},
        {"success": True, "result": {"count": 1, "results": [package("a" * 501)]}},
        {"success": False, "error": {"message": "Access denied"}},
        {"success": False, "error": ["x"]},
    ],
)
def test_an_answer_of_another_shape_is_refused(portal_of_others: Portal, result: Any) -> None:
    with pytest.raises(errors.SourceError):
        entries(portal_of_others(said(result)).base)


def test_private_deleted_and_other_things_than_datasets_are_skipped(portal_of_others: Portal) -> None:
    packages = [
        package("a", private=True),
        package("b", state="deleted"),
        package("c", state="draft"),
        package("d", type="harvest"),
        package("e", private="false"),
        package("f"),
    ]
    assert [entry.remote_id for entry in of(portal_of_others, packages)] == ["f"]


def test_the_settings_become_one_condition_each_and_cannot_leave_their_quotes(
    portal_of_others: Portal,
) -> None:
    other = portal_of_others(lambda _: lambda path, query: searched([], query))
    entries(other.base, organizations=["so-y-te", 'x" OR *:*'], groups=["y-te"], filter="res_format:CSV")
    assert other.requests[0][1]["fq"] == (
        '+(organization:"so-y-te" OR organization:"x\\" OR *:*") +(groups:"y-te") +(res_format:CSV)'
    )


def test_the_token_is_sent_as_ckan_reads_it(portal_of_others: Portal) -> None:
    other = portal_of_others(lambda _: lambda path, query: searched([], query))
    entries(other.base, token="abc.def")
    assert other.requests[0][2] == "abc.def"


def test_an_entry_says_what_the_portal_says(portal_of_others: Portal) -> None:
    given = package(
        "a",
        notes="Mô tả",
        organization={"name": "so-y-te", "title": "Sở Y tế"},
        groups=[{"name": "suc-khoe", "title": "Y tế"}],
        tags=[{"name": "bệnh viện"}],
        license_id="cc-by",
        maintainer="Văn phòng",
        maintainer_email="vp@e.vn",
    )
    [entry] = of(portal_of_others, [given])
    assert (entry.agency_code, entry.agency_name, entry.field_code) == ("so-y-te", "Sở Y tế", "y-te")
    assert (entry.updated, entry.version) == ("2026-10-01T01:00:00.000001Z", "2026-10-01T01:00:00.000001")
    assert (entry.keywords, entry.license, entry.contact.email) == (("bệnh viện",), "cc-by", "vp@e.vn")
    assert (entry.document_form, entry.access, entry.description) == ("ckan", "mo", "Mô tả")


@pytest.mark.parametrize(
    "changes",
    [
        {"organization": "so-y-te", "groups": {}, "tags": "a, b", "license_id": ["cc-by"], "maintainer": {}},
        {"groups": [None, 1, {"name": ["x"]}], "tags": [{}], "notes": 5, "title": None},
        {"title": {"vi": "Tên"}, "metadata_modified": ["x"], "resources": None},
    ],
)
def test_values_of_another_type_cost_nothing_but_themselves(
    portal_of_others: Portal, changes: Package
) -> None:
    [entry] = of(portal_of_others, [package("a", **changes)])
    assert entry.remote_id == "a" and entry.title
    assert entry.agency_name == entry.field_code == ""


def test_what_changes_at_every_reading_does_not_change_the_fingerprint(portal_of_others: Portal) -> None:
    def read(views: int, title: str = "Tệp") -> str:
        resource = {"id": "r", "name": title, "tracking_summary": {"total": views}}
        [entry] = of(
            portal_of_others, [package("a", tracking_summary={"total": views}, resources=[resource])]
        )
        return entry.fingerprint()

    assert read(1) == read(2) != read(1, "Tệp khác")


def test_a_description_without_measure_is_reported(portal_of_others: Portal) -> None:
    huge, small = of(portal_of_others, [package("a", notes="x" * 3_000_000), package("b")])
    assert (bool(huge.problem), huge.document, bool(small.problem)) == (True, "", False)


def test_a_description_nested_without_measure_is_reported(portal_of_others: Portal) -> None:
    deep: Any = "x"
    for _ in range(700):
        deep = [deep]
    entry, other = of(portal_of_others, [package("a", notes=deep), package("b")])
    assert "lồng nhau quá sâu" in entry.problem
    assert not other.problem
