"""Column names keep their diacritics within what PostgreSQL and the DataStore accept."""

from __future__ import annotations

import unicodedata

from ckanext.hue.tables.names import MAX_BYTES, column_names


def test_diacritics_stay() -> None:
    assert column_names(["Tên đường"]) == {"Tên đường": "Tên đường"}


def test_decomposed_names_become_composed() -> None:
    name = unicodedata.normalize("NFD", "Tên đường")
    assert column_names([name]) == {name: "Tên đường"}


def test_a_long_name_is_cut_at_63_bytes_and_stays_unique() -> None:
    long = ["Số lượng hồ sơ được tiếp nhận trực tuyến trong kỳ báo cáo " + end for end in ("A", "B")]
    names = column_names(long)
    assert len(set(names.values())) == 2
    assert all(len(name.encode()) <= MAX_BYTES for name in names.values())
    assert all(name.startswith("Số lượng hồ sơ") for name in names.values())


def test_names_that_clean_to_the_same_stay_apart() -> None:
    names = column_names(["a:b", "a b", "a\x00b"])
    assert len(set(names.values())) == 3


def test_reserved_and_empty_names_are_replaced() -> None:
    names = column_names(["_id", "", "   ", '"'])
    assert names["_id"] == "id"
    assert [names[""], names["   "], names['"']] == ["cot_2", "cot_3", "cot_4"]


def test_no_name_can_leave_its_quotes_or_become_a_parameter() -> None:
    for name in column_names(['x"; DROP TABLE y; --', "%s", "%(a)s", ":bind"]).values():
        assert not set('":') & set(name)
