"""A portal with the demonstration tables, and the list of its pages: for what holds on each of them."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

# Pictures are made when they are asked for (./hue test --screenshots), not in every run.
collect_ignore = [] if os.environ.get("HUE_SCREENSHOTS") else ["test_screenshots.py"]

WIDTHS = {"desk": (1280, 900), "phone": (390, 844)}
MODES = ("light", "dark")
PASSWORD = "mat-khau-thu-1"
# Title, address, and the answer's status where it is not 200
TABLE = "/dataset/{dataset}/resource/{table}"
PLACES = "/dataset/{places}/resource/{places_table}"
PUBLIC: dict[str, tuple[str, int]] = {
    "home": ("/", 200),
    "results": ("/dataset/?q=du+lich", 200),
    "results-filtered": ("/dataset/?q=&organization={agency}&res_format=CSV", 200),
    "results-meant": ("/dataset/?q=du+lihc", 200),
    "results-empty": ("/dataset/?q=khong+co+gi+het+zzz", 200),
    "results-unreadable": ("/dataset/?q=%28title%3A", 200),
    "dataset": ("/dataset/{dataset}", 200),
    "dataset-places": ("/dataset/{places}", 200),
    "dataset-history": ("/dataset/activity/{dataset}", 200),
    "dataset-report": ("/dataset/{dataset}/report", 200),
    "dataset-report-sent": ("/dataset/{dataset}/report/sent", 200),
    "table": (TABLE, 200),
    "table-filtered": (f"{TABLE}?q=2024&sort=nam&order=desc&page=1", 200),
    "table-empty": (f"{TABLE}?q=khongcoketquanao", 200),
    "table-problems": (f"{TABLE}?sort=khong-co&from.khong-co=1", 200),
    "table-chart": (f"{TABLE}?tab=chart", 200),
    "table-chart-bars": (f"{TABLE}?tab=chart&chart=bar", 200),
    "table-chart-pie": (f"{TABLE}?tab=chart&chart=pie", 200),
    "table-chart-scatter": (f"{TABLE}?tab=chart&chart=scatter", 200),
    "table-map": (f"{PLACES}?tab=map", 200),
    "table-columns": (f"{TABLE}?tab=columns", 200),
    "file": ("{file}", 200),
    "embed-table": (f"{TABLE}/embed", 200),
    "embed-chart": (f"{TABLE}/embed?tab=chart", 200),
    "embed-map": (f"{PLACES}/embed?tab=map", 200),
    "embed-columns": (f"{TABLE}/embed?tab=columns", 200),
    "agencies": ("/organization/", 200),
    "agency": ("/organization/{agency}", 200),
    "agency-about": ("/organization/about/{agency}", 200),
    "agency-history": ("/organization/activity/{agency}", 200),
    "agency-quality": ("/organization/{agency}/quality", 200),
    "fields": ("/group/", 200),
    "field": ("/group/{field}", 200),
    "field-about": ("/group/about/{field}", 200),
    "field-history": ("/group/activity/{field}", 200),
    "quality": ("/quality", 200),
    "vocabulary": ("/doc/concept/frequencies.html", 200),
    "about": ("/about", 200),
    "terms": ("/terms", 200),
    "guide": ("/guide", 200),
    "guide-agencies": ("/guide/agencies", 200),
    "developers": ("/developers", 200),
    "accessibility": ("/accessibility", 200),
    "sign-in": ("/user/login", 200),
    "signed-out": ("/user/logged_out_redirect", 200),
    "lost-password": ("/user/reset", 200),
    "not-found": ("/khong-co-trang-nay", 404),
    "not-allowed": ("/organization/members/{agency}", 403),
    "bad-address": ("/dataset/?page=99999999999", 400),
    "home-english": ("/en/", 200),
    "results-english": ("/en/dataset/?q=du+lich", 200),
    "dataset-english": ("/en/dataset/{dataset}", 200),
    "table-english": (f"/en{TABLE}?tab=chart", 200),
    "terms-english": ("/en/terms", 200),
}
SIGNED_IN: dict[str, tuple[str, int]] = {
    "own-news": ("/dashboard/", 200),
    "own-dashboard": ("/dashboard/datasets", 200),
    "own-fields": ("/dashboard/groups", 200),
    "own-agencies": ("/dashboard/organizations", 200),
    "own-results": ("/dataset/?q=du+lich", 200),
    "own-dataset": ("/dataset/{dataset}", 200),
    "own-dataset-reports": ("/dataset/{dataset}/reports", 200),
    "own-dataset-new": ("/dataset/new", 200),
    "own-dataset-edit": ("/dataset/edit/{dataset}", 200),
    "own-dataset-resources": ("/dataset/resources/{dataset}", 200),
    "own-dataset-fields": ("/dataset/groups/{dataset}", 200),
    "own-dataset-followers": ("/dataset/followers/{dataset}", 200),
    "own-dataset-delete": ("/dataset/delete/{dataset}", 200),
    "own-table": (TABLE, 200),
    "own-table-new": ("/dataset/{dataset}/resource/new", 200),
    "own-table-edit": (f"{TABLE}/edit", 200),
    "own-table-views": (f"{TABLE}/views", 200),
    "own-table-upload": ("{upload}", 200),
    "own-table-dictionary": ("/dataset/{dataset}/dictionary/{table}", 200),
    "own-table-delete": (f"{TABLE}/delete", 200),
    "own-agency": ("/organization/{agency}", 200),
    "own-agency-new": ("/organization/new", 200),
    "own-agency-edit": ("/organization/edit/{agency}", 200),
    "own-agency-many": ("/organization/bulk_process/{agency}", 200),
    "own-agency-delete": ("/organization/delete/{agency}", 200),
    "own-members": ("/organization/manage_members/{agency}", 200),
    "own-member-new": ("/organization/member_new/{agency}", 200),
    "own-field-new": ("/group/new", 200),
    "own-field-edit": ("/group/edit/{field}", 200),
    "own-field-members": ("/group/manage_members/{field}", 200),
    "own-users": ("/user/", 200),
    "own-user": ("/user/{user}", 200),
    "own-user-history": ("/user/activity/{user}", 200),
    "own-user-edit": ("/user/edit/{user}", 200),
    "own-user-tokens": ("/user/{user}/api-tokens", 200),
    "own-user-followers": ("/user/followers/{user}", 200),
    "own-user-delete": ("/user/delete/{user}", 200),
    "own-harvest": ("/harvest/", 200),
    "own-harvest-new": ("/harvest/_new", 200),
    "own-harvest-new-kind": ("/harvest/_new?kind=files", 200),
    "own-harvest-source": ("/harvest/{source}", 200),
    "own-harvest-job": ("/harvest/{source}/jobs/{job}", 200),
    "own-harvest-rejected": ("/harvest/{source}/jobs/{job}/rejected", 200),
    "own-harvest-settings": ("/harvest/{source}/settings", 200),
    "own-harvest-check": ("/harvest/{source}/check", 200),
    "own-harvest-remove": ("/harvest/{source}/remove", 200),
    "own-administration": ("/ckan-admin/", 200),
    "own-administration-activities": ("/ckan-admin/activities", 200),
    "own-administration-settings": ("/ckan-admin/config", 200),
    "own-administration-reset": ("/ckan-admin/reset_config", 200),
    "own-administration-trash": ("/ckan-admin/trash", 200),
    "own-not-found": ("/dataset/khong-co", 404),
}


@dataclass(frozen=True)
class Demonstration:
    """What stands in the addresses of pages."""

    names: dict[str, str]

    def path(self, pattern: str) -> str:
        return pattern.format(**self.names)


@dataclass(frozen=True)
class Stop:
    """A page of the tour, as a kind of reader has it open."""

    name: str
    path: str
    status: int
    signed_in: bool


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for `stop` runs on every page; marked `public_alone`, on those for everybody."""
    if "stop" in metafunc.fixturenames:
        public_alone = metafunc.definition.get_closest_marker("public_alone")
        metafunc.parametrize("stop", PUBLIC if public_alone else [*PUBLIC, *SIGNED_IN], indirect=True)


