"""What a column is good for in a chart, told by its name, its label and its profile."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from ckanext.hue.slug import fold

from .columns import Column
from .places import place_of

FIRST_YEAR, LAST_YEAR = 1900, 2100
LONG = 120  # characters; longer text describes, it does not classify
MAX_CATEGORIES = 60  # values of a column that tells groups apart

# Numbers that name something rather than measure it
_CODE = re.compile(
    r"^(ma|id|stt|so thu tu|thu tu|so hieu|mst|cccd|cmnd|sdt|dien thoai|so dien thoai|fax|phone|tel|code"
    r"|zip|hotline|tai khoan|so tai khoan)( |$)|\b(id|code)$|\bma( so)?( don vi| xa| huyen| tinh)?$"
    r"|(typeid|ticketid|groupid)$"
)
_JOINED_CODE = re.compile(
    r"^(ma|id|stt|sttbanghi|thutu|sohieu|sdt|dienthoai|sodienthoai|didong|totalrows|mst|masothue"
    r"|madonvi|maquanhuyen|maphuongxa|groupid|[a-z]+id)$"
)
_YEAR = re.compile(r"\bnam\b|\byear\b|^nam")
# What is averaged, not added up
_INTENSIVE = re.compile(
    r"\b(ty le|ti le|ty trong|ti trong|ty suat|phan tram|trung binh|binh quan|gia|don gia|nhiet do|ph|do am"
    r"|muc nuoc|nong do|chi so|diem so|xep hang|thu hang|hang|nang suat|mat do|toc do|hang sao|muc do|do tuoi"
    r"|giam so voi|tang so voi|bien dong|muc tang|gian cach|cu ly)\b|price|rate|average"
)
_WAGE = re.compile(r"\blương\b", re.IGNORECASE)  # without its marks it could be an amount, lượng
_RATIO_UNITS = re.compile(r"%|/|°|^(do|sao|diem|diem phan tram|m|mm|cm|ph)$")
_TOTAL = re.compile(
    r"^(tong( so| cong| chung| the)?|toan (tinh|thanh pho|quoc|dia ban|nganh)|ca nuoc|tat ca|cong|total|all)$"
)
_SECONDARY = re.compile(r"^(gio|thoi gian|muc|danh gia|chuyen|tinh trang)\b")
_LEFT_OUT = re.compile(
    r"\b(ghi chu|don vi tinh|don vi ban|dia chi|mo ta|hinh anh|anh|email|website|url|duong dan)\b"
)


class Role(Enum):
    """What a column can be in a chart."""

    TIME = "time"
    YEAR = "year"
    MEASURE = "measure"
    CATEGORY = "category"
    NAME = "name"  # a text of its own in each row
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Trait:
    """A column and what its profile tells. `totals` are its values that stand for all others together."""

    column: Column
    role: Role
    distinct: int
    filled: int
    low: str = ""
    high: str = ""
    totals: tuple[str, ...] = ()

    @property
    def averaged(self) -> bool:
        """Whether sums of this measure would mean nothing."""
        return bool(_RATIO_UNITS.search(fold(self.column.unit).strip())) or bool(
            _INTENSIVE.search(_words(self.column.label)) or _WAGE.search(self.column.label)
        )

    @property
    def secondary(self) -> bool:
        """Whether this grouping says less than others: hours, grades of a measure, lists of remarks."""
        return bool(_SECONDARY.match(_words(self.column.label)))

    @property
    def is_total(self) -> bool:
        return bool(re.match(r"^tong( so\b| cong\b|$)", _words(self.column.label)))


def traits_of(columns: Mapping[str, Column], profile: Mapping[str, Any]) -> list[Trait]:
    """The traits of all columns, in their order. profile: as `hue_table_profile` answers."""
    place = place_of(columns, profile)
    here = {column.name for column in place.columns} if place else set()
    profiled = {entry["id"]: entry for entry in profile["columns"]}
    rows = profile["rows"]
    return [
        _trait(column, profiled[name], rows, coordinate=name in here)
        for name, column in columns.items()
        if name in profiled
    ]


def is_total(text: str) -> bool:
    """Whether a value stands for all others together, as “Tổng số” does."""
    return _TOTAL.match(_words(text)) is not None


def _trait(column: Column, profile: Mapping[str, Any], rows: int, *, coordinate: bool) -> Trait:
    distinct, filled = int(profile.get("distinct") or 0), rows - int(profile["nulls"])
    low, high = profile.get("min"), profile.get("max")
    return Trait(
        column=column,
        role=Role.NONE if coordinate or not filled else _role(column, profile, distinct, filled),
        distinct=distinct,
        filled=filled,
        low="" if low is None else str(low),
        high="" if high is None else str(high),
        totals=tuple(
            top["value"]
            for top in profile.get("top", ())
            if isinstance(top["value"], str) and is_total(top["value"])
        ),
    )


def _role(column: Column, profile: Mapping[str, Any], distinct: int, filled: int) -> Role:
    if column.kind in ("date", "time"):
        return Role.TIME if _in_calendar(profile) else Role.NONE
    if column.kind == "bool":
        return Role.CATEGORY if distinct > 1 else Role.NONE
    if column.kind == "number":
        return _role_of_number(column, profile)
    if column.kind != "text" or (profile.get("longest") or 0) > LONG:
        return Role.NONE
    if _is_code(column) or _LEFT_OUT.search(_words(column.label)) or _holds_addresses(profile):
        return Role.NONE
    if 2 <= distinct <= MAX_CATEGORIES and (distinct < filled or distinct <= MAX_CATEGORIES):
        return Role.CATEGORY if distinct < filled else Role.NAME
    return Role.NAME if distinct > 1 else Role.NONE


def _role_of_number(column: Column, profile: Mapping[str, Any]) -> Role:
    low, high = profile.get("min"), profile.get("max")
    words = f"{_words(column.label)} {_words(column.name)}"
    whole = column.table.type.startswith("int") or _all_whole(profile)
    if low is None or high is None or isinstance(low, str) or isinstance(high, str):
        return Role.NONE  # NaN and infinity come as text
    if whole and _YEAR.search(words) and low >= FIRST_YEAR and high <= LAST_YEAR:
        return Role.YEAR
    return Role.NONE if _is_code(column) or column.is_key else Role.MEASURE


def _is_code(column: Column) -> bool:
    label, name = _words(column.label), re.sub(r"[^a-z0-9]+", "", fold(column.name))
    labelled = column.label != column.name
    return bool(_CODE.search(label)) or bool(not labelled and _JOINED_CODE.match(name))


def _holds_addresses(profile: Mapping[str, Any]) -> bool:
    return any(str(top["value"]).startswith(("http://", "https://")) for top in profile.get("top", ())[:3])


def _all_whole(profile: Mapping[str, Any]) -> bool:
    return all(float(top["value"]).is_integer() for top in profile.get("top", ()) if _finite(top["value"]))


def _finite(value: Any) -> bool:
    return isinstance(value, (int, float)) or not isinstance(value, str)


def _in_calendar(profile: Mapping[str, Any]) -> bool:
    try:
        low, high = (date.fromisoformat(str(profile[end])[:10]) for end in ("min", "max"))
    except ValueError:
        return False
    return low.year >= FIRST_YEAR and high.year <= LAST_YEAR


def _words(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", fold(text)))
