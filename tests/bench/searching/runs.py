"""Searches, suggestions, rebuilding, and how good the results are."""

from __future__ import annotations

import http.client
import itertools
import json
import statistics
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit

from measuring import portal_arm
from measuring.children import BenchError
from measuring.figures import Row, alternate, goal, per_second, spread

from stack import solr
from stack.steps import say

from . import arms
from .plan import Bench

SEARCH_GOAL, REBUILD_GOAL = 2, 5
SUGGEST_MS = 30
NDCG_GAIN = 0.10
ROWS = 20
READERS = 10
FACETS = ("organization", "groups", "tags", "res_format")
_WORDS = ("du lịch", "trường học", "giá đất", "chất lượng nước", "doanh nghiệp", "trạm y tế", "lễ hội")
_TYPED = ("du l", "co so", "thu tuc h", "so d", "khach", "tru", "giay ph", "nong", "so giao", "phuong")
# Each question is a new one, so that no cache answers it.
_number = itertools.count(1)


def compare(bench: Bench) -> None:
    """Both cores must hold the same datasets. Raises BenchError."""
    mine, others = (_ids(core) for core in (portal_arm.SITE.core, arms.STOCK_CORE))
    if len(mine) != bench.sizes.datasets or mine != others:
        raise BenchError(f"Hai chỉ mục không cùng các bộ dữ liệu: {len(mine)} và {len(others)}.")


def searches(bench: Bench) -> list[Row]:
    """`package_search` over HTTP: 20 rows with four facets, every question new, by ten readers and by one."""
    arms_by_name = {"cổng": bench.ours, "CKAN": bench.stock}
    rates = alternate(
        {name: partial(_rate, address, bench.sizes.questions) for name, address in arms_by_name.items()},
        bench.sizes.repeats,
        lambda arm, turn: say(f"  … package_search, {READERS} người, {arm}, lượt {turn}"),
    )
    alone = alternate(
        {
            name: lambda address=address: _median(address, _questions(bench.sizes.questions))
            for name, address in arms_by_name.items()
        },
        bench.sizes.repeats,
        lambda arm, turn: say(f"  … package_search, một người, {arm}, lượt {turn}"),
    )
    title = f"package_search, {ROWS} rows, {len(FACETS)} facets, {bench.sizes.datasets} datasets"
    return [
        Row.against_rate(
            f"{title}, {READERS} readers", rates["cổng"], rates["CKAN"], "answers/s", SEARCH_GOAL
        ),
        Row.against(f"{title}, one reader", alone["cổng"], alone["CKAN"], "ms", SEARCH_GOAL),
    ]


def suggestions(bench: Bench) -> list[Row]:
    """Milliseconds until suggestions are there, over HTTP, without a cache between."""
    typed = [
        f"/search/suggest?{urlencode({'q': _TYPED[one % len(_TYPED)] + ' ' * (one % 3)})}"
        for one in range(bench.sizes.typed)
    ]
    times = [_median(bench.ours, typed) for _ in range(bench.sizes.repeats)]
    reached = statistics.median(times) < SUGGEST_MS
    return [Row("suggestions while typing", spread(times, "ms"), goal=goal(f"< {SUGGEST_MS} ms", reached))]


def rebuilds(bench: Bench) -> list[Row]:
    """Datasets a second, without the start of the process."""
    ways: dict[str, Callable[[], float]] = {
        "cổng": lambda: arms.call("rebuild", from_database=False),
        "cổng, từ cơ sở dữ liệu": lambda: arms.call("rebuild", from_database=True),
        "CKAN": lambda: arms.call_stock("rebuild_as_ckan"),
    }
    turns = alternate(
        ways,
        bench.sizes.repeats,
        lambda arm, turn: say(f"  … lập chỉ mục, {arm}, lượt {turn}"),
        lambda: compare(bench),
    )
    rates = {name: per_second(bench.sizes.datasets, seconds) for name, seconds in turns.items()}
    unit = "datasets/s"
    return [
        Row.against_rate("index rebuilt", rates["cổng"], rates["CKAN"], unit, REBUILD_GOAL),
        Row.against_rate(
            "index rebuilt, all read from the database",
            rates["cổng, từ cơ sở dữ liệu"],
            rates["CKAN"],
            unit,
            REBUILD_GOAL,
        ),
    ]


def results(_bench: Bench) -> list[Row]:
    """nDCG@10 of the judged sets (tests/search)."""
    tuned, held_out = arms.call("judge", files=["queries.txt", "held-out.txt"])
    return [
        _gain("judged queries", tuned),
        _gain("judged queries that no weight was chosen on", held_out),
    ]


def _gain(title: str, found: dict[str, Any]) -> Row:
    gain = found["ours"] - found["stock"]
    return Row(
        f"nDCG@10 of {found['queries']} {title}",
        f"{found['ours']:.3f}",
        f"{found['stock']:.3f}",
        f"{gain:+.3f}",
        goal(f"≥ +{NDCG_GAIN:.2f}", gain >= NDCG_GAIN),
    )


def _questions(count: int) -> list[str]:
    return [
        "/api/3/action/package_search?"
        + urlencode(
            {
                # CKAN's least number of words lets a word go that no dataset has, and so does ours.
                "q": f"{_WORDS[one % len(_WORDS)]} x{next(_number)}",
                "rows": ROWS,
                "facet.field": json.dumps(FACETS),
            }
        )
        for one in range(count)
    ]


def _median(address: str, paths: Iterable[str]) -> float:
    """Milliseconds; the first answer is not counted."""
    return statistics.median(_times(address, paths)[1:])


def _rate(address: str, count: int) -> float:
    """Answers a second to ten readers at once, who have `count` questions together."""
    parts = [_questions(count // READERS) for _ in range(READERS)]
    with ThreadPoolExecutor(READERS) as readers:
        start = time.perf_counter()
        answered = sum(len(times) for times in readers.map(partial(_times, address), parts))
        return answered / (time.perf_counter() - start)


def _times(address: str, paths: Iterable[str]) -> list[float]:
    """Milliseconds of each answer, over a connection that stays open."""
    times: list[float] = []
    with closing(http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)) as connection:
        for path in paths:
            start = time.perf_counter()
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
            times.append((time.perf_counter() - start) * 1000)
            if answer.status != http.HTTPStatus.OK:
                raise BenchError(f"{path}: mã {answer.status}. {body[:500].decode(errors='replace')}")
    return times


def _ids(core: str) -> list[str]:
    found: dict[str, Any] = solr.ask(f"{core}/select", {"q": "*:*", "fl": "id", "rows": "1000000"})
    return sorted(one["id"] for one in found["response"]["docs"])
