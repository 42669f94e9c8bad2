"""Giáo dục: schools, and pupils by school year; Khoa học và Công nghệ: research tasks."""

from __future__ import annotations

from functools import cache

from .columns import Value
from .draw import Draw, digits
from .places import Place, Scope
from .template import RowMaker

LEVELS = (
    # cấp học, số lớp ít nhất và nhiều nhất, sĩ số bình quân, giáo viên một lớp
    ("Mầm non", 6, 16, 26, 2.1),
    ("Tiểu học", 10, 30, 32, 1.45),
    ("THCS", 9, 26, 37, 1.9),
    ("THPT", 18, 36, 41, 2.2),
)
KNOWN_SCHOOLS = 50
TASKS = (
    "Nghiên cứu nhân giống và bảo tồn",
    "Ứng dụng công nghệ số trong quản lý",
    "Xây dựng mô hình sản xuất",
    "Hoàn thiện quy trình chế biến",
    "Đánh giá hiện trạng và đề xuất giải pháp phát triển",
    "Số hóa và quảng bá",
)
OBJECTS = (
    "cây thanh trà", "sen Huế", "tôm chua", "áo dài Huế", "nghề đúc đồng", "rừng ngập mặn Rú Chá",
    "đầm phá Tam Giang – Cầu Hai", "nhà vườn Huế", "dược liệu A Lưới", "ca Huế", "tinh dầu tràm",
    "du lịch cộng đồng",
)  # fmt: skip
HOSTS = ("Trường đại học", "Viện nghiên cứu", "Doanh nghiệp", "Đơn vị sự nghiệp công lập", "Hợp tác xã")


@cache
def size_of(place: Place, level: int, number: int) -> tuple[int, int, int]:
    """Classes, pupils and teachers of a school, the same in every table."""
    draw = Draw(f"{place.code}|{level}|{number}")
    _, few, many, pupils, teachers = LEVELS[level]
    classes = draw.whole(few, many)
    return (
        classes,
        classes * pupils + draw.whole(-3 * classes, 3 * classes),
        int(classes * teachers) + draw.whole(0, 3),
    )


def school(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    unit, level, number = digits(index, len(scope.places), len(LEVELS))
    place = scope.places[unit]
    name = LEVELS[level][0]
    public = not draw.chance(0.18 if name == "Mầm non" else 0.03)
    longitude, latitude = place.point(draw)
    return (
        f"{unit + 1:02d}{level + 1}{number + 1:03d}",
        f"Trường {name} {place.short}" + (f" số {number + 1}" if number else ""),
        name,
        "Công lập" if public else "Ngoài công lập",
        place.address(draw),
        *place.unit,
        *size_of(place, level, number % KNOWN_SCHOOLS),
        draw.maybe(draw.whole(1, 2), 0.35),
        draw.maybe(draw.whole(1955, 2019), 0.12),
        draw.maybe(draw.phone(), 0.08),
        longitude,
        latitude,
    )


def pupils(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    unit, level, back = digits(index, len(scope.places), len(LEVELS))
    back %= 60
    place = scope.places[unit]
    classes, total, teachers = size_of(place, level, 0)
    total -= int(total * 0.006 * back)
    year = scope.until.year - (scope.until.month < 9) - back
    return (
        f"{year}–{year + 1}",
        *place.unit,
        LEVELS[level][0],
        classes,
        total,
        draw.share(total, 0.46, 0.51),
        teachers,
        round(total / classes, 1),
    )


def research(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    task, thing, again = digits(index, len(TASKS), len(OBJECTS))
    start = scope.until.year - draw.whole(0, 4)
    years = draw.whole(1, 3)
    return (
        f"NV.{index + 1:04d}",
        f"{TASKS[task]} {OBJECTS[thing]}" + (f", giai đoạn {again + 1}" if again else ""),
        draw.pick(HOSTS),
        start,
        start + years,
        draw.decimal(280, 3_900, 1),
        draw.decimal(30, 100, 1),
        draw.pick(("Đang thực hiện", "Đã nghiệm thu", "Chờ phê duyệt")),
        draw.maybe(draw.pick(("Xuất sắc", "Đạt", "Khá")), 0.45),
    )


ROWS: dict[str, RowMaker] = {
    "truong-hoc": school,
    "quy-mo-hoc-sinh": pupils,
    "nhiem-vu-khoa-hoc": research,
}
