"""Du lịch: places to stay, and visitors by month."""

from __future__ import annotations

from datetime import date

from .columns import Value
from .draw import Draw, digits
from .places import Scope
from .template import RowMaker

# Fictional names; a real business may bear one by chance.
NAMES = (
    "Hoa Sứ", "Sen Trắng", "Mai Vàng", "Trúc Xanh", "Bóng Tre", "Ngõ Sương", "Trăng Non", "Nắng Mới",
    "Gió Nồm", "Mưa Tháng Chạp", "Hoàng Lan", "Mộc Miên", "Vườn Cau", "Giàn Trầu", "Bến Lau",
    "Mái Ngói", "Cầu Tre", "Thềm Xưa", "Phượng Vàng", "Cúc Đại Đóa", "Khói Lam", "Đò Chiều",
    "Sông Trăng", "Ngàn Thông", "Lá Phong", "Vân Khánh", "Thạch Thảo", "Dạ Hương", "Tường Vi", "Cỏ May",
    "Thiên Lý", "Hạ Trắng",
)  # fmt: skip
SECOND_NAMES = (
    "", " Huế", " Sông Hương", " Ngự Bình", " Cố Đô", " Kim Phụng", " An Cựu", " Bạch Mã", " Tam Giang",
)  # fmt: skip
KINDS = (
    # loại hình, số phòng ít nhất và nhiều nhất, giá phòng thấp nhất và cao nhất, xác suất được xếp hạng sao
    ("Khách sạn", 18, 160, 350_000, 2_400_000, 0.8),
    ("Nhà nghỉ du lịch", 6, 18, 180_000, 350_000, 0.0),
    ("Homestay", 3, 10, 200_000, 500_000, 0.0),
    ("Biệt thự du lịch", 4, 12, 900_000, 3_500_000, 0.0),
    ("Căn hộ du lịch", 5, 30, 450_000, 1_200_000, 0.0),
)
MARKETS = (
    # thị trường, lượt khách bình quân tháng, số đêm lưu trú bình quân
    ("Trong nước", 168_000, 1.5),
    ("Hàn Quốc", 13_500, 1.3),
    ("Pháp", 9_800, 2.1),
    ("Hoa Kỳ", 8_900, 1.9),
    ("Đài Loan (Trung Quốc)", 8_200, 1.4),
    ("Thái Lan", 6_900, 1.5),
    ("Anh", 6_500, 2.0),
    ("Đức", 5_900, 2.1),
    ("Úc", 5_200, 1.9),
    ("Nhật Bản", 3_400, 1.6),
)
SEASON = (0.86, 0.95, 1.05, 1.18, 1.02, 1.16, 1.24, 1.08, 0.84, 0.78, 0.88, 0.96)


def lodging(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    kind, few, many, cheap, dear, rated = KINDS[0] if draw.chance(0.4) else draw.pick(KINDS[1:])
    place = scope.mostly_central(draw, 0.75)
    name, second, again = digits(index, len(NAMES), len(SECOND_NAMES))
    name = (name * 11 + second * 5) % len(NAMES)
    rooms = draw.whole(few, many)
    stars = draw.whole(1, 5 if rooms > 60 else 3) if draw.chance(rated) else None
    price = draw.rounded(cheap, cheap + (dear - cheap) * (stars or 3) // 5, 10_000)
    longitude, latitude = place.point(draw)
    return (
        f"LT{index + 1:05d}",
        f"{kind} {NAMES[name]}{SECOND_NAMES[second]}" + (f" {again + 1}" if again else ""),
        kind,
        stars,
        rooms,
        rooms + draw.share(rooms, 0.3, 0.9),
        price,
        place.address(draw),
        *place.unit,
        draw.maybe(draw.phone(), 0.08),
        draw.chance(0.55),
        draw.maybe(draw.day(date(2014, 1, 1), scope.until).isoformat(), 0.12),
        longitude,
        latitude,
    )


def visitors(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    market, back = digits(index, len(MARKETS))
    name, usual, nights = MARKETS[market]
    month = scope.month(back)
    base = usual * SEASON[int(month[5:7]) - 1] / (12 if scope.single else 1)
    arrivals = int(base * draw.decimal(0.92, 1.08, 3))
    staying = draw.share(arrivals, 0.42, 0.55)
    return (
        month,
        name,
        "Khách nội địa" if market == 0 else "Khách quốc tế",
        arrivals,
        staying,
        int(staying * nights),
        nights,
        draw.rounded(1_100_000, 1_700_000, 10_000)
        if market == 0
        else draw.rounded(2_200_000, 3_900_000, 10_000),
    )


ROWS: dict[str, RowMaker] = {
    "co-so-luu-tru": lodging,
    "khach-du-lich-theo-thang": visitors,
}
