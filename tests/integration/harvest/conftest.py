"""People around harvest sources, and pages as they see them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests


@dataclass(frozen=True)
class Agency:
    """An agency with one administrator and one editor (names of users)."""

    id: str
    name: str
    administrator: str
    editor: str


@pytest.fixture
def person() -> Callable[..., str]:
    """Make a user; returns the name."""
    import ckan.plugins.toolkit as tk

    def make(*, sysadmin: bool = False) -> str:
        mark = uuid.uuid4().hex[:12]
        site = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        values = {"name": f"nguoi-{mark}", "email": f"{mark}@example.vn", "password": "mat-khau-thu-1"}
        return tk.get_action("user_create")(
            {"ignore_auth": True, "user": site}, {**values, "sysadmin": sysadmin}
        )["name"]

    return make


@pytest.fixture
def agency(person: Callable[..., str]) -> Callable[[], Agency]:
    """Make an agency with its people."""
    import ckan.plugins.toolkit as tk

    def make() -> Agency:
        site = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]

        def act(name: str, /, **values: Any) -> dict[str, Any]:
            return tk.get_action(name)({"ignore_auth": True, "user": site}, values)

        name = f"so-{uuid.uuid4().hex[:12]}"
        made = act("organization_create", name=name, title=f"Sở {name}")
        people = {"admin": person(), "editor": person()}
        for role, user in people.items():
            act("organization_member_create", id=made["id"], username=user, role=role)
        return Agency(made["id"], name, people["admin"], people["editor"])

    return make


@pytest.fixture
def as_user() -> Callable[..., Any]:
    """Call an action as this person, with all checks."""
    import ckan.plugins.toolkit as tk

    def call(user: str, name: str, /, **values: Any) -> Any:
        return tk.get_action(name)({"user": user, "ignore_auth": False}, values)

    return call


@pytest.fixture
def held(sandbox: Callable[..., str], add_source: Any, harvest: Any) -> tuple[Any, str]:
    """A source of which too many tables vanished at once, and the id of the job that holds them."""
    from ckanext.hue.harvest.database import rows

    base = sandbox(tables=12, rows=5, open_tables=10)
    source = add_source(base)
    harvest(source)
    known = rows("SELECT remote_id FROM hue_harvest_table WHERE source_id = :id", id=source.id)
    for row in known[:8]:
        answer = requests.post(f"{base}/_sandbox/bang/{row.remote_id}", json={"removed": True}, timeout=10)
        answer.raise_for_status()
    status = harvest(source)
    assert status.held == 8
    return source, status.id


@pytest.fixture
def personal(add_source: Any, harvest: Any, answering: Callable[..., Any]) -> Iterator[tuple[Any, str]]:
    """A source with a table of identity numbers, and the id of the job that holds it."""
    listed = {"id": "b/1?x=<i>", "tenbang": "Bảng <b>người</b>", "mucdo": "mo", "macoquan": "so-y-te"}
    table = {"code": 0, "data": [{"ho_ten": "An", "<i>giấy tờ</i>": f"046090{at:06}"} for at in range(12)]}
    answers = {"/danhmuc": {"code": 0, "phien": 1, "tong": 1, "data": [listed | {"mabam": "1"}]}}
    with answering(lambda path: json.dumps(answers.get(path.partition("?")[0], table)).encode()) as base:
        source = add_source(base)
        status = harvest(source)
        assert (status.held, status.held_personal) == (1, 1)
        yield source, status.id
