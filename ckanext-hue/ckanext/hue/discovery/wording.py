"""Descriptions for machines: plain text, never too short, never too long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

# What Google asks of the description of a dataset.
LEAST = 50  # characters
MOST = 5_000
PREVIEW = 200  # of a link that somebody shares
_NAMED_COLUMNS = 12


def described(text: str, title: str, agency: str, columns: Sequence[str] = ()) -> str:
    """A description of a dataset of LEAST to MOST characters; a short one is completed with what is known.

    text: what the agency wrote, without markup; columns: what people call the columns of its tables.
    """
    text = one_spaced(text)
    if len(text) >= LEAST:
        return shortened(text, MOST)
    sentences = [text, _sentence("Bộ dữ liệu", title), _sentence("Cơ quan công bố:", agency)]
    if columns:
        named = ", ".join(columns[:_NAMED_COLUMNS]) + (", …" if len(columns) > _NAMED_COLUMNS else "")
        sentences.append(_sentence("Các cột:", named))
    sentences.append("Dữ liệu mở, ai cũng được xem, tải về và dùng trong chương trình.")
    return shortened(" ".join(_ended(filter(None, sentences))), MOST)


def shortened(text: str, most: int) -> str:
    """The text in at most `most` characters, cut behind a word unless that loses half of them."""
    if len(text) <= most:
        return text
    end = text.rfind(" ", most // 2, most)
    return text[: end if end > 0 else most - 1].rstrip() + "…"


def one_spaced(text: str) -> str:
    """The text on one line, its words apart by one space."""
    return " ".join(text.split())


def _sentence(beginning: str, rest: str) -> str:
    return f"{beginning} {one_spaced(rest)}" if rest.strip() else ""


def _ended(sentences: Iterable[str]) -> Iterable[str]:
    return (sentence if sentence.endswith((".", "…", "!", "?")) else f"{sentence}." for sentence in sentences)
