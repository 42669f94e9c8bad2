"""Giao thông: bus lines, bus stops, traffic counts; An ninh trật tự: traffic accidents."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import cache

from .columns import Value
from .draw import Draw, digits
from .places import STREETS, Scope
from .template import RowMaker

PublicPlace = tuple[str, float, float]

# Name, longitude, latitude (rounded); the first HUBS are where lines start.
HUBS = 3
TERMINALS: tuple[PublicPlace, ...] = (
    ("Bến xe phía Nam", 107.613, 16.443), ("Bến xe phía Bắc", 107.547, 16.487),
    ("Chợ Đông Ba", 107.588, 16.473), ("Ga Huế", 107.578, 16.456), ("Sân bay Phú Bài", 107.703, 16.401),
    ("Biển Thuận An", 107.655, 16.560), ("Chợ An Cựu", 107.600, 16.456),
    ("Chùa Thiên Mụ", 107.545, 16.453), ("Lăng vua Tự Đức", 107.566, 16.433),
    ("Lăng vua Khải Định", 107.590, 16.399), ("Lăng vua Minh Mạng", 107.569, 16.388),
    ("Cầu ngói Thanh Toàn", 107.643, 16.467), ("Khu công nghiệp Phú Bài", 107.703, 16.388),
    ("Phong Điền", 107.368, 16.566), ("Sịa (Quảng Điền)", 107.512, 16.577),
    ("Tứ Hạ (Hương Trà)", 107.472, 16.530), ("Lăng Cô", 108.065, 16.255), ("A Lưới", 107.230, 16.274),
    ("Khe Tre (Nam Đông)", 107.726, 16.168), ("Vinh Hiền", 107.903, 16.357),
    ("Bình Điền", 107.502, 16.372), ("Điền Lộc", 107.436, 16.668),
)  # fmt: skip
JUNCTIONS = (
    "Cầu Trường Tiền – Lê Lợi", "Cầu Phú Xuân – Lê Lợi", "Cầu Dã Viên – Bùi Thị Xuân",
    "Hùng Vương – Nguyễn Huệ", "Hùng Vương – Đống Đa", "Trần Hưng Đạo – Chợ Đông Ba",
)  # fmt: skip
RUSH = (
    0.10, 0.06, 0.05, 0.06, 0.15, 0.45, 0.90, 1.00, 0.75, 0.62, 0.66, 0.86, 0.60, 0.55, 0.60, 0.68,
    0.88, 1.00, 0.85, 0.66, 0.58, 0.44, 0.28, 0.16,
)  # fmt: skip
CAUSES = (
    "Vi phạm tốc độ", "Không chú ý quan sát", "Chuyển hướng sai quy định", "Đi sai phần đường",
    "Nồng độ cồn", "Nguyên nhân khác",
)  # fmt: skip
KILOMETRES_PER_DEGREE = 110.0
LONGEST_DETOUR = 0.9


def bus_line(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    start, end, again = digits(index, HUBS, len(TERMINALS) - HUBS)
    first, last = TERMINALS[start], TERMINALS[HUBS + (end + 5 * start) % (len(TERMINALS) - HUBS)]
    length = round(kilometres(first, last) * draw.decimal(1.15, 1.4, 3) + 1, 1)
    gap = draw.pick((15, 20, 25, 30)) if length < 25 else draw.pick((30, 40, 60, 90))
    opens, closes = draw.pick((300, 315, 330, 345, 360)), draw.pick((1050, 1080, 1110, 1140))
    return (
        f"{index + 1:02d}",
        f"{first[0]} – {last[0]}" + (f" (nhánh {again + 1})" if again else ""),
        first[0],
        last[0],
        length,
        int(length * 2.2) + 8,
        _clock(opens),
        _clock(closes),
        gap,
        2 * ((closes - opens) // gap),
        7_000 if length < 15 else min(45_000, int(length * 0.7) * 1_000),
        draw.chance(0.25),
        " – ".join((first[0], *on_the_way(first, last), last[0])),
    )


def kilometres(one: PublicPlace, other: PublicPlace) -> float:
    """The distance as the crow flies."""
    return ((one[1] - other[1]) ** 2 + (one[2] - other[2]) ** 2) ** 0.5 * KILOMETRES_PER_DEGREE


@cache
def on_the_way(first: PublicPlace, last: PublicPlace) -> tuple[str, ...]:
    """Public places between two others that are hardly a detour, in the order in which they are passed."""
    longest = kilometres(first, last) + LONGEST_DETOUR
    passed = [
        (kilometres(first, place), place[0])
        for place in TERMINALS
        if place not in (first, last) and kilometres(first, place) + kilometres(place, last) <= longest
    ]
    return tuple(name for _, name in sorted(passed))


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def bus_stop(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    place = scope.mostly_central(draw, 0.6)
    if place.central:
        street = draw.pick(STREETS[place.code])
        name = f"{draw.pick(('Trước', 'Đối diện'))} số {draw.whole(3, 160)} đường {street}"
    else:
        name = f"{draw.pick(('Chợ', 'Trạm Y tế', 'Trường Tiểu học', 'Ủy ban nhân dân'))} {place.within}"
    longitude, latitude = place.point(draw)
    lines = sorted({draw.whole(1, 36) for _ in range(draw.whole(1, 4))})
    return (
        f"DD{index + 1:05d}",
        name,
        draw.pick(("Chiều đi", "Chiều về")),
        ", ".join(f"{line:02d}" for line in lines),
        draw.chance(0.35),
        draw.chance(0.5),
        *place.unit,
        longitude,
        latitude,
    )


def traffic(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    junction, hours = digits(index, len(JUNCTIONS))
    last = datetime.combine(scope.until, time(23))
    moment = last - timedelta(hours=hours % 200_000)
    busy = RUSH[moment.hour] * draw.decimal(0.85, 1.15, 3)
    name = f"Nút giao số {junction + 1} – {scope.single.name}" if scope.single else JUNCTIONS[junction]
    counted = not draw.chance(0.02)
    return (
        moment.isoformat() + "+07:00",
        name,
        int(2_300 * busy) + draw.whole(0, 40) if counted else None,
        int(420 * busy) + draw.whole(0, 12) if counted else None,
        int(36 * busy) + draw.whole(0, 5) if counted else None,
        draw.whole(2, 14) if counted and 5 <= moment.hour <= 19 else (0 if counted else None),
        round(44 - 21 * busy + draw.decimal(-2, 2), 1) if counted else None,
    )


def accidents(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    unit, back = digits(index, len(scope.places))
    place = scope.places[unit]
    crashes = draw.whole(0, 4)
    return (
        scope.month(back),
        *place.unit,
        crashes,
        draw.whole(0, crashes),
        draw.whole(0, crashes * 2),
        draw.pick(CAUSES) if crashes else None,
        draw.whole(20, 320),
        draw.rounded(15_000_000, 480_000_000, 500_000),
    )


ROWS: dict[str, RowMaker] = {
    "tuyen-xe-buyt": bus_line,
    "diem-dung-xe-buyt": bus_stop,
    "luu-luong-giao-thong": traffic,
    "tai-nan-giao-thong": accidents,
}
