"""The tables that are measured: 8 columns of Vietnamese text, numbers and dates, the same in every run."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

HEADER = (
    "Mã số",
    "Tên cơ sở",
    "Địa chỉ",
    "Số phòng",
    "Giá (nghìn đồng)",
    "Vĩ độ",
    "Ngày cấp phép",
    "Ghi chú",
)
_KINDS = ("Khách sạn", "Nhà nghỉ", "Homestay", "Khu nghỉ dưỡng", "Biệt thự", "Nhà khách")
_NAMES = ("Hương Giang", "Thuận Hóa", "Vỹ Dạ", "Lăng Cô", "Ngự Bình", "Đống Đa")
_STREETS = ("Lê Lợi", "Nguyễn Huệ", "Trần Hưng Đạo", "Đặng Thái Thân", "Bùi Thị Xuân", "Lý Thường Kiệt")
_WARDS = ("phường Thuận Hóa", "phường Phú Xuân", "phường Vỹ Dạ", "xã Phú Vang", "phường Hương Thủy")
_NOTES = ("đang hoạt động", "tạm ngừng kinh doanh", "chờ thẩm định, bổ sung hồ sơ", "", "đã đổi giấy phép")
_FIRST_DAY = date(2005, 1, 1)
_DAYS = 7_500


@dataclass(frozen=True, slots=True)
class Search:
    """A question for the table: words as people type them, accents or not."""

    with_accents: str
    typed: str


# Of a million rows each finds fewer than 10,000.
SEARCHES = (Search("Hương Giang 499", "huong giang 499"), Search("21", "21"))


def rows(count: int, seed: int = 1) -> Iterator[list[Any]]:
    """The same rows for the same seed: text, int, Decimal and date."""
    chance = random.Random(seed)  # noqa: S311
    for index in range(count):
        yield [
            f"CS{index:07}",
            f"{chance.choice(_KINDS)} {chance.choice(_NAMES)} {chance.randrange(1_000)}",
            f"{chance.randrange(1, 400)} {chance.choice(_STREETS)}, {chance.choice(_WARDS)}, thành phố Huế",
            chance.randrange(4, 320),
            Decimal(chance.randrange(1_500, 90_000)).scaleb(-1),
            Decimal(chance.randrange(16_200_000, 16_700_000)).scaleb(-6),
            _FIRST_DAY + timedelta(chance.randrange(_DAYS)),
            chance.choice(_NOTES),
        ]


def write_csv(path: Path, count: int, seed: int = 1) -> Path:
    """A table as UTF-8 CSV with a header."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(rows(count, seed))
    return path


def write_xlsx(path: Path, count: int) -> Path:
    """A table as a workbook with numbers and dates."""
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write_row(0, 0, HEADER)
    for number, (code, name, address, rooms, price, latitude, licensed, note) in enumerate(rows(count), 1):
        sheet.write_row(number, 0, (code, name, address, rooms, float(price), float(latitude)))
        sheet.write_datetime(number, 6, licensed, day)
        sheet.write_string(number, 7, note) if note else sheet.write_blank(number, 7, None)
    book.close()
    return path
