"""What is made of words before Solr reads them."""

from __future__ import annotations

import unicodedata

import pytest

from ckanext.hue.search import query


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ('"du lịch', "du lịch"),
        ('"du lịch" (x', '"du lịch" x'),
        ("“bảo hiểm y tế” huế", '"bảo hiểm y tế" huế'),
        ("-x +y !z", "-x y z"),
        ("du lịch -Huế", "du lịch -Huế"),
        ("-Huế -x", "Huế x"),
        ('"a -b" c', '"a b" c'),
        ("Đà Nẵng - Huế", "Đà Nẵng Huế"),
        ("a --b -1 -c: -NOT", "a b 1 c"),
        ("du lịch AND biển", "du lịch biển"),
        ("NOT", ""),
        ("*:*x", "x"),
        ("{!lucene}title:x", "lucene title x"),
        ('_query_:"{!func}1"', '_query_ "func 1"'),
        ("a\\", "a"),
        ("a\x00b\x1f", "a b"),
        ("\ud800x", "x"),
        ("2020-2021", "2020 2021"),
        ("GD&ĐT", "GD ĐT"),
        ("((((", ""),
        ('""""', ""),
        ("lễ hội: tháng 3?", "lễ hội tháng 3"),
    ],
)
def test_no_sign_is_left_that_solr_would_read_as_an_order(typed: str, words: str) -> None:
    assert query.plain_words(typed) == words


def test_decomposed_letters_are_composed() -> None:
    assert query.plain_words(unicodedata.normalize("NFD", "Huế")) == "Huế"


def test_only_so_many_words_are_searched() -> None:
    words = query.plain_words("từ " * 10_000)
    assert len(words.split()) == query.MAX_WORDS


def test_words_of_phrases_count_too() -> None:
    assert len(query.plain_words('"a b c" ' * 50).replace('"', "").split()) == query.MAX_WORDS


@pytest.mark.parametrize(
    "asked",
    [
        "title:x",
        'tags:"y tế" AND name:a*',
        "+organization:(a OR b)",
        "metadata_modified:[NOW-1DAY TO NOW]",
        "*:x",
    ],
)
def test_what_programs_ask_of_fields_is_left_alone(asked: str) -> None:
    search = {"q": asked, "rows": 1}
    assert query.in_vietnamese(search) == search


@pytest.mark.parametrize(
    "typed", ["title:(x", 'title:"x', "lễ hội: tháng 3", "http://a.b/c", "title: x", "a]b name:x]"]
)
def test_what_only_looks_like_a_field_is_words(typed: str) -> None:
    assert query.in_vietnamese({"q": typed})["defType"] == "edismax"


@pytest.mark.parametrize("own", [{"qf": "title"}, {"defType": "dismax"}, {"mm": "1"}])
def test_settings_of_the_asker_are_left_alone(own: dict[str, str]) -> None:
    search = {"q": "du lịch", **own}
    assert query.in_vietnamese(search) == search


@pytest.mark.parametrize("everything", [None, "", "*:*", " ", '""'])
def test_a_search_for_everything_is_left_alone(everything: str | None) -> None:
    assert query.in_vietnamese({"q": everything}) == {"q": everything}


@pytest.mark.parametrize("typed", ['"', "???", "()", "AND"])
def test_signs_alone_find_nothing(typed: str) -> None:
    assert query.in_vietnamese({"q": typed})["q"] == query.NOTHING


def test_a_boost_of_the_asker_stays_beside_ours() -> None:
    assert query.in_vietnamese({"q": "du lịch", "bf": "ord(id)"})["bf"] == ["ord(id)", *query.RAISING]


def test_a_long_text_of_many_beginnings_of_field_names_is_read_at_once() -> None:
    # Took time that grew with the square of the length: this one would have kept a process for hours.
    assert not query.is_field_query("-hue_" * 200_000)


def test_a_long_name_of_a_field_is_one() -> None:
    assert query.is_field_query(f"extras_{'x' * 99}:y")
