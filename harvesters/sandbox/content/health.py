"""Y tế: places of care, and vaccinations by month."""

from __future__ import annotations

from datetime import date

from .columns import Value
from .draw import Draw, digits
from .places import Scope
from .template import RowMaker

CLINICS = (
    ("Phòng khám đa khoa", "An Khang", "Bình Minh", "Tâm Đức", "Hương Sen", "Việt An", "Thiện Nhân"),
    ("Phòng khám răng hàm mặt", "Nụ Cười", "Ngọc Trai", "Hoa Mai", "Sao Mai", "Ánh Dương", "Hải Âu"),
    ("Phòng khám y học cổ truyền", "Bách Thảo", "Thảo Mộc", "Phúc Lâm", "An Hòa", "Vạn Xuân", "Trường Thọ"),
    ("Cơ sở xét nghiệm", "Hoàng Mai", "Thanh Bình", "Tín Việt", "Minh An", "Sông Xanh", "Trung Tâm"),
)
VACCINES = (
    ("Vắc xin 5 trong 1, mũi 3", "Trẻ dưới 1 tuổi", 30),
    ("Sởi – Rubella", "Trẻ 18 tháng", 28),
    ("Bại liệt tiêm, mũi 2", "Trẻ dưới 1 tuổi", 30),
    ("Uốn ván mũi 2 trở lên", "Phụ nữ có thai", 24),
)


def care(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    number = len(scope.places)
    place = scope.places[index % number] if index < number else scope.mostly_central(draw, 0.7)
    longitude, latitude = place.point(draw)
    if index < number:
        name, form, beds = f"Trạm Y tế {place.within}", "Công lập", draw.whole(5, 12)
        hours = "07:00–11:30; 13:30–17:00"
    else:
        group, member, again = digits(index - number, len(CLINICS), len(CLINICS[0]) - 1)
        names = CLINICS[group]
        name = f"{names[0]} {names[member + 1]}" + (f" {again + 1}" if again else "")
        form, beds = "Tư nhân", draw.whole(3, 20) if group == 0 else None
        hours = draw.pick(("06:30–20:00", "07:00–19:30", "16:30–20:30"))
    return (
        f"{index + 1:05d}",
        name,
        form,
        beds,
        place.address(draw),
        *place.unit,
        draw.maybe(draw.phone(), 0.06),
        hours,
        draw.chance(0.35),
        draw.chance(0.8),
        draw.maybe(draw.day(date(2012, 1, 1), scope.until).isoformat(), 0.1),
        longitude,
        latitude,
    )


def vaccination(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    unit, vaccine, back = digits(index, len(scope.places), len(VACCINES))
    name, group, usual = VACCINES[vaccine]
    target = usual + draw.whole(-12, 25)
    done = target - draw.whole(0, target // 8)
    return (
        scope.month(back),
        *scope.places[unit].unit,
        name,
        group,
        target,
        done,
        round(100 * done / target, 1),
        draw.maybe(draw.whole(0, 3), 0.15),
    )


ROWS: dict[str, RowMaker] = {
    "co-so-y-te": care,
    "tiem-chung-mo-rong": vaccination,
}
