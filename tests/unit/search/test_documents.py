"""What a document says of years, agencies and the beginnings of words."""

from __future__ import annotations

from typing import Any

import pytest

from ckanext.hue.search import document, entries


@pytest.mark.parametrize(
    ("periods", "years"),
    [
        ([{"start": "2019", "end": "2021-06"}], ["2019", "2020", "2021"]),
        ([{"start": "2020-05-01"}], ["2020"]),
        ([{"end": "2020"}], ["2020"]),
        ([{"start": "2020"}, {"start": "2018", "end": "2018"}], ["2018", "2020"]),
        ([{"start": "2021", "end": "2019"}], []),
        ([{"start": "tháng 5"}, {}, {"start": None}, {"start": "20201"}], []),
        ([{"start": "0001", "end": "1801"}], ["1800", "1801"]),
    ],
)
def test_years_are_those_of_the_periods(periods: list[dict[str, Any]], years: list[str]) -> None:
    assert document.years({"temporal_coverage": periods}) == years


def test_a_period_of_ages_has_only_so_many_years() -> None:
    years = document.years({"temporal_coverage": [{"start": "0001", "end": "9999"}]})
    assert len(years) == document.MAX_YEARS
    assert years[-1] == str(document.LAST_YEAR)


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("Sở Giáo dục và Đào tạo", ["SGDĐT", "Sở GDĐT"]),
        ("Sở Y tế", ["SYT", "Sở YT"]),
        ("Thanh tra", []),
        ("", []),
    ],
)
def test_an_agencys_name_is_shortened_as_people_do(title: str, short: list[str]) -> None:
    assert document.initials(title) == short


def test_a_line_is_found_from_each_syllable_of_a_name() -> None:
    dataset = {"organization": {"name": "so-du-lich", "title": "Sở Du lịch"}}
    lines = entries.of(dataset, [], [])
    assert [line.split("\t")[0] for line in lines] == ["so du lich", "du lich", "lich"]
    assert {entries.read(line) for line in lines} == {entries.Entry("agency", "Sở Du lịch", "so-du-lich")}


@pytest.mark.parametrize("name", ["a\tb\nc", "x" * 1_000, "–", "\x00"])
def test_an_odd_column_makes_no_broken_line(name: str) -> None:
    for line in entries.of({}, [name], []):
        assert entries.read(line).kind == "words"


def test_a_dataset_has_only_so_many_lines() -> None:
    assert len(entries.of({}, [f"cột {number}" for number in range(5_000)], [])) == entries.MAX_LINES