@pytest.fixture
def stop(request: pytest.FixtureRequest, demonstration: Demonstration) -> Stop:
    name = request.param
    path, status = PUBLIC.get(name) or SIGNED_IN[name]
    return Stop(name, demonstration.path(path), status, name in SIGNED_IN)


@pytest.fixture(scope="session")
def demonstration(application: Any, sample: Any) -> Iterator[Demonstration]:
    """Harvest the demonstration's tables, as `./hue up` does, and finish what workers do after it."""
    from ckanext.hue.harvesters.sandbox import Settings, start_sandbox

    with start_sandbox(Settings()) as platform, application.test_request_context():
        yield _harvested(platform, sample)


def _harvested(platform: str, sample: Any) -> Demonstration:
    import ckan.plugins.toolkit as tk

    from ckanext.hue.harvest import jobs, sources, worker
    from ckanext.hue.quality import jobs as quality
    from ckanext.hue.tables.files.jobs import write_files

    source = f"nen-tang-{uuid.uuid4().hex[:6]}"
    sources.add(
        source,
        kind="platform",
        url=platform,
        title="Nền tảng Số hóa",
        allow_private_host=True,
        vouched_by="Nền tảng Số hóa",
    )
    job = jobs.create(sources.get(source))
    worker.work()
    write_files()
    quality.run()
    user = _sysadmin()
    found = tk.get_action("package_search")(
        {"user": "", "ignore_auth": False}, {"fq": f'harvest_source:"{source}"', "rows": 1000}
    )["results"]
    dataset = next(one for one in found if "Lượt khách" in one["title"])
    places = next(one for one in found if "lưu trú" in one["title"])
    return Demonstration(
        {
            "source": source,
            "job": job,
            "file": sample.file_path,
            "upload": f"{sample.table_path}/upload",
            "user": user,
            "dataset": dataset["name"],
            "table": dataset["resources"][0]["id"],
            "places": places["name"],
            "places_table": places["resources"][0]["id"],
            "agency": dataset["organization"]["name"],
            "field": dataset["groups"][0]["name"],
        }
    )


