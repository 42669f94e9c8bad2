"""Agencies above agencies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import pytest


def set_parent(agency: dict[str, Any], parent: str) -> dict[str, Any]:
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return tk.get_action("organization_patch")(
        {"ignore_auth": True, "user": user}, {"id": agency["id"], "parent": parent}
    )


def test_a_parent_is_named_by_its_address_and_kept_by_its_id(make_agency: Callable[..., Any]) -> None:
    above = make_agency()
    assert make_agency(parent=above["name"])["parent"] == above["id"]


@pytest.mark.parametrize("parent", ["khong-co", '\'; DROP TABLE "group"; --', "x" * 5_000])
def test_a_parent_that_does_not_exist_is_refused(make_agency: Callable[..., Any], parent: str) -> None:
    with pytest.raises(tk.ValidationError) as refusal:
        make_agency(parent=parent)
    assert list(refusal.value.error_dict) == ["parent"]


def test_a_group_is_no_agency(make_agency: Callable[..., Any]) -> None:
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    group = tk.get_action("group_create")(
        {"ignore_auth": True, "user": user}, {"name": f"nhom-{make_agency()['id'][:8]}", "title": "Nhóm"}
    )
    with pytest.raises(tk.ValidationError):
        make_agency(parent=group["id"])


def test_no_agency_is_above_itself(make_agency: Callable[..., Any]) -> None:
    agency = make_agency()
    with pytest.raises(tk.ValidationError, match=r"đứng trên chính nó|above itself"):
        set_parent(agency, agency["id"])


def test_no_agency_is_above_itself_through_others(make_agency: Callable[..., Any]) -> None:
    top = make_agency()
    middle = make_agency(parent=top["id"])
    low = make_agency(parent=middle["id"])
    with pytest.raises(tk.ValidationError, match=r"đứng trên chính nó|above itself"):
        set_parent(top, low["id"])


def test_levels_come_to_an_end(make_agency: Callable[..., Any]) -> None:
    agency = make_agency()
    for _ in range(9):
        agency = make_agency(parent=agency["id"])
    with pytest.raises(tk.ValidationError):
        make_agency(parent=make_agency(parent=agency["id"])["id"])


def test_an_agency_can_be_taken_from_under_another(make_agency: Callable[..., Any]) -> None:
    agency = make_agency(parent=make_agency()["id"])
    assert not set_parent(agency, "").get("parent")
