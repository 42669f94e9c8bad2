"""Addresses of the explorer: what they ask for, what is left out with a word, and that they last."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from werkzeug.datastructures import MultiDict

from ckanext.hue.explorer.filtering import MAX_FILTERS, MAX_VALUES, for_download
from ckanext.hue.explorer.state import State, read

NAMES = ["so", "ngay", "luc", "ten", "mo", "a.b,c", "__proto__", "from.so", "x]\"'<"]


@pytest.fixture
def columns(table: Callable[..., SimpleNamespace]) -> Any:
    kinds = ["int", "date", "timestamp", "text", "bool", "text", "text", "int", "text"]
    described = [(name, "", kind, "", False) for name, kind in zip(NAMES, kinds, strict=True)]
    return table(described, []).columns


@pytest.fixture
def ask(columns: Any) -> Callable[..., State]:
    return lambda *pairs: read(MultiDict(list(pairs)), columns)


def again(state: State) -> State:
    return read(MultiDict(parse_qsl(state.query[1:])), state.columns)


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [("tab", "columns")],
        [("q", "phường"), ("sort", "so"), ("order", "desc"), ("page", "12")],
        [("from.so", "1"), ("to.so", "9.5"), ("is.mo", "true"), ("has.ten", "a & b=c")],
        [("is.ten", "một"), ("is.ten", "hai"), ("from.from.so", "3")],
        [("has.a.b,c", "x"), ("has.__proto__", "y"), ("is.x]\"'<", "<b>")],
        [("show", "ten"), ("show", "__proto__")],
        [("tab", "chart"), ("chart", "line"), ("x", "ngay"), ("by", "month"), ("y", "so"), ("fn", "sum")],
        [("tab", "chart"), ("chart", "scatter"), ("x", "so"), ("y", "from.so")],
        [("tab", "chart"), ("chart", "pie")],
    ],
)
def test_an_address_that_is_read_and_written_asks_for_the_same(
    ask: Callable[..., State], pairs: list[tuple[str, str]]
) -> None:
    state = ask(*pairs)
    assert state.problems == ()
    assert sorted(state.pairs()) == sorted(pairs)
    assert again(state) == state


@pytest.mark.parametrize(
    "pair",
    [
        ("from.so", "mười"),
        ("from.so", "1e999"),
        ("to.ngay", "31/12/2024"),
        ("to.luc", "2024-13-01"),
        ("to.luc", "9999-12-31"),
        ("is.mo", "có lẽ"),
        ("has.so", "1"),
        ("from.ten", "a"),
        ("from.khong_co", "1"),
        ("has.ten", "x" * 201),
    ],
)
def test_what_fits_no_column_is_left_out_with_a_word(
    ask: Callable[..., State], pair: tuple[str, str]
) -> None:
    state = ask(pair, ("q", "còn lại"))
    assert state.filters == {}
    assert state.q == "còn lại"
    assert len(state.problems) == 1


@pytest.mark.parametrize(
    "pairs",
    [
        [("tab", "xxx"), ("page", "-1"), ("sort", "khong_co"), ("order", "desc"), ("show", "khong_co")],
        [("tab", ""), ("page", "9" * 50), ("chart", "xxx"), ("x", "so")],
        [("page", "²"), ("from.", "1"), (".so", "1"), ("from", "1")],
    ],
)
def test_nonsense_asks_for_the_plain_table(ask: Callable[..., State], pairs: list[tuple[str, str]]) -> None:
    state = ask(*pairs)
    assert (state.tab, state.page, state.sort, state.show, state.choice) == ("table", 1, "", (), None)
    assert state.filters == {}


def test_nul_and_broken_text_are_taken_out(ask: Callable[..., State]) -> None:
    assert ask(("q", "a\x00b \ud800")).q == "a b ?"


def test_too_many_values_are_refused(ask: Callable[..., State]) -> None:
    state = ask(*[("is.ten", str(number)) for number in range(MAX_VALUES + 1)])
    assert state.filters == {}
    assert len(state.problems) == 1


def test_too_many_filters_are_refused(table: Callable[..., SimpleNamespace]) -> None:
    names = [f"c{number}" for number in range(MAX_FILTERS + 5)]
    columns = table([(name, "", "text", "", False) for name in names], []).columns
    state = read(MultiDict([(f"has.{name}", "a") for name in names]), columns)
    assert len(state.filters) == MAX_FILTERS
    assert state.problems


def test_the_last_day_of_a_range_of_moments_is_whole(ask: Callable[..., State], columns: Any) -> None:
    state = ask(("from.luc", "2024-01-01"), ("to.luc", "2024-01-31"))
    assert for_download(columns["luc"], state.filters["luc"]) == {"gte": "2024-01-01", "lt": "2024-02-01"}


def test_choosing_all_columns_is_choosing_none(ask: Callable[..., State]) -> None:
    assert ask(*[("show", name) for name in NAMES]).show == ()


def test_links_lead_to_the_first_page(ask: Callable[..., State]) -> None:
    state = ask(("page", "7"), ("q", "a"))
    assert state.link(sort="so") == "?q=a&sort=so"
    assert state.link(page=8) == "?q=a&page=8"


def test_sums_of_text_become_counts_of_values(ask: Callable[..., State]) -> None:
    choice = ask(("chart", "bar"), ("x", "so"), ("y", "ten"), ("fn", "sum")).choice
    assert choice is not None
    assert choice.function == "count_distinct"


@pytest.mark.parametrize(
    ("asked", "read_as"),
    [
        (("from.so", "1_000"), ("from.so", "1000")),
        (("is.so", "٣"), ("is.so", "3")),
        (("from.ngay", "20241231"), ("from.ngay", "2024-12-31")),
        (("to.luc", "2024-W01-1"), ("to.luc", "2024-01-01")),
        (("from.luc", "20241231T2359"), ("from.luc", "2024-12-31T23:59:00")),
    ],
)
def test_values_are_kept_in_the_form_that_databases_and_forms_read(
    ask: Callable[..., State], asked: tuple[str, str], read_as: tuple[str, str]
) -> None:
    assert ask(asked).pairs() == [read_as]
