"""Cải cách hành chính, Tổ chức – Biên chế, Tư pháp: dossiers, field reports, training, civil status."""

from __future__ import annotations

from .columns import Value
from .draw import Draw, digits, vietnamese_date
from .places import Scope
from .template import RowMaker

AREAS = (
    # lĩnh vực, số hồ sơ bình quân một tháng của một xã, phường
    ("Chứng thực", 210), ("Hộ tịch", 95), ("Đất đai", 60), ("Bảo trợ xã hội", 28),
    ("Thành lập hộ kinh doanh", 18), ("Người có công", 9),
)  # fmt: skip
TOPICS = (
    ("Hạ tầng đô thị", 210), ("Môi trường", 190), ("An toàn giao thông", 165), ("Trật tự đô thị", 240),
    ("Điện chiếu sáng", 120), ("Cấp, thoát nước", 95), ("Cây xanh", 60), ("An ninh trật tự", 75),
    ("Quảng cáo, rao vặt", 48), ("Vệ sinh an toàn thực phẩm", 26), ("Thông tin mạng", 31),
    ("Dịch vụ du lịch", 22),
)  # fmt: skip
COURSES = (
    "Kỹ năng số cơ bản", "Quản lý nhà nước ngạch chuyên viên", "An toàn thông tin",
    "Cải cách thủ tục hành chính", "Khai thác dữ liệu dùng chung", "Kỹ năng tiếp công dân",
    "Tiếng Anh chuyên ngành", "Trí tuệ nhân tạo ứng dụng",
)  # fmt: skip
EVENTS = (("Khai sinh", 46), ("Kết hôn", 19), ("Khai tử", 17), ("Xác nhận tình trạng hôn nhân", 38))


def dossiers(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    unit, area, back = digits(index, len(scope.places), len(AREAS))
    name, usual = AREAS[area]
    received = draw.share(usual, 0.6, 1.6)
    online = draw.share(received, 0.45, 0.8)
    settled = draw.share(received, 0.88, 1.0)
    late = draw.share(settled, 0.0, 0.04)
    return (
        scope.month(back),
        *scope.places[unit].unit,
        name,
        received,
        online,
        received - online,
        settled,
        settled - late,
        late,
        received - settled,
    )


def reports(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    topic, back = digits(index, len(TOPICS))
    name, usual = TOPICS[topic]
    received = draw.share(usual // (6 if scope.single else 1), 0.75, 1.35)
    settled = received - draw.share(received, 0.0, 0.05)
    in_time = settled - draw.share(settled, 0.0, 0.12)
    return (
        scope.month(back),
        name,
        received,
        settled,
        received - settled,
        in_time,
        round(100 * in_time / settled, 1) if settled else None,
        draw.maybe(draw.decimal(86, 98, 1), 0.08),
        draw.decimal(8, 60, 1),
    )


def training(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    course, number = digits(index, len(COURSES))
    people = draw.rounded(20, 120, 5)
    first = scope.day(draw.whole(5, 600))
    return (
        f"{number + 1:03d}/{course + 1:02d}",
        f"{COURSES[course]}, khóa {number + 1}",
        vietnamese_date(first),
        draw.whole(1, 10),
        draw.pick(("Trực tiếp", "Trực tuyến", "Kết hợp")),
        people,
        people - draw.whole(0, people // 6),
        draw.maybe(draw.decimal(12, 180, 1), 0.2),
    )


def civil_status(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    unit, event, back = digits(index, len(scope.places), len(EVENTS))
    name, usual = EVENTS[event]
    number = draw.share(usual, 0.5, 1.7)
    return (
        scope.month(back),
        *scope.places[unit].unit,
        name,
        number,
        draw.share(number, 0.3, 0.9),
        draw.share(number, 0.9, 1.0),
        draw.maybe(draw.decimal(0.5, 3.0, 1), 0.1),
    )


ROWS: dict[str, RowMaker] = {
    "ho-so-theo-don-vi": dossiers,
    "phan-anh-hien-truong": reports,
    "dao-tao-boi-duong": training,
    "dang-ky-ho-tich": civil_status,
}
