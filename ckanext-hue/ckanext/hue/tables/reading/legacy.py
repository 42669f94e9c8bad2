"""The one-byte encodings of Vietnamese from before Unicode, as conversions of bytes and of text.

Python knows Windows-1258 alone. TCVN3, whose fonts are called ABC or .Vn…, gives each letter a byte; VNI
writes a letter and its marks as two. Text of both is also found in Unicode files and workbooks, as the
Western letters that stand for those bytes ("Céng hoµ" for "Cộng hoà").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from . import vietnamese

# The upper half of TCVN 5712:1993 (VN1) from byte 80 on. TCVN3 is the same from A0 on, without the toned
# capitals: its fonts have capitals of their own under the bytes of the small letters.
_UPPER_HALF = (
    "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨ"
    "ÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ"
    "\u00a0ĂÂÊÔƠƯĐăâêôơưđẰ"
    "\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴ"
    "ẮẦẨẪẤỀặầẩẫấậèỂẻẽ"
    "éẹềểễếệìỉỄẾỒĩíịò"
    "Ổỏõóọồổỗốộờởỡớợù"
    "ỖủũúụừửữứựỳỷỹýỵỐ"
)
_CONTROLS = dict(zip((1, 2, 4, 5, 6, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17), "ÚỤỪỬỮỨỰỲỶỸÝỴ", strict=True))
_VN1 = {**dict(enumerate(_UPPER_HALF, 0x80)), **_CONTROLS}
_TCVN3 = dict(enumerate(_UPPER_HALF[0x20:], 0xA0))

_ACUTE, _GRAVE, _HOOK, _TILDE, _DOT = "\u0301", "\u0300", "\u0309", "\u0303", "\u0323"
_CIRCUMFLEX, _BREVE = "\u0302", "\u0306"
_VNI_MARKS = {
    **dict(zip("ùøûõï", (_ACUTE, _GRAVE, _HOOK, _TILDE, _DOT), strict=True)),
    **dict(
        zip("âáàåãä", (_CIRCUMFLEX + tone for tone in ("", _ACUTE, _GRAVE, _HOOK, _TILDE, _DOT)), strict=True)
    ),
    **dict(zip("êéèúüë", (_BREVE + tone for tone in ("", _ACUTE, _GRAVE, _HOOK, _TILDE, _DOT)), strict=True)),
}
_VNI_MARKS |= {letter.upper(): marks for letter, marks in _VNI_MARKS.items()}
_VNI_LETTERS = dict(zip("ñôöòóæîÑÔÖÒÓÆÎ", "đơưịĩỉỵĐƠƯỊĨỈỴ", strict=True))
_VNI = re.compile(f"([aeouyAEOUYôöÔÖ])([{''.join(_VNI_MARKS)}])|[{''.join(_VNI_LETTERS)}]")

_MIN_SHARE = (
    0.6  # of words with letters beyond ASCII that are Vietnamese, where the bytes must mean something
)
# Text in Unicode is right as it is unless much speaks against it.
_MIN_WORDS = 6
_MIN_SHARE_IN_UNICODE = 0.75
_MAX_PROPER_SHARE = 0.1  # of letters that only proper Unicode has


def _from_vni(text: str) -> str:
    def letter(found: re.Match[str]) -> str:
        base, mark = found.groups()
        if base is None:
            return _VNI_LETTERS[found[0]]
        return _VNI_LETTERS.get(base, base) + _VNI_MARKS[mark]

    return unicodedata.normalize("NFC", _VNI.sub(letter, text))


def _from_tcvn3(text: str) -> str:
    return unicodedata.normalize("NFC", text.translate(_TCVN3))


def _from_vn1(text: str) -> str:
    return unicodedata.normalize("NFC", text.translate(_VN1))


def _from_windows_1258(text: str) -> str:
    return unicodedata.normalize("NFC", text)


@dataclass(frozen=True, slots=True)
class Legacy:
    """An encoding: the code page that its bytes are looked up in, and what makes Vietnamese of that text."""

    name: str
    code_page: str
    convert: Callable[[str], str]

    def decode(self, data: bytes) -> str:
        """Raises UnicodeDecodeError."""
        return self.convert(data.decode(self.code_page))


WINDOWS_1258 = Legacy("Windows-1258", "cp1258", _from_windows_1258)
TCVN3 = Legacy("TCVN3 (ABC)", "cp1252", _from_tcvn3)
VN1 = Legacy("TCVN 5712 (VN1)", "latin-1", _from_vn1)
VNI = Legacy("VNI", "cp1252", _from_vni)
WESTERN = Legacy("Windows-1252", "cp1252", str)
LATIN_1 = Legacy("ISO 8859-1", "latin-1", str)

_VIETNAMESE = (WINDOWS_1258, TCVN3, VN1, VNI)


def of_bytes(sample: bytes) -> Legacy:
    """The encoding in which most words of the sample are Vietnamese; a Western one where none fits."""
    found: list[tuple[float, int, Legacy]] = []
    for encoding in _VIETNAMESE:
        try:
            good, words = vietnamese.score(encoding.decode(sample))
        except UnicodeDecodeError:
            continue
        found.append((good / words if words else 0, good, encoding))
    # The first of equal ones wins: max keeps it.
    share, _, best = max(found, key=lambda entry: entry[:2])
    if share >= _MIN_SHARE:
        return best
    try:
        sample.decode(WESTERN.code_page)
    except UnicodeDecodeError:
        return LATIN_1
    return WESTERN


def of_text(sample: str) -> Legacy | None:
    """The encoding whose bytes were taken for Western letters in this text, if it is such text."""
    good, words = vietnamese.score(sample)
    if words < _MIN_WORDS or good / words >= _MIN_SHARE or _is_proper(sample):
        return None
    best, share = None, good / words
    for encoding in (TCVN3, VNI):
        good, words = vietnamese.score(repaired(sample, encoding))
        if words >= _MIN_WORDS and good / words >= _MIN_SHARE_IN_UNICODE and good / words > share:
            best, share = encoding, good / words
    return best


def _is_proper(text: str) -> bool:
    beyond = [letter for letter in text if not letter.isascii() and letter.isalpha()]
    proper = sum(letter >= "\u0100" for letter in beyond)
    return proper > len(beyond) * _MAX_PROPER_SHARE


_RUN = re.compile(r"[^\s]*[^\x00-\x7f\s][^\s]*")


def repaired(text: str, encoding: Legacy) -> str:
    """Text whose legacy words are Vietnamese; words with a letter that no code page has are left alone."""

    def word(found: re.Match[str]) -> str:
        try:
            found[0].encode(encoding.code_page)
        except UnicodeEncodeError:
            return found[0]
        return encoding.convert(found[0])

    return _RUN.sub(word, text)
