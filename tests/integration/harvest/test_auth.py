"""Who may do what with harvest sources: apart from what the actions do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import pytest

from ckanext.hue.auth import AUTH_FUNCTIONS
from ckanext.hue.harvest import jobs

Run = Callable[..., Any]
CHANGES = ("hue_source_create", "hue_source_update", "hue_source_delete")
OF_SOURCE = ("hue_source_show", "hue_source_check", "hue_source_pause", "hue_source_resume")
OF_SOURCE += ("hue_harvest_run", "hue_harvest_list")
OF_JOB = ("hue_harvest_show", "hue_harvest_report", "hue_harvest_quarantine", "hue_harvest_cancel")
OF_JOB += ("hue_harvest_retry", "hue_harvest_approve", "hue_harvest_reject")
LISTS = ("hue_source_list", "hue_source_kinds")


def allowed(user: str, action: str, **values: str) -> bool:
    try:
        tk.check_access(action, {"user": user, "ignore_auth": False}, values)
    except tk.NotAuthorized:
        return False
    return True


@pytest.fixture
def owned(agency: Run, add_source: Run) -> tuple[Any, Any, str]:
    """An agency, its source and a job of it."""
    owner = agency()
    source = add_source("https://nguon.example.vn", owner_org=owner.id)
    return owner, source, jobs.create(source)


def all_of(user: str, source: Any, job: str) -> dict[str, bool]:
    answers = {action: allowed(user, action, name=source.name) for action in (*CHANGES, *OF_SOURCE)}
    answers |= {action: allowed(user, action, id=job) for action in OF_JOB}
    return answers | {action: allowed(user, action) for action in LISTS}


def test_every_function_is_tried_here() -> None:
    named = {name for name in AUTH_FUNCTIONS if name.startswith(("hue_source_", "hue_harvest_"))}
    assert named == {*CHANGES, *OF_SOURCE, *OF_JOB, *LISTS}


def test_a_system_administrator_may_do_all(owned: Any, person: Run) -> None:
    _, source, job = owned
    assert set(all_of(person(sysadmin=True), source, job).values()) == {True}


def test_an_administrator_of_the_agency_may_see_and_steer_but_not_change(owned: Any) -> None:
    owner, source, job = owned
    answers = all_of(owner.administrator, source, job)
    assert {action for action, may in answers.items() if not may} == set(CHANGES)


def test_an_administrator_of_another_agency_may_do_nothing_with_it(owned: Any, agency: Run) -> None:
    _, source, job = owned
    answers = all_of(agency().administrator, source, job)
    assert {action for action, may in answers.items() if may} == set(LISTS)


@pytest.mark.parametrize("who", ["editor", "stranger", "nobody"])
def test_everybody_else_is_refused(owned: Any, person: Run, who: str) -> None:
    owner, source, job = owned
    user = {"editor": owner.editor, "stranger": person(), "nobody": ""}[who]
    assert set(all_of(user, source, job).values()) == {False}


def test_a_source_without_an_agency_is_for_system_administrators_alone(agency: Run, add_source: Run) -> None:
    source = add_source("https://nguon.example.vn")
    assert not allowed(agency().administrator, "hue_source_show", name=source.name)


def test_an_agency_named_like_anothers_id_does_not_get_its_source(agency: Run, add_source: Run) -> None:
    pretender = agency()
    source = add_source("https://nguon.example.vn", owner_org=pretender.name)
    assert not allowed(pretender.administrator, "hue_source_show", name=source.name)


def test_what_does_not_exist_is_refused_like_what_is_anothers(agency: Run) -> None:
    user = agency().administrator
    assert not allowed(user, "hue_source_show", name="khong-co-nguon-nay")
    assert not allowed(user, "hue_harvest_show", id="00000000-0000-4000-8000-000000000000")


def test_a_list_holds_only_the_sources_of_ones_own_agencies(owned: Any, agency: Run, as_user: Run) -> None:
    owner, source, _ = owned
    assert [each["name"] for each in as_user(owner.administrator, "hue_source_list")] == [source.name]
    assert as_user(agency().administrator, "hue_source_list") == []
    with pytest.raises(tk.NotAuthorized):
        as_user(agency().administrator, "hue_source_list", organization=owner.name)
