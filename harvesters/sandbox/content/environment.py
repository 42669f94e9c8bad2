"""Tài nguyên và Môi trường: air, water, rain; each a series of measurements."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache

from .columns import Value
from .draw import Draw, digits, vietnamese_date
from .places import Scope
from .template import RowMaker

STATIONS = ("Trạm trung tâm thành phố", "Trạm Khu công nghiệp Phú Bài", "Trạm Chân Mây", "Trạm Tứ Hạ")
WATERS = (
    # điểm quan trắc, thủy vực, mức ô nhiễm tương đối
    ("Ngã ba Tuần", "Sông Hương", 0.4), ("Vạn Niên", "Sông Hương", 0.5),
    ("Cầu Dã Viên", "Sông Hương", 0.8), ("Chợ Đông Ba", "Sông Hương", 1.2),
    ("Bao Vinh", "Sông Hương", 1.1), ("Tứ Hạ", "Sông Bồ", 0.8), ("Truồi", "Sông Truồi", 0.6),
    ("Đầm Chuồn", "Phá Tam Giang – Cầu Hai", 1.0),
)  # fmt: skip
GAUGES = (
    # trạm đo, hệ số mưa, có đo mực nước, mát hơn đồng bằng (°C)
    ("Huế", 1.0, False, 0.0), ("A Lưới", 1.25, False, 3.6), ("Nam Đông", 1.2, False, 0.8),
    ("Kim Long", 1.0, True, 0.0), ("Phú Ốc", 0.95, True, 0.1), ("Bình Điền", 1.1, False, 0.5),
    ("Tà Lương", 1.15, False, 1.4), ("Thượng Nhật", 1.2, True, 0.9), ("Truồi", 1.1, True, 0.1),
    ("Phong Điền", 0.9, False, 0.1),
)  # fmt: skip
MEAN_TEMPERATURE = (19.8, 20.8, 23.4, 26.6, 28.5, 29.6, 29.4, 29.0, 27.3, 25.3, 23.2, 20.6)
WET_SHARE = (0.45, 0.3, 0.22, 0.25, 0.4, 0.3, 0.28, 0.35, 0.6, 0.75, 0.75, 0.62)
HEAVY_RAIN = (14, 10, 8, 14, 26, 22, 20, 30, 70, 120, 105, 45)
AIR_BREAKPOINTS = ((25, 50), (50, 100), (80, 150), (150, 200))


def air_index(fine_dust: float) -> int:
    """An index from 0 to 200, linear between the limits of fine dust (µg/m³)."""
    low_dust, low_index = 0, 0
    for dust, index in AIR_BREAKPOINTS:
        if fine_dust <= dust:
            return round(low_index + (index - low_index) * (fine_dust - low_dust) / (dust - low_dust))
        low_dust, low_index = dust, index
    return low_index


def air(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    station, hours = digits(index, len(STATIONS))
    moment = datetime.combine(scope.until, time(23)) - timedelta(hours=hours % 200_000)
    rush = 1.3 if moment.hour in (7, 8, 17, 18) else 1.0
    fine = round(draw.decimal(8, 34, 2) * rush, 1)
    cool = abs(moment.hour - 13) / 12
    if draw.chance(0.02):
        return (moment.isoformat(), STATIONS[station], *([None] * 8), "Mất tín hiệu")
    return (
        moment.isoformat(),
        STATIONS[station],
        fine,
        round(fine * draw.decimal(1.4, 2.1, 3), 1),
        draw.decimal(180, 900, 0),
        draw.decimal(6, 38, 1),
        draw.maybe(draw.decimal(2, 16, 1), 0.05),
        round(27.5 - 8 * cool + draw.decimal(-1.5, 1.5), 1),
        round(68 + 22 * cool + draw.decimal(-5, 5), 1),
        air_index(fine),
        "Tốt" if air_index(fine) <= 50 else "Trung bình",
    )


def water(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    point, back = digits(index, len(WATERS))
    name, body, load = WATERS[point]
    month = scope.month(back)
    oxygen = round(7.4 - load * draw.decimal(0.6, 1.8, 2), 1)
    organic = round(load * draw.decimal(2.2, 5.4, 2), 1)
    return (
        f"{draw.whole(8, 16):02d}/{month[5:7]}/{month[:4]}",
        name,
        body,
        draw.decimal(6.6, 7.8, 1),
        oxygen,
        organic,
        round(organic * draw.decimal(2.0, 2.8, 2), 1),
        round(load * draw.decimal(8, 34, 2), 1),
        draw.maybe(round(load * draw.decimal(0.04, 0.32, 3), 3), 0.08),
        draw.maybe(int(load * draw.whole(12, 48)) * 100, 0.08),
        "Đạt" if oxygen >= 5 and organic <= 6 else "Cần theo dõi",
    )


@cache
def weather(day: date) -> tuple[float, float]:
    """The usual rain (mm) and temperature (°C) of a day, which all gauges share."""
    draw = Draw(f"{day}")
    month = day.month - 1
    wet = draw.chance(WET_SHARE[month])
    heaviest = HEAVY_RAIN[month] * draw.decimal(0.05, 1.0, 2)
    return (heaviest if wet else 0.0), MEAN_TEMPERATURE[month] + draw.decimal(-2.5, 2.5)


def rain(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    gauge, back = digits(index, len(GAUGES))
    name, factor, river, cooler = GAUGES[gauge]
    day = scope.day(back)
    usual, temperature = weather(day)
    amount = round(usual * factor * draw.decimal(0.4, 1.3, 2), 1)
    return (
        vietnamese_date(day),
        name,
        draw.maybe(amount, 0.02),
        round(0.35 + amount / 60 + draw.decimal(0, 0.3, 2), 2) if river else None,
        round(temperature - cooler + draw.decimal(-0.6, 0.6), 1),
        "Mưa to" if amount > 50 else "Mưa vừa" if amount > 16 else "Mưa nhỏ" if amount > 0 else "Không mưa",
    )


ROWS: dict[str, RowMaker] = {
    "quan-trac-khong-khi": air,
    "quan-trac-nuoc-mat": water,
    "luong-mua-muc-nuoc": rain,
}
