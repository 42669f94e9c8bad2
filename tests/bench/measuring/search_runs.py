"""`datastore_search` over HTTP on the big table: sorted, filtered and with words, without the total."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any

from stack.steps import say

from . import portal_arm, samples
from .children import BenchError
from .fetching import Api
from .figures import Row, alternate, goal, spread
from .plan import Bench

PAGE = 100
MOST_MATCHES = 10_000
MOST_MILLISECONDS = 50
# By the number of the column; text in both arms, since stock's columns are text.
_FILTERS: tuple[dict[int, str], ...] = (
    {0: "CS0000042"},
    {3: "64"},
    {7: "tạm ngừng kinh doanh"},
    {3: "64", 7: "đang hoạt động"},
)

# Milliseconds of each question after its first, by the title of its kind.
_Times = Mapping[str, Sequence[float]]


@dataclass(frozen=True, slots=True)
class _Question:
    kind: str
    arguments: Mapping[str, Any]
    is_counted: bool


def searches(bench: Bench) -> list[Row]:
    """Milliseconds after the first answer of each question."""
    bench.need_tables()
    with portal_arm.web() as address:
        ours = _questions(address, bench.big, [search.typed for search in samples.SEARCHES])
        arms: dict[str, Callable[[], _Times]] = {
            "cổng": partial(_ask, address, bench.big, ours, bench.sizes.questions)
        }
        if stock := bench.stock:
            words = [search.with_accents for search in samples.SEARCHES]
            others = _questions(stock.address, bench.stock_big, words)
            ask = partial(_ask, stock.address, bench.stock_big, others, bench.sizes.stock_questions)
            arms["CKAN"] = ask
            _compare((address, bench.big, ours), (stock.address, bench.stock_big, others))
        turns = alternate(
            arms, bench.sizes.repeats, lambda arm, turn: say(f"  … datastore_search, {arm}, lượt {turn}")
        )
    return [_row(bench, kind, turns) for kind in dict.fromkeys(question.kind for question in ours)]


def _questions(address: str, resource_id: str, words: Sequence[str]) -> list[_Question]:
    with closing(Api(address)) as api:
        _, answer = api.search(resource_id=resource_id, limit=0, include_total=False)
    names = [column["id"] for column in answer["fields"] if column["id"] not in ("_id", "_full_text")]
    return [
        *(
            _Question(
                f"sorted by each of {len(names)} columns, both ways", {"sort": f'"{name}" {way}'}, False
            )
            for name in names
            for way in ("asc", "desc")
        ),
        *(
            _Question("filtered", {"filters": {names[number]: value for number, value in each.items()}}, True)
            for each in _FILTERS
        ),
        *(_Question("searched for words", {"q": word}, True) for word in words),
    ]


def _compare(ours: tuple[str, str, list[_Question]], others: tuple[str, str, list[_Question]]) -> None:
    counts = [
        [_count(address, resource_id, question) for question in questions if question.is_counted]
        for address, resource_id, questions in (ours, others)
    ]
    if counts[0] != counts[1]:
        raise BenchError(f"Hai bên tìm được số dòng khác nhau: {counts[0]} và {counts[1]}.")
    if max(counts[0][-len(samples.SEARCHES) :]) > MOST_MATCHES:
        raise BenchError(f"Từ tìm kiếm khớp quá {MOST_MATCHES} dòng.")
    say(f"  Hai bên cùng tìm được {', '.join(map(str, counts[0]))} dòng.")


def _count(address: str, resource_id: str, question: _Question) -> int:
    with closing(Api(address)) as api:
        _, answer = api.search(resource_id=resource_id, limit=0, **question.arguments)
    return answer["total"]


def _ask(address: str, resource_id: str, questions: Sequence[_Question], repeats: int) -> _Times:
    times: dict[str, list[float]] = {}
    with closing(Api(address)) as api:
        for question in questions:
            ask = partial(
                api.search, resource_id=resource_id, limit=PAGE, include_total=False, **question.arguments
            )
            ask()
            later = [ask()[0] * 1000 for _ in range(repeats)]
            times.setdefault(question.kind, []).append(statistics.median(later))
    return times


def _row(bench: Bench, kind: str, turns: Mapping[str, Sequence[_Times]]) -> Row:
    ours = [time for turn in turns["cổng"] for time in turn[kind]]
    others = [time for turn in turns.get("CKAN", []) for time in turn[kind]]
    return Row(
        f"datastore_search on {bench.sizes.big_rows:,} rows, {kind}",
        spread(ours, "ms"),
        spread(others, "ms") if others else "",
        f"{spread([statistics.median(others) / statistics.median(ours)])} ×" if others else "",
        goal(f"each < {MOST_MILLISECONDS} ms", max(ours) < MOST_MILLISECONDS),
    )
