"""Administrative units of Huế with a middle point, and the stretch of place and time that a table covers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property

from vietnam_provinces import Ward
from vietnam_provinces.codes import ProvinceCode

from .draw import Draw

HUE = ProvinceCode(46)

# Longitude and latitude near the middle of the inhabited part, to about two kilometres.
WARD_CENTRES = {
    "19768": (107.577, 16.476), "19777": (107.607, 16.477), "19786": (107.592, 16.463),
    "19810": (107.549, 16.461), "19813": (107.570, 16.434), "19815": (107.602, 16.449),
    "19819": (107.368, 16.566), "19828": (107.436, 16.668), "19831": (107.384, 16.640),
    "19864": (107.430, 16.548), "19867": (107.522, 16.567), "19873": (107.527, 16.620),
    "19885": (107.478, 16.574), "19900": (107.642, 16.552), "19909": (107.612, 16.512),
    "19918": (107.690, 16.472), "19930": (107.638, 16.490), "19942": (107.722, 16.424),
    "19945": (107.760, 16.450), "19960": (107.690, 16.396), "19969": (107.632, 16.436),
    "19975": (107.676, 16.421), "19996": (107.472, 16.524), "20014": (107.578, 16.522),
    "20017": (107.513, 16.512), "20023": (107.543, 16.487), "20035": (107.502, 16.372),
    "20044": (107.230, 16.274), "20050": (107.372, 16.268), "20056": (107.152, 16.338),
    "20071": (107.272, 16.234), "20101": (107.338, 16.132), "20107": (107.858, 16.280),
    "20122": (107.832, 16.385), "20131": (107.738, 16.336), "20140": (107.782, 16.306),
    "20152": (108.010, 16.272), "20161": (107.726, 16.168), "20179": (107.690, 16.118),
    "20182": (107.622, 16.134),
}  # fmt: skip

STREETS = {
    "19786": ("Lê Lợi", "Hùng Vương", "Nguyễn Huệ", "Bến Nghé", "Đống Đa", "Phan Bội Châu", "Võ Thị Sáu"),
    "19768": ("Trần Hưng Đạo", "Đinh Tiên Hoàng", "Mai Thúc Loan", "Nguyễn Trãi", "Chi Lăng", "Bạch Đằng"),
    "19777": ("Nguyễn Sinh Cung", "Phạm Văn Đồng", "Hàn Mặc Tử", "Tùng Thiện Vương"),
    "19815": ("An Dương Vương", "Hoàng Quốc Việt", "Ngự Bình", "Nguyễn Khoa Chiêm"),
    "19813": ("Bùi Thị Xuân", "Lê Ngô Cát", "Huyền Trân Công Chúa", "Minh Mạng"),
    "19810": ("Kim Long", "Nguyễn Phúc Nguyên", "Nguyễn Hoàng", "Phạm Thị Liên"),
}

# District units of the years before 2025, for the tables of that time.
DISTRICTS = (
    ("474", "Thành phố Huế", 107.590, 16.464), ("479", "Thị xã Hương Thủy", 107.676, 16.421),
    ("480", "Thị xã Hương Trà", 107.472, 16.524), ("476", "Huyện Phong Điền", 107.368, 16.566),
    ("477", "Huyện Quảng Điền", 107.522, 16.567), ("478", "Huyện Phú Vang", 107.722, 16.424),
    ("482", "Huyện Phú Lộc", 107.858, 16.280), ("483", "Huyện Nam Đông", 107.726, 16.168),
    ("481", "Huyện A Lưới", 107.230, 16.274),
)  # fmt: skip

COASTAL = frozenset(
    (
        "19828",
        "19873",
        "19900",
        "19909",
        "19918",
        "19930",
        "19942",
        "19945",
        "20107",
        "20122",
        "20152",
        "478",
        "482",
    )
)
MOUNTAINOUS = frozenset(
    ("20035", "20044", "20050", "20056", "20071", "20101", "20161", "20179", "20182", "481", "483")
)

FIRST_MONTHS = 600
FIRST_DAYS = 10_000


@dataclass(frozen=True, slots=True)
class Place:
    """An administrative unit; `longitude` and `latitude` in degrees (WGS 84)."""

    code: str
    name: str
    longitude: float
    latitude: float

    @property
    def within(self) -> str:
        """The name inside a sentence: "phường Thuận Hóa"."""
        return self.name[0].lower() + self.name[1:]

    @property
    def short(self) -> str:
        """The name without its kind: "Thuận Hóa"."""
        for kind in ("Thành phố ", "Phường ", "Thị xã ", "Huyện ", "Xã "):
            if self.name.startswith(kind):
                return self.name.removeprefix(kind)
        return self.name

    @property
    def central(self) -> bool:
        return self.code in STREETS

    @property
    def coastal(self) -> bool:
        """By the sea or the lagoons."""
        return self.code in COASTAL

    @property
    def mountainous(self) -> bool:
        return self.code in MOUNTAINOUS

    @property
    def part(self) -> str:
        """What the unit is divided into."""
        return "thôn" if self.name.startswith("Xã") else "tổ dân phố"

    @property
    def unit(self) -> tuple[str, str]:
        """Code and name, the values of content.columns.UNIT."""
        return self.code, self.name

    def point(self, draw: Draw) -> tuple[float, float]:
        """A longitude and a latitude less than a kilometre from the middle."""
        return (
            round(self.longitude + draw.decimal(-0.007, 0.007, 5), 5),
            round(self.latitude + draw.decimal(-0.006, 0.006, 5), 5),
        )

    def address(self, draw: Draw) -> str:
        if self.central:
            return f"Số {draw.whole(2, 180)} đường {draw.pick(STREETS[self.code])}, {self.within}"
        return f"{self.part.capitalize()} {draw.whole(1, 12)}, {self.within}"


@cache
def wards() -> tuple[Place, ...]:
    """The 40 wards and communes since 2025-07-01, wards first."""
    units = sorted(Ward.iter_by_province(HUE), key=lambda ward: (ward.name.startswith("Xã"), ward.code.value))
    return tuple(Place(str(u.code.value), u.name, *WARD_CENTRES[str(u.code.value)]) for u in units)


@cache
def districts() -> tuple[Place, ...]:
    return tuple(Place(*district) for district in DISTRICTS)


@dataclass(frozen=True)
class Scope:
    """What a table covers: its units, and the last day of its figures."""

    places: Sequence[Place]
    until: date

    @property
    def single(self) -> Place | None:
        return self.places[0] if len(self.places) == 1 else None

    @cached_property
    def rural(self) -> Sequence[Place]:
        """The units with fields and villages; all of them where there are none."""
        return [place for place in self.places if not place.central] or self.places

    @cached_property
    def central(self) -> Sequence[Place]:
        """The units of the inner city; all of them where there are none."""
        return [place for place in self.places if place.central] or self.places

    def mostly_central(self, draw: Draw, share: float) -> Place:
        return draw.pick(self.central if draw.chance(share) else self.places)

    def month(self, back: int) -> str:
        """The first day of the month `back` months before the last one, within fifty years."""
        months = self.until.year * 12 + self.until.month - 1 - back % FIRST_MONTHS
        return f"{months // 12:04d}-{months % 12 + 1:02d}-01"

    def day(self, back: int) -> date:
        return self.until - timedelta(days=back % FIRST_DAYS)
