"""A running portal with some data, and Chromium to look at it.

`./hue test` names the test configuration in HUE_TEST_INIS and the browser in HUE_CHROMIUM. HUE_TEST_URL
names a portal that already runs on that configuration; without it one is started here.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

WIDE = (1280, 900)

SCRIPT = "<script>document.title = 'mở'</script><img src=x onerror=\"document.title='mở'\">"
LONG = ("Số liệu đã được đối chiếu với báo cáo của các đơn vị. " * 8).strip()
FIELDS = [
    {"id": "nam", "type": "int", "info": {"label": "Năm"}},
    {"id": "ngay", "type": "date", "info": {"label": "Ngày chốt"}},
    {"id": "khach", "type": "bigint", "info": {"label": "Khách Việt Nam", "unit": "lượt"}},
    {"id": "doanh_thu", "type": "numeric", "info": {"label": "Doanh thu", "notes": "Chưa trừ miễn, giảm."}},
    {"id": "noi", "type": "text", "info": {"label": "Điểm di tích"}},
    {"id": "ghi_chu", "type": "text", "info": {"label": "Ghi chú"}},
    {"id": "nguon", "type": "text", "info": {"label": "Nguồn"}},
]
PLACES = ("Đại Nội", "Lăng Tự Đức", "Lăng Minh Mạng", "Đường Lê Lợi")


@dataclass(frozen=True)
class Sample:
    """A published dataset: its names in addresses, its title and the id of its table (60 rows)."""

    dataset: str
    title: str
    resource: str
    file: str
    field: str
    agency: str
    script: str = SCRIPT
    long_text: str = LONG

    @property
    def dataset_path(self) -> str:
        return f"/dataset/{self.dataset}"

    @property
    def table_path(self) -> str:
        return f"/dataset/{self.dataset}/resource/{self.resource}"

    @property
    def file_path(self) -> str:
        return f"/dataset/{self.dataset}/resource/{self.file}"


@pytest.fixture(scope="session")
def sample(application: Any) -> Sample:
    """Publish a dataset with a table through CKAN's actions."""
    with application.test_request_context():
        return _publish()


def _publish() -> Sample:
    import ckan.plugins.toolkit as tk

    mark = uuid.uuid4().hex[:8]
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]

    def act(action: str, **values: Any) -> dict[str, Any]:
        return tk.get_action(action)({"ignore_auth": True, "user": user}, values)

    agency = act("organization_create", name=f"so-du-lich-{mark}", title="Sở Du lịch", email="so@example.vn")
    field = act("group_create", name=f"du-lich-{mark}", title="Du lịch", description="Lượt khách, điểm đến.")
    dataset = act(
        "package_create",
        name=f"luot-khach-{mark}",
        title=f"Lượt khách tham quan di tích đường Lê Lợi {mark}",
        notes="Lượt khách và doanh thu vé tham quan các điểm di tích, theo ngày.",
        owner_org=agency["id"],
        groups=[{"name": field["name"]}],
        tags=[{"name": "di tích"}],
        license_id="cc-by-4.0",
        modified="2025-10-14",
        no_personal_data=True,
    )
    table = act(
        "resource_create", package_id=dataset["id"], name="Lượt khách", format="CSV", url_type="datastore"
    )
    act("datastore_create", resource_id=table["id"], force=True, fields=FIELDS, records=_records())
    file = act(
        "resource_create",
        package_id=dataset["id"],
        name="Quy định về báo cáo",
        format="PDF",
        url="https://so.example.vn/quy-dinh.pdf",
    )
    return Sample(dataset["name"], dataset["title"], table["id"], file["id"], field["name"], agency["name"])


def _records() -> list[dict[str, Any]]:
    rows = [
        {
            "nam": 2023,
            "ngay": f"2023-{1 + number % 12:02}-28",
            "khach": 1_000_000 + number,
            "doanh_thu": "1234567.89",
            "noi": PLACES[number % len(PLACES)],
            "ghi_chu": None,
            "nguon": f"https://bao-cao.example.vn/{number}",
        }
        for number in range(60)
    ]
    rows[0]["ghi_chu"] = SCRIPT
    rows[1]["ghi_chu"] = LONG
    rows[2]["nguon"] = "javascript:document.title='mở'"
    return rows


@pytest.fixture(scope="session")
def portal(
    ini: str, sample: Sample, serve: Callable[[Path, str], str], free_address: Callable[[], str]
) -> str:
    """The address of the portal under test, without a slash at the end."""
    given = os.environ.get("HUE_TEST_URL")
    return given.rstrip("/") if given else serve(Path(ini), free_address())


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = os.environ.get("HUE_CHROMIUM") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@dataclass
class Visit:
    """A page as a reader has it open, and all that went wrong while it was: `faults` should stay empty."""

    page: Page
    faults: list[str]


@pytest.fixture
def visit(portal: str, chromium: Browser) -> Iterator[Callable[..., Visit]]:
    """Open a path of the portal in a new window of the given size."""
    contexts = []

    def open_(
        path: str,
        size: tuple[int, int] = WIDE,
        *,
        scripts: bool = True,
        status: int = 200,
        dark: bool = False,
    ) -> Visit:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=scripts,
            base_url=portal,
            color_scheme="dark" if dark else "light",
        )
        contexts.append(context)
        page = context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
        page.on("console", lambda said: _note(faults, said.type, said.text, status))
        page.on("request", lambda request: _foreign(faults, request.url, portal))
        answer = page.goto(path, wait_until="networkidle")
        assert answer is not None
        assert answer.status == status
        return Visit(page, faults)

    yield open_
    for context in contexts:
        context.close()


def _note(faults: list[str], kind: str, text: str, status: int) -> None:
    # Chromium reports the page's own status as a failed resource.
    if kind in ("error", "warning") and not (status >= 400 and f"status of {status}" in text):
        faults.append(f"console {kind}: {text}")


def _foreign(faults: list[str], url: str, portal: str) -> None:
    if not url.startswith((f"{portal}/", "data:")):
        faults.append(f"request to another host: {url}")


@pytest.fixture(scope="module")
def worker(ini: str, portal: str) -> Iterator[None]:
    """A worker, as the portal has one."""
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("ckan")), "jobs", "worker"],
        env={**os.environ, "CKAN_INI": ini, "CKAN_SITE_URL": portal, "PYTHONUTF8": "1"},
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
