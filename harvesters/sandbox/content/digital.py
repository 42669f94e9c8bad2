"""Bưu chính – Viễn thông, Thông tin và Truyền thông, Kinh tế số: post offices, public Wi-Fi, payments."""

from __future__ import annotations

from .columns import Value
from .draw import Draw, digits
from .places import Scope
from .template import RowMaker

SERVICES = (
    "Thư, bưu phẩm, bưu kiện", "Chuyển phát nhanh", "Tiếp nhận hồ sơ thủ tục hành chính",
    "Chi trả lương hưu, trợ cấp", "Thu hộ tiền điện, nước", "Chuyển tiền",
)  # fmt: skip
SPOTS = ("Công viên", "Nhà văn hóa", "Bến xe, trạm dừng", "Chợ", "Bộ phận Một cửa", "Điểm du lịch")
CHANNELS = (
    ("Học phí", 52_000), ("Viện phí", 34_000), ("Tiền điện", 210_000), ("Tiền nước", 165_000),
    ("Lệ phí thủ tục hành chính", 19_000), ("Mua bán tại chợ", 88_000), ("Vé tham quan, vé xe", 41_000),
)  # fmt: skip


def post_office(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    unit, again = digits(index, len(scope.places))
    place = scope.places[unit]
    kind = "Điểm Bưu điện – Văn hóa xã" if again and place.name.startswith("Xã") else "Bưu cục"
    longitude, latitude = place.point(draw)
    offered = [service for service in SERVICES if draw.chance(0.7)] or [SERVICES[0]]
    return (
        f"{index + 1:06d}",
        f"{kind} {place.short}" + (f" {again + 1}" if again else ""),
        kind,
        place.address(draw),
        *place.unit,
        draw.pick(("07:00–11:30; 13:00–17:00", "07:30–18:30", "07:30–11:30; 13:30–17:30")),
        "; ".join(offered),
        draw.maybe(draw.phone(), 0.1),
        draw.chance(0.3),
        longitude,
        latitude,
    )


def wifi(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    spot, unit, again = digits(index, len(SPOTS), len(scope.places))
    place = scope.places[unit]
    longitude, latitude = place.point(draw)
    return (
        f"WF{index + 1:05d}",
        f"{SPOTS[spot]} {place.short}" + (f" {again + 1}" if again else ""),
        SPOTS[spot],
        *place.unit,
        draw.pick((50, 100, 150, 200)),
        draw.maybe(draw.whole(8, 420), 0.12),
        draw.chance(0.93),
        f"{scope.day(draw.whole(0, 40)).isoformat()} {draw.whole(0, 23):02d}:{draw.whole(0, 59):02d}:00",
        longitude,
        latitude,
    )


def payments(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    channel, back = digits(index, len(CHANNELS))
    name, usual = CHANNELS[channel]
    number = draw.share(usual // (20 if scope.single else 1), 0.8, 1.25)
    return (
        scope.month(back),
        name,
        number,
        round(number * draw.decimal(0.12, 0.5, 4), 1),
        draw.decimal(45, 92, 1),
        draw.decimal(-4, 9, 1),
    )


ROWS: dict[str, RowMaker] = {
    "diem-phuc-vu-buu-chinh": post_office,
    "wifi-cong-cong": wifi,
    "thanh-toan-khong-tien-mat": payments,
}
