"""What may be asked of the catalogue, and the words in which the rest is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import ckan.plugins.toolkit as tk

from ckanext.hue import config

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
MAX_PAGE = 1_000_000
MAX_QUERY = 1_000  # characters
MAX_SEARCH_PAGE = 1_000
_SIGN_LOST = re.compile(r" (\d\d:?\d\d)$")  # a plus in an address is read as a blank
_AFTER = re.compile(r"[\w.-]{0,100}", re.ASCII)


class Refused(Exception):
    """A question that cannot be answered; the text says why."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the catalogue. `after`: the last dataset of the page before, with modified_since."""

    page: int = 1
    q: str = ""
    fq: str = ""
    since: datetime | None = None
    after: str = ""

    @property
    def searches(self) -> bool:
        return bool(self.q or self.fq)


def question(arguments: Mapping[str, str]) -> Question:
    """The question that an address asks. Raises Refused."""
    profiles = arguments.get("profiles", "")
    if profiles and profiles.split(",") != config.rdf_profiles():
        names = ", ".join(config.rdf_profiles())
        raise Refused(tk._("profiles: cổng chỉ phát theo hồ sơ {names}.").format(names=names))
    asked = Question(
        _page(arguments.get("page", "")),
        _query("q", arguments),
        _query("fq", arguments),
        moment("modified_since", arguments),
        _after(arguments),
    )
    if asked.searches and asked.page > MAX_SEARCH_PAGE:
        reason = tk._("page: kết quả tìm kiếm chỉ xem được tới trang {most}.")
        raise Refused(reason.format(most=MAX_SEARCH_PAGE))
    return asked


def moment(name: str, arguments: Mapping[str, str]) -> datetime | None:
    """A moment in an address, in UTC where it names no zone; None when there is none. Raises Refused."""
    text = arguments.get(name, "").strip()
    if not text:
        return None
    try:
        value = datetime.fromisoformat(_SIGN_LOST.sub(r"+\1", text))
        value = value if value.tzinfo else value.replace(tzinfo=UTC)
        return value.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        reason = tk._("{name}: thời điểm phải viết theo ISO 8601, ví dụ 2026-01-31T08:00:00Z.")
        raise Refused(reason.format(name=name)) from error


def _after(arguments: Mapping[str, str]) -> str:
    after = arguments.get("after", "")
    if not _AFTER.fullmatch(after):
        raise Refused(tk._("after: giá trị này chỉ lấy từ liên kết sang trang sau."))
    return after


def _page(text: str) -> int:
    if not text:
        return 1
    if not (
        text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_PAGE)) and 0 < int(text) <= MAX_PAGE
    ):
        raise Refused(tk._("page: số trang phải là số nguyên từ 1 đến {most}.").format(most=MAX_PAGE))
    return int(text)


def _query(name: str, arguments: Mapping[str, str]) -> str:
    text = arguments.get(name, "").strip()
    if len(text) > MAX_QUERY:
        reason = tk._("{name}: câu tìm kiếm dài quá {most} ký tự.")
        raise Refused(reason.format(name=name, most=MAX_QUERY))
    return text
