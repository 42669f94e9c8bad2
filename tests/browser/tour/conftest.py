"""A portal with the demonstration tables, and the list of its pages: for what holds on each of them."""

from __future__ import annotations

import io
import os
import re
import tomllib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

# Pictures are made when they are asked for (./hue test --screenshots), not in every run.
collect_ignore = [] if os.environ.get("HUE_SCREENSHOTS") else ["test_screenshots.py"]

NARROW = 320  # pixels: 1280 enlarged four times, as WCAG 1.4.10 has it
WIDTHS = {"desk": (1280, 900), "phone": (390, 844)}
PASSWORD = "mat-khau-thu-1"
AXE = Path(__file__).parents[3] / "config" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
SETTLED_MS = 400  # until charts and maps have taken another width
LOOK = "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})"
PAGES = tomllib.loads(Path(__file__).with_name("pages.toml").read_text(encoding="utf-8"))


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
    """A test that asks for `stop` runs on each page that its module's PAGES names."""
    if "stop" in metafunc.fixturenames:
        readers = {"public": [*PAGES["public"]], "signed in": [*PAGES["signed_in"]]}
        readers["all"] = readers["public"] + readers["signed in"]
        metafunc.parametrize("stop", readers[metafunc.module.PAGES], indirect=True)


@pytest.fixture
def stop(request: pytest.FixtureRequest, demonstration: Demonstration) -> Stop:
    name = request.param
    signed_in = name in PAGES["signed_in"]
    page = PAGES["signed_in" if signed_in else "public"][name]
    page = page if isinstance(page, dict) else {"path": page, "status": 200}
    return Stop(name, demonstration.path(page["path"]), page["status"], signed_in)


@pytest.fixture(scope="session")
def demonstration(application: Any, sample: Any, bad_rows: Callable[[], str]) -> Iterator[Demonstration]:
    """Harvest the demonstration's tables, as `./hue up` does, and finish what workers do after it."""
    from ckanext.hue.harvesters.sandbox import Settings, start_sandbox

    with start_sandbox(Settings()) as platform, application.test_request_context():
        import ckan.plugins.toolkit as tk

        from ckanext.hue.quality import jobs as quality
        from ckanext.hue.tables.files.jobs import write_files

        source, job = _harvest(platform)
        ill, ill_job = _harvest(bad_rows(), bad_row_percent=50)
        shown = _shown(source)
        uploaded = _upload(shown["agency"])
        _delete_one(shown["agency"])
        write_files()
        quality.run()
        yield Demonstration(
            {
                **shown,
                "source": source,
                "job": job,
                "rejected": tk.url_for("hue_harvest.rejected", name=ill, job_id=ill_job, table="b/1?x=<i>"),
                "file": sample.file_path,
                "upload": f"{uploaded}/upload",
                "user": _sysadmin(),
            }
        )


def _harvest(platform: str, **settings: Any) -> tuple[str, str]:
    """Publish a platform's tables; the names of the source and of its job."""
    from ckanext.hue.harvest import jobs, sources, worker

    source = f"nen-tang-{uuid.uuid4().hex[:6]}"
    sources.add(
        source,
        kind="platform",
        url=platform,
        title="Nền tảng Số hóa",
        allow_private_host=True,
        vouched_by="Nền tảng Số hóa",
        **settings,
    )
    job = jobs.create(sources.get(source))
    worker.work()
    return source, job


def _shown(source: str) -> dict[str, str]:
    """A table of figures and one of places."""
    import ckan.plugins.toolkit as tk

    found = tk.get_action("package_search")(
        {"user": "", "ignore_auth": False}, {"fq": f'harvest_source:"{source}"', "rows": 1000}
    )["results"]
    dataset = next(one for one in found if "Lượt khách" in one["title"])
    places = next(one for one in found if "lưu trú" in one["title"])
    return {
        "dataset": dataset["name"],
        "table": dataset["resources"][0]["id"],
        "places": places["name"],
        "places_table": places["resources"][0]["id"],
        "agency": dataset["organization"]["name"],
        "field": dataset["groups"][0]["name"],
    }


def _act(action: str, /, **values: Any) -> dict[str, Any]:
    """Call an action as the site itself."""
    import ckan.plugins.toolkit as tk

    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return tk.get_action(action)({"ignore_auth": True, "user": user}, values)


