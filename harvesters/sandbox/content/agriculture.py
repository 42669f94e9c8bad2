"""Nông nghiệp: rice harvests and OCOP products."""

from __future__ import annotations

from .columns import Value
from .draw import Draw, digits
from .places import Scope
from .template import RowMaker

SEASONS = (("Đông Xuân", 58, 66), ("Hè Thu", 52, 62))
PRODUCTS = (
    # sản phẩm, nhóm, giá thấp nhất và cao nhất, đơn vị bán
    ("Tinh dầu tràm", "Dược liệu", 90_000, 320_000, "chai 100 ml"),
    ("Mè xửng", "Thực phẩm", 35_000, 90_000, "hộp 400 g"),
    ("Tôm chua", "Thực phẩm", 60_000, 140_000, "hũ 500 g"),
    ("Nước mắm", "Thực phẩm", 55_000, 160_000, "chai 500 ml"),
    ("Mắm ruốc", "Thực phẩm", 40_000, 85_000, "hũ 500 g"),
    ("Gạo hữu cơ", "Thực phẩm", 110_000, 190_000, "túi 5 kg"),
    ("Nấm linh chi", "Dược liệu", 320_000, 850_000, "hộp 500 g"),
    ("Mật ong rừng", "Thực phẩm", 180_000, 420_000, "chai 500 ml"),
    ("Trà sen", "Đồ uống", 120_000, 480_000, "hộp 100 g"),
    ("Dầu lạc", "Thực phẩm", 90_000, 150_000, "chai 1 lít"),
    ("Bánh ép khô", "Thực phẩm", 25_000, 60_000, "túi 300 g"),
    ("Nón lá", "Thủ công mỹ nghệ", 60_000, 250_000, "chiếc"),
    ("Hoa giấy Thanh Tiên", "Thủ công mỹ nghệ", 45_000, 180_000, "cành"),
    ("Vải zèng", "Thủ công mỹ nghệ", 350_000, 1_800_000, "tấm"),
    ("Tour nhà vườn", "Dịch vụ du lịch cộng đồng", 150_000, 450_000, "khách"),
)
OF_ONE_PLACE = {"Hoa giấy Thanh Tiên": "19909"}
OF_THE_MOUNTAINS = frozenset(("Vải zèng", "Mật ong rừng", "Nấm linh chi"))
OF_THE_COAST = frozenset(("Nước mắm", "Mắm ruốc", "Tôm chua", "Bánh ép khô"))


def rice(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    unit, season, back = digits(index, len(scope.rural), len(SEASONS))
    place = scope.rural[unit]
    name, low, high = SEASONS[season]
    scale = 0.12 if place.mountainous else 0.5 if place.coastal else 1.0
    area = round(draw.decimal(620, 1_850, 1) * scale, 1)
    poor = 10 if place.mountainous else 0
    yield_per_hectare = draw.decimal(low - poor, high - poor, 1)
    return (
        scope.until.year - 1 - back % 60,
        name,
        *place.unit,
        area,
        yield_per_hectare,
        round(area * yield_per_hectare / 10, 1),
        draw.share(int(area), 0.01, 0.08),
        draw.maybe(draw.decimal(0, 6, 1), 0.1),
    )


def product(index: int, draw: Draw, scope: Scope) -> tuple[Value, ...]:
    kind, turn = digits(index, len(PRODUCTS))
    name, group, cheap, dear, unit = PRODUCTS[kind]
    places = [
        place for place in scope.places if _grown_in(name, place.code, place.mountainous, place.coastal)
    ]
    place = (places or scope.places)[turn % len(places or scope.places)]
    again = turn // len(places or scope.places)
    maker = draw.pick(("Hợp tác xã", "Tổ hợp tác", "Cơ sở sản xuất", "Công ty TNHH"))
    return (
        f"OCOP{index + 1:04d}",
        (name if name in OF_ONE_PLACE else f"{name} {place.short}") + (f" loại {again + 1}" if again else ""),
        group,
        f"{maker} {place.short}",
        *place.unit,
        draw.pick((3, 3, 3, 3, 4, 4, 4, 5)),
        draw.whole(2020, scope.until.year - 1),
        draw.maybe(draw.rounded(cheap, dear, 5_000), 0.07),
        unit,
        draw.pick(("Có", "Không")),
        draw.maybe(draw.phone(), 0.15),
    )


def _grown_in(name: str, code: str, mountainous: bool, coastal: bool) -> bool:
    if name in OF_ONE_PLACE:
        return code == OF_ONE_PLACE[name]
    return mountainous if name in OF_THE_MOUNTAINS else coastal if name in OF_THE_COAST else not mountainous


ROWS: dict[str, RowMaker] = {
    "san-xuat-lua": rice,
    "san-pham-ocop": product,
}
