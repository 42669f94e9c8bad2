"""How Vietnamese text is told from text that was decoded wrongly: by counting words that are syllables."""

from __future__ import annotations

import re
import unicodedata

_MARKS = dict.fromkeys(map(ord, "\u0300\u0301\u0303\u0309\u0323"))
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
# A run of letters; anything beyond ASCII counts as one, so that wrong symbols spoil their word.
_WORD = re.compile(r"(?:[A-Za-z]|[^\x00-\x7f])+")
_NOT_LETTERS = re.compile("[\u00a0\u2010-\u2026\u20ab\u00b0\u00b2\u00b3\u00d7\u00f7\ufeff]")
_SYLLABLE = re.compile(
    r"(?:(?:b|ch|đ|d|gi|h|kh|l|m|nh|n|ph|r|s|th|tr|t|v|x|p)?"
    r"|(?:k|gh|ngh)(?=[eêiy])|(?:c|g|ng)(?![eêiy])|g(?=i)|qu(?=[aăâeêioôơyu]))"
    r"(?:"
    r"(?:iê|yê|uyê|uô|ươ|oă|uâ|ă|â|uyn|oe|oo)(?:ch|c|m|ng|nh|n|p|t|u|y)?"
    r"|(?:a|oa|o|ô|u|ư|e|ê|i|y|uê|uy|ơ|uơ|ua)(?:ch|c|m|ng|nh|n|p|t)?"
    r"|(?:a|oa|u|ô|uô|ơ|ươ|ư|o)i|[aâ]y|(?:oa|uâ)y|(?:a|e|oe|oa)o|(?:a|â|ê|iê|yê|i|ươ|ư|uy)u"
    r"|ia|ưa|uya|uơ"
    r")"
)


def is_syllable(word: str) -> bool:
    """Whether a word, in NFC, is spelt as a Vietnamese syllable with at most one tone mark."""
    decomposed = unicodedata.normalize("NFD", word.lower())
    if len(_TONES.findall(decomposed)) > 1:
        return False
    toneless = unicodedata.normalize("NFC", decomposed.translate(_MARKS))
    return _SYLLABLE.fullmatch(toneless) is not None


def score(text: str) -> tuple[int, int]:
    """Of the text's different words with letters beyond ASCII: how many are syllables, how many in all."""
    words = set(_WORD.findall(_NOT_LETTERS.sub(" ", unicodedata.normalize("NFC", text))))
    # A letter alone proves little: a dash of one encoding is a capital of another.
    marked = [word for word in words if len(word) > 1 and not word.isascii()]
    return sum(map(is_syllable, marked)), len(marked)
