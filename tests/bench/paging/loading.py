"""Pages a second that ten readers at once get, each asking again as soon as it has an answer (wrk)."""

from __future__ import annotations

import re
import shutil
import subprocess

from measuring.children import LIMIT, BenchError
from measuring.figures import Row, alternate

from stack.steps import say

from . import arms
from .plan import Bench

UNCACHED_GOAL, CACHED_GOAL = 1.5, 50
_RATE = re.compile(r"^Requests/sec:\s+([\d.]+)", re.MULTILINE)
_FAILED = re.compile(r"^\s*(Non-2xx or 3xx responses|Socket errors).*$", re.MULTILINE)


def require_wrk() -> None:
    """Raise BenchError when the program that asks for pages is missing."""
    if not shutil.which("wrk"):
        raise BenchError("Phép đo cần chương trình wrk: sudo apt-get install -y wrk")


def uncached(bench: Bench) -> list[Row]:
    """Both arms' own web servers."""
    return _rows(bench, "uncached", bench.ours, UNCACHED_GOAL)


def cached(bench: Bench) -> list[Row]:
    """Our pages through nginx, beside stock's own web server, which no cache can help."""
    return _rows(bench, "cached", bench.front, CACHED_GOAL)


def _rows(bench: Bench, how: str, ours: str, times: float) -> list[Row]:
    rows: list[Row] = []
    for title, path in bench.pages().items():
        for address in (ours, bench.stock):
            for _ in range(bench.sizes.warm_reads):
                arms.read(address + path)
        turns = alternate(
            {
                "cổng": lambda path=path: _rate(bench, ours + path, bench.sizes.seconds),
                "CKAN gốc": lambda path=path: _rate(bench, bench.stock + path, bench.sizes.seconds),
            },
            bench.sizes.repeats,
            lambda arm, turn, title=title: say(f"  … {title}, {arm}, lượt {turn}"),
        )
        rows.append(Row.against_rate(f"{title}, {how}", turns["cổng"], turns["CKAN gốc"], "pages/s", times))
    return rows


def _rate(bench: Bench, address: str, seconds: int) -> float:
    """Pages a second. Raises BenchError when any answer is not fine."""
    command = ["wrk", "-t2", f"-c{bench.sizes.readers}", f"-d{seconds}s", "--timeout", "30s", address]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=False)
    failed = _FAILED.search(done.stdout)
    rate = _RATE.search(done.stdout)
    if done.returncode or failed or not rate or not float(rate[1]):
        raise BenchError(f"{address}: {failed.group(0) if failed else done.stdout + done.stderr}")
    return float(rate[1])
