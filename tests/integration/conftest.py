"""A real CKAN on the test databases, and sandbox platforms over real HTTP.

Every test uses a source of its own name, so nothing has to be cleaned between tests.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
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
    """Add a source under a name that no other test uses."""
    from ckanext.hue.harvest import sources

    def add(url: str, **settings: Any) -> Any:
        name = f"thu-{uuid.uuid4().hex[:12]}"
        return sources.add(name, kind="platform", url=url, allow_private_host=True, **settings)

    return add


@pytest.fixture
def harvest() -> Callable[..., Any]:
    """Run a harvest of a source in this process and return the job's status."""
    from ckanext.hue.harvest import jobs, worker

    def run(source: Any) -> Any:
        job_id = jobs.create(source)
        worker.work()
        return jobs.status(job_id)

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