def _sysadmin() -> str:
    import ckan.plugins.toolkit as tk

    name = f"quan-tri-{uuid.uuid4().hex[:8]}"
    site_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    tk.get_action("user_create")(
        {"ignore_auth": True, "user": site_user},
        {"name": name, "email": f"{name}@example.vn", "password": PASSWORD, "sysadmin": True},
    )
    return name


@pytest.fixture(scope="session")
def windows(
    portal: str, chromium: Browser, demonstration: Demonstration
) -> Iterator[Callable[[str, str, bool], BrowserContext]]:
    """A window of a width and a mode, of a signed-in person or of anybody; each is opened once."""
    opened: dict[tuple[str, str, bool], BrowserContext] = {}
    sessions: list[Any] = []

    def window(width: str, mode: str, signed_in: bool) -> BrowserContext:
        key = (width, mode, signed_in)
        if key not in opened:
            size = {"width": WIDTHS[width][0], "height": WIDTHS[width][1]}
            if signed_in and not sessions:
                sessions.append(_signed_in_state(chromium, portal, demonstration.names["user"]))
            opened[key] = chromium.new_context(
                viewport=size,  # type: ignore[arg-type]
                color_scheme="dark" if mode == "dark" else "light",
                reduced_motion="reduce",
                base_url=portal,
                locale="vi-VN",
                storage_state=sessions[0] if signed_in else None,
            )
        return opened[key]

    yield window
    for context in opened.values():
        context.close()


def _signed_in_state(chromium: Browser, portal: str, user: str) -> Any:
    context = chromium.new_context(base_url=portal)
    page = context.new_page()
    page.goto("/user/login")
    page.locator("#field-login").fill(user)
    page.locator("#field-password").fill(PASSWORD)
    page.locator("form button[type=submit]").last.click()
    page.wait_for_url(re.compile("/(dashboard|dataset|user)"))
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(params=WIDTHS)
def width(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def at(windows: Callable[..., BrowserContext], stop: Stop, width: str, mode: str) -> Iterator[Page]:
    """The page, in every width and mode, once all of it is there."""
    page = windows(width, mode, stop.signed_in).new_page()
    answer = page.goto(stop.path, wait_until="networkidle")
    assert answer is not None
    assert answer.status == stop.status
    yield page
    page.close()
