"""Văn hóa và Thể thao: festivals, facilities, restoration of monuments; Báo chí – Xuất bản: publications."""

from __future__ import annotations

from datetime import date, timedelta

from .columns import Value
from .draw import Draw, digits, vietnamese_date
from .places import Place, Scope
from .template import RowMaker

FESTIVALS = (
    # tên, loại hình, ngày và tháng âm lịch, đặc điểm
    ("Lễ thu tế", "Lễ hội truyền thống", 15, 7, "cúng tế tại đình làng để tạ ơn các vị khai canh"),
    ("Hội bài chòi", "Hội thi dân gian", 2, 1, "hô bài chòi và hò đối đáp trong những ngày Tết"),
    ("Lễ Kỳ an", "Lễ hội truyền thống", 20, 2, "cầu quốc thái dân an, xóm làng bình yên"),
    ("Lễ Phật Đản", "Lễ hội tôn giáo", 15, 4, "rước Phật, thắp đèn và thả hoa đăng"),
    ("Hội vật đầu xuân", "Hội thi dân gian", 10, 1, "các đô vật thi đấu tại sân đình"),
    ("Lễ giỗ tổ nghề", "Lễ hội làng nghề", 27, 2, "tri ân tổ nghề, trình diễn sản phẩm làng nghề"),
)
COASTAL_FESTIVALS = (
    ("Lễ hội cầu ngư", "Lễ hội truyền thống", 12, 1, "cầu được mùa tôm cá, diễn trò bủa lưới"),
    ("Hội đua ghe", "Hội thi dân gian", 4, 1, "các đội ghe tranh giải trên sông, đầm phá"),
)
MOUNTAIN_FESTIVALS = (
    ("Lễ mừng lúa mới", "Lễ hội truyền thống", 10, 10, "tạ ơn sau mùa gặt, đánh cồng chiêng và múa tập thể"),
    ("Ngày hội văn hóa các dân tộc", "Lễ hội văn hóa", 8, 3, "hát dân ca, dệt zèng, bắn nỏ và kéo co"),
    ("Phiên chợ vùng cao", "Lễ hội văn hóa", 15, 12, "giới thiệu nông sản, ẩm thực và nghề thủ công"),
)
LUNAR_MONTHS = (
    "Giêng", "Hai", "Ba", "Tư", "Năm", "Sáu", "Bảy", "Tám", "Chín", "Mười", "Mười Một", "Chạp",
)  # fmt: skip
EXTRAS = (", có trình diễn ẩm thực", ", có gian hàng nông sản", "", ", có biểu diễn ca Huế")
LUNAR_NEW_YEAR = date(2025, 1, 29)
LEAP_MONTH_OF_2025 = 6

FACILITIES = (
    # loại, diện tích nhỏ nhất và lớn nhất, thuộc thôn, tổ dân phố
    ("Nhà văn hóa", 180, 600, True),
    ("Nhà sinh hoạt cộng đồng", 90, 260, True),
    ("Sân bóng đá", 2_400, 9_000, False),
    ("Nhà thi đấu đa năng", 700, 1_800, False),
    ("Sân cầu lông ngoài trời", 160, 420, True),
    ("Bể bơi", 400, 1_300, False),
    ("Thư viện", 60, 240, False),
    ("Điểm vui chơi trẻ em", 200, 900, True),
)
CONDITIONS = ("Tốt", "Tốt", "Khá", "Cần sửa chữa", "Đang nâng cấp")

MONUMENTS = (
    "Đại Nội", "Lăng vua Tự Đức", "Lăng vua Minh Mạng", "Lăng vua Khải Định", "Lăng vua Gia Long",
    "Lăng vua Thiệu Trị", "Lăng vua Đồng Khánh", "Lăng vua Dục Đức", "Điện Hòn Chén", "Cung An Định",
    "Đàn Nam Giao", "Kinh thành Huế", "Chùa Thiên Mụ", "Hổ Quyền", "Văn Miếu",
)  # fmt: skip
WORKS = (
    "Gia cố móng và tường", "Phục hồi mái ngói", "Tu bổ hệ thống cửa gỗ", "Chống mối mọt cấu kiện gỗ",
    "Chỉnh trang sân vườn", "Cải tạo hệ thống chiếu sáng", "Nạo vét hồ, kè bờ",
    "Phục chế họa tiết pháp lam", "Lắp đặt hệ thống phòng cháy, chữa cháy",
    "Số hóa hồ sơ và quét ba chiều",
)  # fmt: skip
STAGES = ("Chuẩn bị đầu tư", "Đang thi công", "Đang thi công", "Đã nghiệm thu")

