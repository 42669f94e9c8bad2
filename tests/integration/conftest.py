"""A real CKAN on the test databases, and sandbox platforms over real HTTP.

Every test uses a source of its own name, so nothing has to be cleaned between tests.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from contextvars import Context
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def context(application: Any) -> Iterator[None]:
    """Run each test inside a request context, as CKAN's actions expect, with a clean session after it."""
    from ckan import model

    with application.test_request_context():
        yield
        model.Session.rollback()
        model.Session.remove()


@pytest.fixture
def client(application: Any) -> Any:
    """A client that speaks to the application without a network."""
    return application.test_client()


@dataclass(frozen=True)
class Reader:
    """Somebody with the portal open: `token` is the one against forged requests.

    Each request runs apart from the test's own request context, which would remember who asked before.
    """

    client: Any
    token: str = ""

    def get(self, path: str, **headers: str) -> Any:
        return Context().run(self._whole, path, method="GET", headers=headers)

    def post(self, path: str, **data: Any) -> Any:
        return self.post_bare(path, _csrf_token=self.token, **data)

    def post_bare(self, path: str, **data: Any) -> Any:
        return Context().run(self._whole, path, method="POST", data=data)

    def _whole(self, path: str, **request: Any) -> Any:
        answer = self.client.open(path, **request)
        answer.get_data()  # also what is streamed comes from that request
        return answer


@pytest.fixture
def signed_in(application: Any) -> Callable[[str], Reader]:
    """The portal as this person has it open; an empty name is somebody who did not sign in."""

    def open_(user: str) -> Reader:
        reader = Reader(application.test_client())
        if not user:
            return reader
        token = csrf_token(reader.get("/user/login").get_data(as_text=True))
        signed = reader.post_bare("/user/login", login=user, password="mat-khau-thu-1", _csrf_token=token)
        assert signed.status_code == 302
        return replace(reader, token=csrf_token(reader.get("/about").get_data(as_text=True)))

    return open_


def csrf_token(page: str) -> str:
    found = re.search(r'name="_csrf_token"[^>]*?(?:content|value)="([^"]+)"', page)
    assert found, "the page has no token"
    return found[1]


@pytest.fixture
def action() -> Callable[..., Any]:
    """Call an action as an anonymous reader."""
    import ckan.plugins.toolkit as tk

    def call(name: str, **values: Any) -> Any:
        return tk.get_action(name)({"user": "", "ignore_auth": False}, values)

    return call


@pytest.fixture
def sandbox() -> Iterator[Callable[..., str]]:
    """Start sandbox platforms; each call returns the address of one, with its control routes on."""
    from ckanext.hue.harvesters.sandbox import Settings, start_sandbox

    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(start_sandbox(Settings(control=True, **settings)))


@pytest.fixture
def add_source() -> Callable[..., Any]:
    """Add a source, under a name that no other test uses unless one is given."""
    from ckanext.hue.harvest import sources

    def add(url: str, *, name: str = "", **settings: Any) -> Any:
        name = name or f"thu-{uuid.uuid4().hex[:12]}"
        return sources.add(name, kind="platform", url=url, allow_private_host=True, **settings)

    return add


@pytest.fixture
def harvest() -> Callable[..., Any]:
    """Run a harvest of a source in this process and return the job's status."""
    from ckanext.hue.harvest import jobs, reports, worker

    def run(source: Any) -> Any:
        job_id = jobs.create(source)
        worker.work()
        return reports.status(job_id)

    return run


@pytest.fixture
def dataset() -> Callable[..., dict[str, Any]]:
    """Create a dataset through CKAN's actions, under an agency that all tests share."""
    import ckan.plugins.toolkit as tk
    from ckan import model

    def make(**values: Any) -> dict[str, Any]:
        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        context = {"ignore_auth": True, "user": user}
        if model.Group.get("co-quan-thu") is None:
            tk.get_action("organization_create")(
                dict(context), {"name": "co-quan-thu", "title": "Cơ quan thử"}
            )
        given = {
            "title": f"Bộ dữ liệu thử {uuid.uuid4().hex[:8]}",
            "notes": "Bộ dữ liệu để thử.",
            "owner_org": "co-quan-thu",
            "no_personal_data": True,
            "license_id": "cc-by-4.0",
            **values,
        }
        return {**tk.get_action("package_create")(dict(context), given), "user": user}

    return make


@pytest.fixture
def storage_folder(application: Any) -> Path:
    """Where the file storage of tables keeps its files."""
    import ckan.plugins.toolkit as tk

    return Path(tk.config["ckan.files.storage.hue-tables.path"])


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries of requests happen, but without their pauses."""
    from ckanext.hue.harvesters import http

    original = http.Client.__init__

    def impatient(self: http.Client, *args: Any, **settings: Any) -> None:
        original(self, *args, **{**settings, "backoff_seconds": 0})

    monkeypatch.setattr(http.Client, "__init__", impatient)
