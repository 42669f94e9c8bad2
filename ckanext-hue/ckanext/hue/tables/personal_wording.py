"""What names of columns say of people, and which patterns their values are compared with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ckanext.hue.slug import fold

from .columns import PublishedColumn

IDENTITY, PHONE, EMAIL = "identity", "phone", "email"

# The provinces of Circular 07/2016/TT-BCA from 010 to 096, without their first zero; 001 to 008 are five.
_TENS = "1[0124579]|2[024-7]|3[013-8]|4[024-689]|5[12468]|6[024678]|7[024579]|8[0234679]|9[1-6]"
_BORN = "([01][0-9][0-9]|[23][0-2][0-9])"  # sex and century, year
_CCCD = f"0(0[12468]|{_TENS}){_BORN}[0-9]{{6}}"
_CMND = "(0[1-9]|[12][0-9]|3[0-8])[0-9]{7}"
# What is left of both when a system took them for numbers.
_WITHOUT_ZEROS = f"([12468]|{_TENS}){_BORN}[0-9]{{6}}|[1-9][0-9]{{7}}"
_BETWEEN = "[().-]*"
_MOBILE = rf"(^|[;,/|])[(]?([+]?84|0084|0){_BETWEEN}0?{_BETWEEN}[35789]({_BETWEEN}[0-9]){{8}}(?![0-9])"
_MOBILE_WITHOUT_ZERO = "^(84)?[35789][0-9]{8}([.]0)?$"
_PROVIDERS = (
    "@((gmail|googlemail|yahoo|ymail|rocketmail|outlook|hotmail|live|msn|icloud|aol|proton|protonmail|gmx"
    "|yandex|zing)[.][a-z]|(me|mac)[.]com$)"
)

# Words as they stand in names without marks; a name in one piece ("hotenchuho") may hold them anywhere.
_NAMED_IDENTITY = (
    "cccd|cmnd|cmtnd|can cuoc|chung minh (nhan dan|thu)|dinh danh (ca nhan|cong dan)|so dinh danh"
    "|giay to tuy than|identity (card|number)|id card"
)
_NAMED_PHONE = "dien thoai|sdt|so dt|di dong|phone|mobile|zalo|so lien he"
_OTHER_CODE = (
    "ho so|tai khoan|ma vach|barcode|quyet dinh|giay phep|so hieu|seri|serial|so thua|san pham|don hang"
    "|hop dong|hoa don|van ban|chung chi|bien nhan|phieu"
)
_TAX_CODE = "ma so thue|mst|tax code"
_PERSON = (
    "ho (va )?ten|nguoi|chu ho|hoc sinh|sinh vien|hoc vien|thi sinh|phu huynh|benh nhan|giao vien|giang vien"
    "|cong dan|cu tri|nhan khau|than nhan|nan nhan|ca nhan|tre em|hoi vien|doan vien|ung vien|chu xe"
    "|full name|student|patient|teacher"
)
# How many people there are, and who speaks for a business or an agency.
_NO_PERSON = (
    "(so|so luong|tong so|luot) (nguoi|hoc sinh|sinh vien|hoc vien|benh nhan|giao vien|nhan khau|tre em)"
    "|nguoi (lon|dai dien|lien he|phu trach|phat ngon|dung dau)|chu ho kinh doanh"
)
_ORGANIZATION = (
    "co so|co quan|don vi|doanh nghiep|cong ty|to chuc|khach san|nha hang|hop tac xa|truong|benh vien"
    "|phong kham|cua hang|chi nhanh|van phong|hotline|duong day nong"
)
_BETWEEN_WORDS = re.compile(r"[^a-z0-9]+")


def names_identity(names: Sequence[str]) -> bool:
    """Whether a column's names say that it holds identity numbers."""
    return _says(_NAMED_IDENTITY, names)


def patterns(names: Sequence[str], *, is_text: bool, people: bool) -> dict[str, str]:
    """What values of a column may be, by kind. Numbers are sums of money more often than people's."""
    found = {}
    if names_identity(names):
        found[IDENTITY] = rf"^({_CCCD}|{_CMND}|{_WITHOUT_ZEROS})([.]0)?$"
    elif is_text and not _says(f"{_OTHER_CODE}|{_NAMED_PHONE}", names):
        a_code = _says(_TAX_CODE, names) or any(name.startswith("ma") for name in names)
        found[IDENTITY] = f"^{_CCCD}$" if a_code else f"^({_CCCD}|{_CMND})$"
    if people and is_text:
        found |= {PHONE: _MOBILE, EMAIL: _PROVIDERS}
        if _says(_NAMED_PHONE, names):
            found[PHONE] = f"{_MOBILE}|{_MOBILE_WITHOUT_ZERO}"
    elif people and _says(_NAMED_PHONE, names):
        found[PHONE] = _MOBILE_WITHOUT_ZERO
    return found


def of_people(names: Sequence[Sequence[str]]) -> list[bool]:
    """Whether each column tells of people: by its name, the one beside it, or what the table begins with."""
    persons = [_is_person(each) for each in names]
    organizations = [
        _says(_ORGANIZATION, each) and not person for each, person in zip(names, persons, strict=True)
    ]
    subject = next(
        (person for person, other in zip(persons, organizations, strict=True) if person or other), False
    )
    around = [False, *persons, False]
    return [
        not organization and (subject or any(around[at : at + 3]))
        for at, organization in enumerate(organizations)
    ]


def _is_person(names: Sequence[str]) -> bool:
    return _says(_PERSON, [re.sub(_pattern(_NO_PERSON), " ", name) for name in names])


def names_of(column: PublishedColumn) -> list[str]:
    """A column's names and label without case and marks, words apart."""
    given = (column.source_name, column.name, str(column.info.get("label") or ""))
    return [name for name in (_BETWEEN_WORDS.sub(" ", fold(text)).strip() for text in given) if name]


def _says(words: str, names: Iterable[str]) -> bool:
    pattern = _pattern(words)
    return any(
        re.search(pattern if " " not in name else rf"\b({pattern})\b", name) is not None for name in names
    )


def _pattern(words: str) -> str:
    return words.replace(" ", " ?")