PUBLICATIONS = ("Sách", "Bản tin", "Đặc san", "Tờ rơi, tờ gấp", "Lịch", "Tài liệu tập huấn")
SUBJECTS = (
    "Văn hóa Huế", "Di sản tư liệu", "Chuyển đổi số", "Ẩm thực Huế", "Bảo vệ môi trường",
    "An toàn giao thông", "Lịch sử địa phương", "Giáo dục kỹ năng", "Phòng, chống thiên tai",
    "Nông nghiệp sạch",
)  # fmt: skip


def lunar_day_in_2025(day: int, month: int) -> date:
    """The solar date of a lunar day of 2025, to a day; the year had a second sixth month."""
    months = month - 1 + (month > LEAP_MONTH_OF_2025)
    return LUNAR_NEW_YEAR + timedelta(days=round(months * 29.53) + day - 1)


def festivals_of(place: Place) -> tuple[tuple[str, str, int, int, str], ...]:
    """The kinds of festival that a unit by the sea, in the plain or in the mountains may have."""
    if place.mountainous:
        return MOUNTAIN_FESTIVALS
    return (*COASTAL_FESTIVALS, *FESTIVALS) if place.coastal else FESTIVALS


def festival(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    unit, turn = digits(index, len(scope.places))
    place = scope.places[unit]
    kinds = festivals_of(place)
    kind, village = digits(turn, len(kinds))
    name, form, day, month, what = kinds[(kind + unit) % len(kinds)]
    people = draw.rounded(300, 6_000, 50)
    longitude, latitude = place.point(draw)
    return (
        f"LH{index + 1:04d}",
        f"{name} {place.part} {village} {place.short}" if village else f"{name} {place.short}",
        form,
        f"{day} tháng {LUNAR_MONTHS[month - 1]}",
        draw.pick(("Hằng năm", "Hằng năm", "Hằng năm", "Hai năm một lần", "Ba năm một lần")),
        draw.maybe(vietnamese_date(lunar_day_in_2025(day, month)), 0.15),
        draw.whole(1, 3),
        draw.maybe(people, 0.1),
        *place.unit,
        f"{name} tại {place.within}: {what}. Phần lễ do cộng đồng địa phương chủ trì, phần hội mở cho "
        f"người dân và du khách{draw.pick(EXTRAS[:3] if place.mountainous else EXTRAS)}.",
        longitude,
        latitude,
    )


def facility(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    unit, turn, again = digits(index, len(scope.places), len(FACILITIES))
    place = scope.places[unit]
    kind, small, large, of_a_village = FACILITIES[(unit * 3 + turn) % len(FACILITIES)]
    area = draw.rounded(small, large, 10)
    longitude, latitude = place.point(draw)
    number = f" số {again + 1}" if again else ""
    return (
        f"TC{index + 1:05d}",
        f"{kind} {place.part} {again + 1} {place.short}"
        if of_a_village
        else f"{kind} {place.within}{number}",
        kind,
        *place.unit,
        area,
        draw.maybe(draw.rounded(40, max(60, area // 3), 10), 0.2),
        draw.maybe(draw.whole(1988, 2024), 0.1),
        draw.pick(CONDITIONS),
        draw.pick(("Có", "Có", "Có", "Không")),
        longitude,
        latitude,
    )


def restoration(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    work, monument, again = digits(index, len(WORKS), len(MONUMENTS))
    monument = (monument + work) % len(MONUMENTS)
    stage = draw.pick(STAGES)
    start = draw.day(date(2021, 1, 4), date(2025, 12, 20))
    done = {"Chuẩn bị đầu tư": 0, "Đã nghiệm thu": 100}.get(stage, draw.whole(5, 95))
    return (
        f"TB{index + 1:04d}",
        f"{WORKS[work]} – {MONUMENTS[monument]}" + (f" (giai đoạn {again + 1})" if again else ""),
        MONUMENTS[monument],
        stage,
        draw.decimal(350, 24_000, 1),
        None if done == 0 else start.isoformat(),
        done,
        done == 100,
    )


def publication(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    kind, subject, number = digits(index, len(PUBLICATIONS), len(SUBJECTS))
    return (
        f"{index + 1:06d}",
        f"{PUBLICATIONS[kind]} “{SUBJECTS[subject]}” số {number + 1}",
        PUBLICATIONS[kind],
        draw.pick(
            ("Sở Văn hóa và Thể thao", "Sở Thông tin và Truyền thông", "Sở Du lịch", "Sở Giáo dục và Đào tạo")
        ),
        draw.whole(8, 320),
        draw.rounded(100, 5_000, 50),
        draw.pick(("13 x 19", "14,5 x 20,5", "16 x 24", "19 x 27")),
        vietnamese_date(scope.day(draw.whole(0, 700))),
        draw.chance(0.3),
    )


ROWS: dict[str, RowMaker] = {
    "le-hoi": festival,
    "thiet-che-van-hoa-the-thao": facility,
    "tu-bo-di-tich": restoration,
    "xuat-ban-pham": publication,
}
