"""Do people find what they look for, and better than with the schema that CKAN ships?"""

from __future__ import annotations

import statistics
from typing import Any

import judging
import pytest

LEAST_GAIN = 0.10


def test_the_set_is_large_enough_and_names_known_datasets() -> None:
    known = {entry.id for entry in judging.corpus()}
    queries = judging.queries()
    assert len(known) >= 150
    assert len({query.text for query in queries}) >= 60
    assert {one for query in queries for one in query.grades} <= known


@pytest.mark.parametrize(
    ("found", "worth"), [(["a", "b"], 1.0), ([], 0.0), (["x", "y"], 0.0), (["x"] * 10 + ["a", "b"], 0.0)]
)
def test_ndcg_is_one_for_the_best_order_and_nothing_after_ten(found: list[str], worth: float) -> None:
    assert judging.ndcg(found, {"a": 3, "b": 1}) == pytest.approx(worth)


def test_ndcg_falls_when_the_better_stands_below() -> None:
    assert 0 < judging.ndcg(["b", "a"], {"a": 3, "b": 1}) < 1


def test_ndcg_is_at_least_a_tenth_above_stock(judged: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    ours = statistics.mean(one.ours for one in judged)
    stock = statistics.mean(one.stock for one in judged)
    with capsys.disabled():
        print(f"\n{'nDCG@10':32}  ours  stock")
        for one in judged:
            print(f"{one.query.text:32}  {one.ours:.2f}  {one.stock:.2f}")
        print(f"{'mean of ' + str(len(judged)):32}  {ours:.3f} {stock:.3f}  (+{ours - stock:.3f})")
    assert ours - stock >= LEAST_GAIN


def test_hardly_a_query_finds_nothing_that_helps(judged: list[Any]) -> None:
    lost = [one.query.text for one in judged if one.ours == 0]
    assert len(lost) <= len(judged) // 20, lost
