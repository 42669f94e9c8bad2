"""What a phone makes of the pages: 1.6 Mbit/s, 150 ms, a processor slowed four times, an empty cache."""

from __future__ import annotations

import shutil
import statistics
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from measuring.children import BenchError
from measuring.figures import Row, goal, number, spread

from stack.steps import say

from .plan import Bench

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PHONE = {"width": 390, "height": 844}
SPEED = 1_600_000 / 8  # bytes a second
LATENCY = 150  # milliseconds
SLOWDOWN = 4
FIRST_PAINT = 1.8  # seconds
MOST = 60  # KiB, compressed
QUIET = 1_000  # milliseconds after the last request, in which late shifts come
KINDS = {"Script": "script", "Stylesheet": "style", "Font": "fonts", "Document": "page"}
PAINTED = """() => performance.getEntriesByName('first-contentful-paint')[0].startTime / 1000"""
WATCH_SHIFTS = """window.shifted = 0;
new PerformanceObserver(list => { for (const entry of list.getEntries()) window.shifted += entry.value; })
    .observe({ type: 'layout-shift', buffered: true });"""


@dataclass(frozen=True, slots=True)
class Look:
    """One page load: seconds to the first content, layout shift, KiB that came by kind, requests."""

    painted: float
    shifted: float
    sizes: Counter[str]
    requests: int


def paint(bench: Bench) -> list[Row]:
    """First contentful paint, layout shift and compressed sizes of our pages, through nginx."""
    rows: list[Row] = []
    with _chromium() as browser:
        for title, path in bench.pages().items():
            looks = []
            for turn in range(bench.sizes.repeats):
                say(f"  … {title}, lượt {turn + 1}")
                looks.append(look(browser, bench.front + path))
            rows += _rows(title, looks)
    return rows


def _rows(title: str, looks: list[Look]) -> list[Row]:
    painted = [one.painted for one in looks]
    shifted = max(one.shifted for one in looks)
    sizes = looks[-1].sizes
    told = ", ".join(f"{kind} {number(sizes[kind])}" for kind in KINDS.values())
    small = all(sizes[kind] < MOST for kind in ("script", "style"))
    return [
        Row(
            f"{title}: first contentful paint",
            spread(painted, "s"),
            goal=goal(f"< {FIRST_PAINT} s", statistics.median(painted) < FIRST_PAINT),
        ),
        Row(f"{title}: layout shift", f"{shifted:.3f}", goal=goal("0", round(shifted, 3) == 0)),
        Row(
            f"{title}: KiB compressed in {looks[-1].requests} requests",
            told,
            goal=goal(f"script and style < {MOST} each", small),
        ),
    ]


@contextmanager
def _chromium() -> Iterator[Browser]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise BenchError("Phép đo cần Playwright: chạy ./hue test một lần để cài.") from error
    path = shutil.which("chromium")
    if path is None:
        raise BenchError("Phép đo cần Chromium: sudo apt-get install -y chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def look(browser: Browser, address: str) -> Look:
    """Load a page as a phone that never was there, and see what comes."""
    context = browser.new_context(viewport=PHONE, device_scale_factor=2, is_mobile=True)  # pyright: ignore
    try:
        page = context.new_page()
        page.add_init_script(WATCH_SHIFTS)
        devtools = context.new_cdp_session(page)
        kinds: dict[str, str] = {}
        sizes: Counter[str] = Counter()

        def answered(event: dict[str, Any]) -> None:
            kinds[event["requestId"]] = event["type"]

        def finished(event: dict[str, Any]) -> None:
            kind = kinds.get(event["requestId"], "")
            sizes[KINDS.get(kind, "others")] += event["encodedDataLength"]

        devtools.on("Network.responseReceived", answered)
        devtools.on("Network.loadingFinished", finished)
        devtools.send("Network.enable")
        devtools.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": LATENCY, "downloadThroughput": SPEED, "uploadThroughput": SPEED},
        )
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
        page.goto(address, wait_until="networkidle")
        page.wait_for_timeout(QUIET)
        in_kib = Counter({kind: size / 1024 for kind, size in sizes.items()})
        return Look(page.evaluate(PAINTED), page.evaluate("window.shifted"), in_kib, len(kinds))
    finally:
        context.close()
