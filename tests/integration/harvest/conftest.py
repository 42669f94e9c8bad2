"""People around harvest sources, and pages as they see them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest


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

        def act(name: str, **values: Any) -> dict[str, Any]:
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


class Browser:
    """A signed-in reader: forms are sent with the token of a page that was read before."""

    def __init__(self, client: Any, token: str) -> None:
        self.client = client
        self.headers = {"Authorization": token} if token else {}

    def get(self, path: str, **options: Any) -> Any:
        return self.client.get(path, headers=self.headers, **options)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> Any:
        return self.client.post(path, headers=self.headers, data=data or {}, **options)


@pytest.fixture
def browser(application: Any) -> Callable[[str], Browser]:
    """The pages as this person sees them; an empty name is somebody who is not signed in."""
    import ckan.plugins.toolkit as tk

    def open_(user: str) -> Browser:
        token = ""
        if user:
            made = tk.get_action("api_token_create")(
                {"ignore_auth": True, "user": user}, {"user": user, "name": uuid.uuid4().hex, "expires_in": 1, "unit": 3600}
            )
            token = made["token"]
        return Browser(application.test_client(), token)

    return open_


@pytest.fixture
def signed_in(application: Any) -> Callable[[str], tuple[Any, str]]:
    """A client with this person's session, and the token against forged requests."""

    def open_(user: str) -> tuple[Any, str]:
        client = application.test_client()
        page = client.get("/user/login").get_data(as_text=True)
        token = csrf_token(page)
        client.post(
            "/user/login", data={"login": user, "password": "mat-khau-thu-1", "_csrf_token": token}
        )
        return client, token

    return open_


def csrf_token(page: str) -> str:
    found = re.search(r'name="_csrf_token"[^>]*?(?:content|value)="([^"]+)"', page)
    assert found, "the page has no token"
    return found[1]
