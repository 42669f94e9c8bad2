"""Administrative units: the two levels in force since 2025-07-01, and the portal's own former districts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from vietnam_provinces.lookup import PROVINCE_MAPPING, WARD_MAPPING

from ckanext.hue import config
from ckanext.hue.schemas import FOLDER, concepts_of
from ckanext.hue.slug import fold

FORMER_UNITS = FOLDER / "former_units.yaml"
_KIND = re.compile(r"^(thanh pho|thi xa|dac khu|tinh|phuong|xa|quan|huyen) ")


@dataclass(frozen=True, slots=True)
class Unit:
    """code: two digits (province), three (former district) or five (ward, commune).

    province: the code of the province that it is, or lies in.
    """

    code: str
    name: str
    province: str
    former: bool = False

    @property
    def words(self) -> list[str]:
        return _words(f"{self.name} {_province_name(self.province)} {self.code}")


def search(text: str, limit: int) -> list[Unit]:
    """The units that have every word of `text` (with or without accents, or a code), the best first.

    An empty text finds the units of the portal's own province.
    """
    wanted = _words(text)
    if not wanted:
        return home_units()[:limit]
    found = (unit for unit, words in _searchable() if _has_all(words, wanted))
    return sorted(found, key=lambda unit: _rank(unit, text, wanted))[:limit]


def unit(code: str) -> Unit | None:
    """The unit with this code; None when there is none."""
    return _units().get(code)


def name_of(code: str) -> str:
    """The name of the unit with this code; empty when there is none."""
    found = unit(code)
    return found.name if found else ""


def is_name(text: str) -> bool:
    """Whether some unit is called exactly so."""
    return text in _all_names(Path(config.former_units() or FORMER_UNITS))


def label(found: Unit) -> str:
    """The name that tells a unit from all others: with its province where that is not the portal's."""
    name = f"{found.name} (đơn vị cũ)" if found.former else found.name
    elsewhere = found.province != found.code and found.province != config.province()
    return f"{name}, {_province_name(found.province)}" if elsewhere else name


def home_units() -> list[Unit]:
    """The portal's own province, its wards and communes, then its former districts."""
    home = config.province()
    units = [unit for unit in _units().values() if unit.province == home]
    return sorted(units, key=lambda unit: (unit.code != home, unit.former))


def provinces() -> list[Unit]:
    """All provinces, in the order of their codes."""
    return [unit for unit in _units().values() if unit.code == unit.province]


def _rank(found: Unit, text: str, wanted: list[str]) -> tuple[object, ...]:
    own_words = _words(found.name)
    return (
        found.code != text.strip(),
        not _has_all(own_words, wanted),
        not _has_all(_proper_words(found.name), _proper_words(text)),  # "phu" is Phú Xuân before any Phường
        found.province != config.province(),
        fold(text).strip() not in fold(found.name),  # in this order
        text.strip().lower() not in found.name.lower(),  # typed with its accents
        found.former,
        found.code != found.province,
        found.name,
    )


def _has_all(words: Iterable[str], wanted: Iterable[str]) -> bool:
    return all(any(word.startswith(start) for word in words) for start in wanted)


def _province_name(code: str) -> str:
    found = PROVINCE_MAPPING.get(int(code))
    return found.name if found else ""


def _proper_words(name: str) -> list[str]:
    return _words(_KIND.sub("", fold(name)))


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", fold(text))


def _units() -> dict[str, Unit]:
    return _all_units(Path(config.former_units() or FORMER_UNITS))


def _searchable() -> list[tuple[Unit, list[str]]]:
    return _all_words(Path(config.former_units() or FORMER_UNITS))


@cache
def _all_words(former_units: Path) -> list[tuple[Unit, list[str]]]:
    return [(unit, unit.words) for unit in _all_units(former_units).values()]


@cache
def _all_names(former_units: Path) -> frozenset[str]:
    return frozenset(unit.name for unit in _all_units(former_units).values())


@cache
def _all_units(former_units: Path) -> dict[str, Unit]:
    provinces = [
        Unit(f"{code:02d}", province.name, f"{code:02d}") for code, province in PROVINCE_MAPPING.items()
    ]
    wards = [
        Unit(f"{code:05d}", ward.name, f"{ward.province_code:02d}") for code, ward in WARD_MAPPING.items()
    ]
    former = [
        Unit(entry.code, entry.name, entry["province"], former=True) for entry in concepts_of(former_units)
    ]
    return {unit.code: unit for unit in (*provinces, *wards, *former)}
