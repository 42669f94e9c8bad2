"""Trade, construction, planning, finance, labour: markets, prices, firms, budget, jobs."""

from __future__ import annotations

from datetime import timedelta

from .columns import Value
from .draw import Draw, digits, vietnamese_date
from .places import Scope
from .template import RowMaker

MATERIALS = (
    # vật liệu, nhóm, đơn vị, giá tham khảo (đồng, chưa thuế)
    ("Xi măng PCB40, bao 50 kg", "Xi măng", "tấn", 1_480_000),
    ("Xi măng PCB30, bao 50 kg", "Xi măng", "tấn", 1_390_000),
    ("Thép cuộn D6–D8", "Thép", "kg", 15_300), ("Thép thanh vằn D10", "Thép", "kg", 15_600),
    ("Thép thanh vằn D16–D20", "Thép", "kg", 15_450), ("Cát xây", "Cát, sỏi, đá", "m³", 265_000),
    ("Cát đúc bê tông", "Cát, sỏi, đá", "m³", 310_000), ("Đá dăm 1 x 2", "Cát, sỏi, đá", "m³", 335_000),
    ("Đá dăm 4 x 6", "Cát, sỏi, đá", "m³", 270_000), ("Đá hộc", "Cát, sỏi, đá", "m³", 240_000),
    ("Gạch tuynel 6 lỗ", "Gạch", "viên", 2_050),
    ("Gạch không nung 10 x 20 x 30", "Gạch", "viên", 7_400),
    ("Gạch lát 60 x 60", "Gạch", "m²", 168_000), ("Ngói 22 viên/m²", "Ngói, tấm lợp", "viên", 9_300),
    ("Tôn lạnh dày 0,45 mm", "Ngói, tấm lợp", "m²", 118_000),
    ("Bê tông thương phẩm M250", "Bê tông", "m³", 1_240_000),
    ("Bê tông thương phẩm M300", "Bê tông", "m³", 1_310_000),
    ("Sơn nước ngoại thất", "Sơn", "lít", 142_000), ("Kính trắng 5 mm", "Kính", "m²", 185_000),
    ("Nhựa đường 60/70", "Nhựa đường", "kg", 17_800), ("Ống nhựa PVC D90", "Ống nước", "m", 74_000),
    ("Dây điện 2 x 2,5", "Điện", "m", 17_200), ("Đất đắp nền", "Cát, sỏi, đá", "m³", 92_000),
    ("Gỗ cốp pha", "Gỗ", "m³", 4_300_000),
)  # fmt: skip
AREAS = ("Khu vực trung tâm", "Khu vực phía Bắc", "Khu vực phía Nam", "Khu vực miền núi")
SECTORS = (
    ("Bán buôn, bán lẻ", 42), ("Dịch vụ lưu trú, ăn uống", 16), ("Xây dựng", 17),
    ("Công nghiệp chế biến", 11), ("Vận tải, kho bãi", 8), ("Thông tin và truyền thông", 7),
    ("Nông nghiệp, lâm nghiệp, thủy sản", 5), ("Giáo dục và đào tạo", 6),
)  # fmt: skip
REVENUES = (
    ("Thu từ khu vực doanh nghiệp nhà nước", 62), ("Thu từ khu vực có vốn đầu tư nước ngoài", 265),
    ("Thu từ khu vực ngoài quốc doanh", 135), ("Thuế thu nhập cá nhân", 48), ("Lệ phí trước bạ", 33),
    ("Phí, lệ phí", 29), ("Thu tiền sử dụng đất", 160), ("Thu từ hoạt động xuất nhập khẩu", 58),
)  # fmt: skip
ANYBODY = "Không yêu cầu"
JOBS = (
    # vị trí, ngành, lương thấp nhất và cao nhất (triệu đồng), trình độ
    ("Nhân viên lễ tân", "Du lịch", 6, 10, "Trung cấp trở lên"),
    ("Nhân viên bếp", "Du lịch", 6, 12, ANYBODY),
    ("Công nhân may", "Dệt may", 6, 11, ANYBODY),
    ("Kỹ thuật viên điện", "Công nghiệp", 8, 15, "Trung cấp trở lên"),
    ("Lập trình viên", "Công nghệ thông tin", 10, 30, "Cao đẳng trở lên"),
    ("Kế toán", "Tài chính", 7, 14, "Đại học"),
    ("Nhân viên kinh doanh", "Thương mại", 7, 20, "Trung cấp trở lên"),
    ("Lái xe", "Vận tải", 8, 14, ANYBODY), ("Điều dưỡng", "Y tế", 7, 13, "Cao đẳng trở lên"),
    ("Hướng dẫn viên du lịch", "Du lịch", 8, 18, "Cao đẳng trở lên"),
    ("Thợ mộc", "Thủ công mỹ nghệ", 8, 15, ANYBODY),
    ("Kỹ sư xây dựng", "Xây dựng", 10, 22, "Đại học"),
)  # fmt: skip


