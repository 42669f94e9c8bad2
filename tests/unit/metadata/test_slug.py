"""Names made from Vietnamese text."""

from __future__ import annotations

import re
import unicodedata
from io import BytesIO

import pytest
from werkzeug.datastructures import FileStorage

from ckanext.hue.slug import clean_tag, rename_upload, safe_filename_vi, slugify_vi, with_suffix

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
ALPHABET = "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Dữ liệu mở Huế", "du-lieu-mo-hue"),
        ("ĐƯỜNG PHỐ, đường làng", "duong-pho-duong-lang"),
        ("Bưu chính – Viễn thông", "buu-chinh-vien-thong"),
        ("  Giá vé (2024/2025)  ", "gia-ve-2024-2025"),
        ("Ðất đai", "dat-dai"),  # an eth, typed for Đ
        ("<b>Du lịch</b>", "b-du-lich-b"),
        ("<script>alert('Huế')</script>", "script-alert-hue-script"),
        ("Diện tích (km²)", "dien-tich-km2"),
    ],
)
def test_a_title_becomes_its_letters_without_marks(title: str, slug: str) -> None:
    assert slugify_vi(title) == slug


def test_no_letter_of_the_alphabet_is_lost() -> None:
    for text in (ALPHABET, ALPHABET.upper(), unicodedata.normalize("NFD", ALPHABET)):
        assert len(slugify_vi(text)) == len(ALPHABET)


def test_decomposed_text_has_the_name_of_composed_text() -> None:
    title = "Cơ sở lưu trú trên địa bàn thành phố"
    assert slugify_vi(unicodedata.normalize("NFD", title)) == slugify_vi(title)


@pytest.mark.parametrize(
    ("title", "length", "slug"),
    [
        ("Một hai ba bốn", 10, "mot-hai-ba"),
        ("Một hai ba bốn", 11, "mot-hai-ba"),
        ("Một hai ba bốn", 9, "mot-hai"),
        ("đ" * 400, 100, "d" * 100),
        ("a" * 99 + " bc", 100, "a" * 99),
        ("a" * 99 + " bc", 20, "a" * 20),
    ],
)
def test_a_long_title_is_cut_between_words(title: str, length: int, slug: str) -> None:
    assert slugify_vi(title, max_length=length) == slug


def test_a_title_of_300_characters_has_a_name_that_ckan_accepts() -> None:
    title = ("Danh sách cơ sở lưu trú " * 20)[:300]
    assert NAME.fullmatch(slugify_vi(title))
    assert 90 < len(slugify_vi(title)) <= 100


@pytest.mark.parametrize("title", ["", " ", "😀", "数据", "!?", "đ", "\ud800", "\x00"])
def test_what_leaves_nothing_still_has_a_name_and_always_the_same(title: str) -> None:
    slug = slugify_vi(title)
    assert NAME.fullmatch(slug)
    assert slug.startswith("du-lieu-")
    assert slugify_vi(title) == slug


def test_different_titles_that_leave_nothing_have_different_names() -> None:
    assert slugify_vi("😀") != slugify_vi("数据")


def test_a_suffix_keeps_the_name_short_enough() -> None:
    assert with_suffix("so-lieu", 2) == "so-lieu-2"
    long = slugify_vi("Một hai ba " * 40)
    assert with_suffix(long, 123).endswith("-123")
    assert len(with_suffix(long, 123)) <= 100


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("Dữ liệu Đất đai (2024).XLSX", "du-lieu-dat-dai-2024.xlsx"),
        (unicodedata.normalize("NFD", "Bảng giá vé.csv"), "bang-gia-ve.csv"),
        ("so_lieu.v2.csv", "so_lieu.v2.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Tài liệu\\bảng.csv", "bang.csv"),
        (".htaccess", "htaccess"),
        ("bảng\x00giá.csv", "bang-gia.csv"),
        ("a" * 300 + ".csv", "a" * 96 + ".csv"),
    ],
)
def test_a_file_keeps_a_readable_and_safe_name(given: str, safe: str) -> None:
    assert safe_filename_vi(given) == safe


@pytest.mark.parametrize("given", ["", "..", "/", "😀", "😀.csv", "....", "___"])
def test_no_file_is_without_a_name_or_hidden(given: str) -> None:
    assert re.fullmatch(r"[a-z0-9][a-z0-9_.-]*", safe_filename_vi(given))


def test_an_upload_is_renamed_before_ckan_sees_it() -> None:
    upload = FileStorage(BytesIO(b""), filename="Đất đai.csv")
    rename_upload({"upload": upload})
    assert upload.filename == "dat-dai.csv"


def test_a_resource_without_upload_is_left_alone() -> None:
    resource = {"url": "https://example.org/Đất.csv", "upload": ""}
    rename_upload(resource)
    assert resource == {"url": "https://example.org/Đất.csv", "upload": ""}


@pytest.mark.parametrize(
    ("word", "tag"),
    [
        ("Bưu chính – Viễn thông", "Bưu chính - Viễn thông"),
        ("giao thông/vận tải", "giao thông vận tải"),
        (unicodedata.normalize("NFD", "du lịch"), "du lịch"),
        ("<b>", "b"),
        ("x" * 200, "x" * 100),
        ("!!", ""),
    ],
)
def test_a_keyword_keeps_what_ckan_accepts(word: str, tag: str) -> None:
    assert clean_tag(word) == tag
