"""Agencies with editors, and readers who report errors."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import ckan.plugins.toolkit as tk
import pytest

from ckanext.hue.harvest.database import rows

Make = Callable[..., Any]


@pytest.fixture(autouse=True)
def nobody_sent_yet() -> Iterator[None]:
    """All tests come from one address."""
    rows("DELETE FROM hue_report_sender")
    yield
    rows("DELETE FROM hue_report_sender")


@pytest.fixture
def agency() -> Callable[..., dict[str, Any]]:
    """Make an agency with one editor; `editor` is the user's name."""
    site = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]

    def act(name: str, /, **values: Any) -> dict[str, Any]:
        return tk.get_action(name)({"ignore_auth": True, "user": site}, values)

    def make(**values: Any) -> dict[str, Any]:
        mark = uuid.uuid4().hex[:12]
        made = act("organization_create", **{"name": f"so-{mark}", "title": "Sở thử", **values})
        person = act(
            "user_create", name=f"nguoi-{mark}", email=f"{mark}@example.vn", password="mat-khau-thu-1"
        )
        act("organization_member_create", id=made["id"], username=person["name"], role="editor")
        return {**made, "editor": person["name"]}

    return make


@pytest.fixture
def report(action: Make) -> Make:
    """Report an error as a reader does through the API."""

    def send(dataset: dict[str, Any], **values: Any) -> dict[str, Any]:
        return action(
            "hue_report_create", **{"id": dataset["id"], "kind": "wrong", "text": "Sai số.", **values}
        )

    return send


@pytest.fixture
def kept() -> Callable[[dict[str, Any]], list[Any]]:
    """The reports of a dataset, oldest first."""

    def of(dataset: dict[str, Any]) -> list[Any]:
        return rows("SELECT * FROM hue_report WHERE dataset_id = :id ORDER BY created", id=dataset["id"])

    return of


@pytest.fixture
def opened(signed_in: Make) -> Callable[[dict[str, Any]], Any]:
    """A reader without an account who has the form of a dataset open."""

    def open_(dataset: dict[str, Any]) -> Any:
        reader = signed_in("")
        page = reader.get(f"/dataset/{dataset['name']}/report").get_data(as_text=True)
        token = re.search(r'<input[^>]*name="_csrf_token"[^>]*value="([^"]+)"', page)
        assert token, "the form has no token"
        return replace(reader, token=token[1])

    return open_
