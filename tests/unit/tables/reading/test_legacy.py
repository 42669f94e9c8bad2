"""Every Vietnamese letter is read from every encoding of before Unicode, and the encodings are told apart."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest

from ckanext.hue.tables.reading import legacy, vietnamese

Encode = Callable[[str], bytes]

SMALL = "aáàảãạăắằẳẵặâấầẩẫậđeéèẻẽẹêếềểễệiíìỉĩịoóòỏõọôốồổỗộơớờởỡợuúùủũụưứừửữựyýỳỷỹỵ"
LETTERS = SMALL + SMALL.upper()

# The same letters as fonts of each encoding are typed: the Western letters that stand for their bytes.
TCVN3_SMALL = "a¸µ¶·¹¨¾»¼½Æ©ÊÇÈÉË®eÐÌÎÏÑªÕÒÓÔÖiÝ×ØÜÞoãßáâä«èåæçé¬íêëìîuóïñòô\u00adøõö÷ùyýúûüþ"
TCVN3_CAPITALS = dict(zip("¡¢£¤¥¦§", "ĂÂÊÔƠƯĐ", strict=True))
VNI_SMALL = [
    *(
        "a",
        "aù",
        "aø",
        "aû",
        "aõ",
        "aï",
        "aê",
        "aé",
        "aè",
        "aú",
        "aü",
        "aë",
        "aâ",
        "aá",
        "aà",
        "aå",
        "aã",
        "aä",
    ),
    *(
        "ñ",
        "e",
        "eù",
        "eø",
        "eû",
        "eõ",
        "eï",
        "eâ",
        "eá",
        "eà",
        "eå",
        "eã",
        "eä",
        "i",
        "í",
        "ì",
        "æ",
        "ó",
        "ò",
    ),
    *(
        "o",
        "où",
        "oø",
        "oû",
        "oõ",
        "oï",
        "oâ",
        "oá",
        "oà",
        "oå",
        "oã",
        "oä",
        "ô",
        "ôù",
        "ôø",
        "ôû",
        "ôõ",
        "ôï",
    ),
    *("u", "uù", "uø", "uû", "uõ", "uï", "ö", "öù", "öø", "öû", "öõ", "öï", "y", "yù", "yø", "yû", "yõ", "î"),
]
VN1_CAPITALS = {
    0x80: "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ",
    0xA1: "ĂÂÊÔƠƯĐ",
    0xAF: "Ằ",
    0xBA: "Ẳ",
    0xBF: "ẴẮẦẨẪẤỀ",
    0xCD: "Ể",
    0xD9: "ỄẾỒ",
    0xE0: "Ổ",
    0xF0: "Ỗ",
    0xFF: "Ố",
    0x01: "ÚỤ",
    0x04: "ỪỬỮ",
    0x11: "ỨỰỲỶỸÝỴ",
}
TEXT = (
    "Cộng hòa xã hội chủ nghĩa Việt Nam. Độc lập – Tự do – Hạnh phúc. "
    "Ủy ban nhân dân thành phố Huế, Sở Du lịch; đường Lê Lợi, phường Thuận Hóa."
)


def tcvn3(text: str) -> bytes:
    table = dict(zip(SMALL, TCVN3_SMALL, strict=True)) | {v: k for k, v in TCVN3_CAPITALS.items()}
    return "".join(table.get(letter, letter) for letter in text).encode("cp1252")


def vni(text: str) -> bytes:
    table = dict(zip(SMALL, VNI_SMALL, strict=True))
    table |= {letter.upper(): written.upper() for letter, written in table.items()}
    return "".join(table.get(letter, letter) for letter in text).encode("cp1252")


def test_windows_1258_has_every_letter(windows_1258: Encode) -> None:
    assert len(set(LETTERS)) == 146
    assert legacy.WINDOWS_1258.decode(windows_1258(LETTERS)) == LETTERS


def test_tcvn3_has_every_small_letter_and_its_seven_capitals() -> None:
    assert legacy.TCVN3.decode(TCVN3_SMALL.encode("cp1252")) == SMALL
    assert legacy.TCVN3.decode("".join(TCVN3_CAPITALS).encode("cp1252")) == "ĂÂÊÔƠƯĐ"


def test_tcvn_5712_has_every_capital_too() -> None:
    found = {}
    for first, letters in VN1_CAPITALS.items():
        for code, letter in enumerate(letters, first):
            assert legacy.VN1.decode(bytes([code])) == letter
            found[letter] = code
    assert set(found) == {letter for letter in LETTERS if letter.isupper() and not letter.isascii()}
    assert legacy.VN1.decode(TCVN3_SMALL.encode("latin-1")) == SMALL


def test_vni_has_every_letter_of_both_cases() -> None:
    assert [legacy.VNI.decode(text.encode("cp1252")) for text in VNI_SMALL] == list(SMALL)
    capitals = [text.upper().encode("cp1252") for text in VNI_SMALL]
    assert list(map(legacy.VNI.decode, capitals)) == list(SMALL.upper())


def test_vni_capitals_are_read_with_small_marks() -> None:
    assert legacy.VNI.decode("Uûy ban Aùo daøi".encode("cp1252")) == "Ủy ban Áo dài"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (tcvn3(TEXT.replace("Ủ", "ủ")), legacy.TCVN3),
        (vni(TEXT), legacy.VNI),
    ],
    ids=["tcvn3", "vni"],
)
def test_an_encoding_is_found_by_the_words_that_it_makes(data: bytes, expected: legacy.Legacy) -> None:
    assert legacy.of_bytes(data) is expected
    assert expected.decode(data).lower() == TEXT.lower()


def test_windows_1258_is_found_by_the_words_that_it_makes(windows_1258: Encode) -> None:
    data = windows_1258(TEXT)
    assert legacy.of_bytes(data) is legacy.WINDOWS_1258
    assert legacy.WINDOWS_1258.decode(data) == TEXT


def test_capitals_of_tcvn_5712_are_told_from_the_quotes_of_tcvn3() -> None:
    capitals = {
        letter: code for first, text in VN1_CAPITALS.items() for code, letter in enumerate(text, first)
    }
    data = bytes(capitals.get(letter) or ord(letter) for letter in "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
    assert legacy.of_bytes(data) is legacy.VN1


def test_western_text_is_not_taken_for_vietnamese() -> None:
    assert legacy.of_bytes("Café naïf, garçon, Übergröße, Straße".encode("cp1252")) is legacy.WESTERN
    assert legacy.of_text("Café naïf, garçon, Übergröße, Straße, Ångström") is None


def test_legacy_text_within_unicode_is_found_and_repaired() -> None:
    typed = tcvn3("Ủy ban nhân dân thành phố Huế".lower()).decode("cp1252")
    assert legacy.of_text(typed) is legacy.TCVN3
    assert legacy.repaired(typed + " Huế", legacy.TCVN3) == "ủy ban nhân dân thành phố huế Huế"
    typed = vni(TEXT).decode("cp1252")
    assert legacy.of_text(typed) is legacy.VNI
    assert legacy.repaired(typed, legacy.VNI) == TEXT


def test_proper_unicode_is_left_alone() -> None:
    assert legacy.of_text(TEXT) is None
    assert legacy.of_text(unicodedata.normalize("NFD", TEXT)) is None


@pytest.mark.parametrize(
    "word", ["nghiêng", "quýt", "khuỷu", "gì", "giếng", "ướt", "yêu", "thuở", "Đường", "ỹ"]
)
def test_syllables_are_known(word: str) -> None:
    assert vietnamese.is_syllable(word)


@pytest.mark.parametrize("word", ["Hué", "ngê", "cê", "ớờ", "Straße", "naïf", "bcâ", "quâk"])
def test_what_is_no_syllable_is_known(word: str) -> None:
    assert not vietnamese.is_syllable(word)