def market(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    unit, again = digits(index, len(scope.places))
    place = scope.places[unit]
    rank = draw.pick((2, 3) if again == 0 and place.central else (3, 3, 3, 2))
    area = draw.rounded(3_000, 16_000, 100) if rank == 2 else draw.rounded(600, 3_500, 50)
    longitude, latitude = place.point(draw)
    return (
        f"CH{index + 1:04d}",
        f"Chợ {place.part} {again + 1} {place.short}" if again else f"Chợ {place.short}",
        rank,
        place.address(draw),
        *place.unit,
        area,
        area // draw.whole(14, 26),
        draw.pick(("Cả ngày", "Buổi sáng", "Buổi chiều", "Cả ngày")),
        draw.chance(0.6),
        draw.maybe(draw.whole(1960, 2018), 0.25),
        longitude,
        latitude,
    )


def material_price(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    material, area, back = digits(index, len(MATERIALS), len(AREAS))
    name, group, unit, usual = MATERIALS[material]
    step = 10 if usual < 20_000 else 500
    price = round(usual * (1 + 0.04 * area) * draw.decimal(0.97, 1.03, 4) / step) * step
    return (
        scope.month(back),
        name,
        group,
        unit,
        AREAS[area],
        draw.maybe(price, 0.03),
        draw.maybe(draw.decimal(-2.5, 3.2, 1), 0.05),
    )


def new_firms(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    sector, back = digits(index, len(SECTORS))
    name, usual = SECTORS[sector]
    number = draw.share(usual, 0.6, 1.4)
    return (
        scope.month(back),
        name,
        number,
        round(number * draw.decimal(1.5, 9.5, 3), 1),
        number * draw.whole(3, 9),
        draw.share(number, 0.1, 0.5),
        draw.share(number, 0.0, 0.25),
    )


def revenue(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    item, back = digits(index, len(REVENUES))
    name, usual = REVENUES[item]
    collected = round(usual * draw.decimal(0.7, 1.35, 4), 1)
    return (
        scope.month(back),
        name,
        float(usual),
        collected,
        round(100 * collected / usual, 1),
        draw.decimal(-9, 18, 1),
    )


def vacancy(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    job, sector, low, high, skill = draw.pick(JOBS)
    place = scope.mostly_central(draw, 0.6)
    least = draw.whole(low, (low + high) // 2)
    agreed = draw.chance(0.18)
    posted = scope.day(draw.whole(0, 45))
    return (
        f"{index + 1:06d}",
        job,
        sector,
        draw.pick((1, 1, 1, 2, 2, 3, 5)) * (10 if skill == ANYBODY else 1),
        None if agreed else least * 1_000_000,
        None if agreed else draw.whole(least + 1, high) * 1_000_000,
        skill,
        draw.pick(("Toàn thời gian", "Toàn thời gian", "Bán thời gian", "Thời vụ")),
        *place.unit,
        vietnamese_date(posted),
        vietnamese_date(scope.until + timedelta(days=draw.whole(3, 45))),
        draw.pick(("Có", "Không")),
    )


ROWS: dict[str, RowMaker] = {
    "cho": market,
    "gia-vat-lieu-xay-dung": material_price,
    "doanh-nghiep-thanh-lap-moi": new_firms,
    "thu-ngan-sach": revenue,
    "nhu-cau-tuyen-dung": vacancy,
}
