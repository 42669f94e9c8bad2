"""Descriptions of the length that search engines take."""

from __future__ import annotations

import pytest

from ckanext.hue.discovery.wording import LEAST, MOST, described, shortened


@pytest.mark.parametrize("text", ["", " \n\t ", "Ngắn.", "đ" * (LEAST - 1)])
@pytest.mark.parametrize("title", ["", "Di tích"])
@pytest.mark.parametrize("agency", ["", "Sở Du lịch"])
def test_a_short_description_is_completed(text: str, title: str, agency: str) -> None:
    found = described(text, title, agency)
    assert LEAST <= len(found) <= MOST
    assert found.startswith(text.strip())
    assert agency in found


def test_a_completed_description_names_the_columns() -> None:
    assert "Các cột: Tên, Năm." in described("", "Di tích", "Sở Du lịch", ["Tên", "Năm"])


def test_many_columns_are_not_all_named() -> None:
    found = described("", "Di tích", "", [f"Cột {number}" for number in range(500)])
    assert "Cột 11, …" in found
    assert "Cột 12" not in found


def test_a_description_of_fitting_length_is_kept() -> None:
    text = "Danh sách di tích đã xếp hạng trên địa bàn thành phố Huế, theo năm."
    assert described(text, "Di tích", "Sở Du lịch", ["Tên"]) == text


def test_a_description_stands_on_one_line() -> None:
    assert described("dòng một\n\n  dòng hai " * 5, "", "").startswith("dòng một dòng hai dòng một")


def test_a_long_description_ends_behind_a_word() -> None:
    found = described("mười chữ " * 1_000, "", "")
    assert len(found) <= MOST
    assert found.endswith(("mười…", "chữ…"))


def test_a_title_without_end_keeps_the_limit() -> None:
    assert MOST - 1 <= len(described("", "đ" * 9_000, "")) <= MOST


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("", 5, ""),
        ("Huế", 3, "Huế"),
        ("thành phố Huế", 10, "thành phố…"),
        ("thành phố Huế", 9, "thành…"),
        ("thànhphốHuế", 6, "thành…"),
        ("a thànhphốHuế", 10, "a thànhph…"),
        ("thành phố", 1, "…"),
    ],
)
def test_text_is_cut_behind_a_word_where_it_has_any(text: str, most: int, short: str) -> None:
    assert shortened(text, most) == short
