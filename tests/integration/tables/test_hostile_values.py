"""Odd values, names and descriptions reach the table as they are, or are told; none breaks a load."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ckanext.hue.harvesters.base import Batch, Column
from ckanext.hue.tables.loading import LoadedList, Rules, load_batches
from ckanext.hue.tables.types import is_identifier

Load = Callable[..., LoadedList]
Read = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def load(resource_id: str) -> Load:
    """Load one column of a file in which everything is text."""

    def run(
        cells: Sequence[str], *, name: str = "x", column: Column | None = None, vi: str = ""
    ) -> LoadedList:
        batch = Batch((name,), [[cell] for cell in cells], 2, blank_is_null=True)
        return load_batches(
            resource_id, [batch], dictionary=[column] if column else [], rules=Rules(number_format=vi)
        )

    return run


def values(read: Read) -> list[Any]:
    return [row[2] for row in sorted(read())]


# Blanks around values


@pytest.mark.parametrize("blank", [" ", "\t", "\n", "\r\n", "\v\f"])
def test_a_blank_behind_a_yes_does_not_make_it_a_no(load: Load, read: Read, blank: str) -> None:
    load([f"Có{blank}", "không", f"{blank}có"])
    assert values(read) == [True, False, True]


@pytest.mark.parametrize("blank", ["\t", "\n", "\r\n", " \t "])
def test_a_cell_of_blanks_among_numbers_is_no_value(load: Load, read: Read, blank: str) -> None:
    load(["1", blank, f"{blank}3{blank}"])
    assert values(read) == [1, None, 3]


@pytest.mark.parametrize("blank", ["\u00a0", "\u2003", "\u3000", "\u2028"])
def test_blanks_that_no_number_has_keep_a_column_text_with_a_note(load: Load, read: Read, blank: str) -> None:
    loaded = load(["1", f"2{blank}", "3", "4"])
    assert values(read) == ["1", f"2{blank}", "3", "4"]
    assert loaded.notes


def test_dates_have_blanks_around_them_too(load: Load, read: Read) -> None:
    load(["\t31/12/2023", "01/02/2024\n"])
    assert values(read) == [date(2023, 12, 31), date(2024, 2, 1)]


# Thousands and decimals

AMBIGUOUS = [*["1.234"] * 6, *["5.678"] * 6]


def test_one_bad_value_does_not_settle_what_a_separator_means(load: Load, read: Read) -> None:
    loaded = load([*AMBIGUOUS, "không rõ"], column=Column("x", type="numeric"))
    assert values(read)[0] == "1.234"
    assert loaded.quarantined == 0
    assert loaded.notes


@pytest.mark.parametrize(("form", "first"), [("vi", Decimal(1234)), ("en", Decimal("1.234"))])
def test_the_number_format_holds_beside_a_bad_value(
    load: Load, read: Read, form: str, first: Decimal
) -> None:
    loaded = load([*AMBIGUOUS, "không rõ"], column=Column("x", type="numeric"), vi=form)
    assert values(read)[0] == first
    assert loaded.quarantined == 1


def test_a_value_that_is_plain_tells_what_a_separator_means_beside_a_bad_one(load: Load, read: Read) -> None:
    load([*AMBIGUOUS, "1.234.567,5", "không rõ"], column=Column("x", type="numeric"))
    assert values(read)[0] == Decimal(1234)


# Text


def test_a_mark_behind_a_line_end_does_not_swallow_it(load: Load, read: Read) -> None:
    cells = ["abc\n\u0301d", "e\\\u0301", "r\r\u0327", "\x1f\u0307"]
    load(cells)
    assert values(read) == cells


# Names and descriptions


def test_a_quarantined_value_may_spell_an_escape(load: Load, resource_id: str, written: Any) -> None:
    load([*["1"] * 20, r"c:\u0000 \\u0000"], column=Column("x", type="int"))
    [(record,)] = written("SELECT record FROM hue.quarantined_row WHERE resource_id = %s", resource_id)
    assert record == {"x": r"c:\u0000 \\u0000"}


@pytest.mark.parametrize("name", ["a\ud800b", "a\x00b", r"a\u0000b", "a\ud800" * 40])
def test_a_header_with_what_no_database_holds_is_cleaned(load: Load, read: Read, name: str) -> None:
    load(["1"], name=name)
    load(["2"], name=name)
    assert values(read) == [2]


@pytest.mark.parametrize("label", ["x\x00y", "x\ud800y"])
def test_a_label_with_what_no_database_holds_is_cleaned(load: Load, read: Read, label: str) -> None:
    column = Column("x", label=label, unit=label)
    load(["1"], column=column)
    loaded = load(["2"], column=column)
    assert values(read) == [2]
    assert loaded.columns[0].info["label"] in ("xy", "x?y")


def test_a_label_is_stored_composed(load: Load) -> None:
    label = unicodedata.normalize("NFD", "Tỷ lệ hộ nghèo")
    loaded = load(["1"], column=Column("x", label=label))
    assert loaded.columns[0].info["label"] == "Tỷ lệ hộ nghèo"


@pytest.mark.parametrize("comment", ['{"_info": {"label": "a\\u0000b"}}', "không phải JSON", "[1]"])
def test_a_comment_of_other_origin_stops_no_load(
    load: Load, read: Read, written: Any, resource_id: str, comment: str
) -> None:
    load(["1"])
    written(f'COMMENT ON COLUMN "{resource_id}"."x" IS %s', comment)
    load(["2"])
    assert values(read) == [2]


@pytest.mark.parametrize(
    "name", ["masothue", "sodienthoai", "dienthoai", "madinhdanh", "socccd", "sotaikhoan", "ĐTDĐ"]
)
def test_codes_are_known_by_names_in_one_word(name: str) -> None:
    assert is_identifier(name)


@pytest.mark.parametrize("name", ["solieu", "dt", "dientich", "sodan", "maximum", "dtich"])
def test_other_names_in_one_word_are_no_codes(name: str) -> None:
    assert not is_identifier(name)
