"""Do people find what they look for, and better than with the schema that CKAN ships?"""

from __future__ import annotations

import statistics
from typing import Any

import judging
import pytest

LEAST_GAIN = 0.10


def test_the_sets_are_large_enough_and_name_known_datasets() -> None:
    known = {entry.id for entry in judging.corpus()}
    tuned, held_out = judging.queries(), judging.queries("held-out.txt")
    assert len(known) >= 150
    assert len({query.text for query in tuned}) >= 60
    assert len({query.text for query in held_out} - {query.text for query in tuned}) >= 30
    assert {one for query in (*tuned, *held_out) for one in query.grades} <= known


@pytest.mark.parametrize(
    ("found", "worth"), [(["a", "b"], 1.0), ([], 0.0), (["x", "y"], 0.0), (["x"] * 10 + ["a", "b"], 0.0)]
)
def test_ndcg_is_one_for_the_best_order_and_nothing_after_ten(found: list[str], worth: float) -> None:
    assert judging.ndcg(found, {"a": 3, "b": 1}) == pytest.approx(worth)


def test_ndcg_falls_when_the_better_stands_below() -> None:
    assert 0 < judging.ndcg(["b", "a"], {"a": 3, "b": 1}) < 1


@pytest.mark.parametrize("file", ["queries.txt", "held-out.txt"])
def test_ndcg_is_at_least_a_tenth_above_stock(
    judged: dict[str, list[Any]], capsys: pytest.CaptureFixture[str], file: str
) -> None:
    found = judged[file]
    ours = statistics.mean(one.ours for one in found)
    stock = statistics.mean(one.stock for one in found)
    with capsys.disabled():
        print(f"\n{f'nDCG@10, {file}':32}  ours  stock")
        for one in found:
            print(f"{one.query.text:32}  {one.ours:.2f}  {one.stock:.2f}")
        print(f"{f'mean of {len(found)}':32}  {ours:.3f} {stock:.3f}  (+{ours - stock:.3f})")
    assert ours - stock >= LEAST_GAIN


def test_hardly_a_query_finds_nothing_that_helps(judged: dict[str, list[Any]]) -> None:
    found = judged["queries.txt"]
    lost = [one.query.text for one in found if one.ours == 0]
    assert len(lost) <= len(found) // 20, lost