def _dataset(agency: str, name: str, title: str) -> str:
    """Create an agency's dataset; its name."""
    return _act(
        "package_create",
        name=f"{name}-{uuid.uuid4().hex[:6]}",
        title=title,
        notes=f"{title}.",
        owner_org=agency,
        license_id="cc-by-4.0",
        no_personal_data=True,
    )["name"]


def _delete_one(agency: str) -> None:
    """Fill the trash: a dataset with a title that is longer than what CKAN shows of it."""
    name = _dataset(agency, "da-xoa", "Danh mục thủ tục hành chính " + "theo cơ chế một cửa liên thông " * 3)
    _act("package_delete", id=name)


def _upload(agency: str) -> str:
    """A file that an editor uploaded, loaded as a worker does; its resource's address."""
    from werkzeug.datastructures import FileStorage

    from ckanext.hue.tables.uploads import jobs, records

    name = _dataset(agency, "tai-len", "Lượt khách theo năm")
    file = FileStorage(io.BytesIO("Năm,Lượt khách\n2024,1200\n2025,chưa rõ\n".encode()), "luot-khach.csv")
    made = _act("resource_create", package_id=name, name="Lượt khách", upload=file)
    jobs.run(records.latest(made["id"]).id)
    return f"/dataset/{name}/resource/{made['id']}"


def _sysadmin() -> str:
    name = f"quan-tri-{uuid.uuid4().hex[:8]}"
    _act("user_create", name=name, email=f"{name}@example.vn", password=PASSWORD, sysadmin=True)
    return name


@pytest.fixture(scope="session")
def windows(
    portal: str, chromium: Browser, demonstration: Demonstration
) -> Iterator[Callable[[str, bool], BrowserContext]]:
    """A window of a width, of a signed-in person or of anybody; each is opened once."""
    opened: dict[tuple[str, bool], BrowserContext] = {}
    sessions: list[Any] = []

    def window(width: str, signed_in: bool) -> BrowserContext:
        key = (width, signed_in)
        if key not in opened:
            size = {"width": WIDTHS[width][0], "height": WIDTHS[width][1]}
            if signed_in and not sessions:
                sessions.append(_signed_in_state(chromium, portal, demonstration.names["user"]))
            opened[key] = chromium.new_context(
                viewport=size,  # type: ignore[arg-type]
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


@pytest.fixture(params=WIDTHS)
def width(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def at(windows: Callable[..., BrowserContext], stop: Stop, width: str) -> Iterator[Callable[[str], Page]]:
    """The page in light or dark, once all of it is there: first loaded so, then as its reader changes it."""
    page = windows(width, stop.signed_in).new_page()
    loaded = False

    def in_mode(mode: str) -> Page:
        nonlocal loaded
        page.emulate_media(color_scheme="dark" if mode == "dark" else "light")
        if not loaded:
            answer = page.goto(stop.path, wait_until="networkidle")
            assert answer is not None
            assert answer.status == stop.status
            loaded = True
        return page

    yield in_mode
    page.close()


@pytest.fixture(scope="session")
def findings() -> Callable[[Page], list[str]]:
    """What axe finds on a page, each thing with its place and its reason."""
    axe = AXE.read_text(encoding="utf-8")

    def found(page: Page) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(axe)
        page.evaluate(DRAWN)
        return [
            f"{finding['id']}: {node['html'][:160]} ({node['any'][0]['message'] if node['any'] else ''})"
            for finding in page.evaluate(LOOK, RULES)["violations"]
            for node in finding["nodes"]
        ]

    return found


@pytest.fixture
def barriers(at: Callable[[str], Page], findings: Callable[[Page], list[str]]) -> list[str]:
    """What axe finds on the page in light and in dark, and how far it reaches beyond a narrow window."""
    found = [*findings(at("light")), *findings(at("dark"))]
    page = at("dark")
    page.set_viewport_size({"width": NARROW, "height": 640})
    page.wait_for_timeout(SETTLED_MS)
    wide = page.evaluate("document.documentElement.scrollWidth")
    return [*found, f"{wide} pixels wide"] if wide > NARROW else found
