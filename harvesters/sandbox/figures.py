"""Open tables that are not simulated: published figures (figures.yaml) and the portal's own code lists."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cache
from typing import Any

import vietnam_provinces

from . import vocabularies
from .content.columns import Column, Value
from .content.places import wards
from .content.resources import read_yaml
from .tables import OPEN, About, NoSuchRows, RowTable, Table
from .times import HUE_TIME

LEVELS = {"tinh": "Cấp tỉnh", "huyen": "Cấp huyện (đến 30/6/2025)", "xa": "Cấp xã (từ 01/7/2025)"}


@dataclass(frozen=True)
class FixedTable(RowTable):
    """A table of known rows; a `revision` above 0 raises its first column of whole numbers."""

    described: About
    layout: Sequence[Column]
    values: Sequence[Sequence[Value]]
    revision: int = 0

    @property
    def id(self) -> str:
        return self.described.id

    @property
    def access(self) -> str:
        return self.described.access

    @property
    def version(self) -> str:
        dictionary = [column.described() for column in self.columns]
        text = json.dumps([dictionary, *map(list, self.rows(0, self.count))], ensure_ascii=False)
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()

    @property
    def columns(self) -> Sequence[Column]:
        return self.layout

    @property
    def count(self) -> int:
        return len(self.values)

    def about(self) -> About:
        return self.described

    def rows(self, start: int, stop: int) -> Iterable[Sequence[Value]]:
        raised = next(place for place, column in enumerate(self.columns) if column.kind == "int")
        for row in self.values[start:stop]:
            number = row[raised]
            if self.revision and isinstance(number, int):
                yield [*row[:raised], number + self.revision, *row[raised + 1 :]]
            else:
                yield row

    def changed(self, **change: Any) -> Table:
        table = self
        if "access" in change:
            table = replace(table, described=replace(table.described, access=change["access"]))
        if "revision" in change:
            table = replace(table, revision=change["revision"])
        if "rows" in change:
            if change["rows"] > len(table.values):
                raise NoSuchRows(f"Bảng “{self.id}” chỉ có {len(table.values)} bản ghi, không thêm được.")
            table = replace(table, values=table.values[: change["rows"]])
        return table


def _updated(day: date) -> datetime:
    return datetime.combine(day, time(17), HUE_TIME)


def _about(**given: Any) -> About:
    return About(**{**given, "updated": _updated(given["updated"]), "access": OPEN})


@cache
def published() -> tuple[FixedTable, ...]:
    """The tables of published figures, then the code lists."""
    return (*_figures(), _wards(), _agencies(), _fields())


def _figures() -> Iterable[FixedTable]:
    for table in read_yaml("figures.yaml"):
        columns, rows = table.pop("columns"), table.pop("rows")
        yield FixedTable(_about(**table), tuple(_column(*column) for column in columns), rows)


def _column(name: str, label: str, kind: str = "text", unit: str | None = None) -> Column:
    return Column(name, label, kind, unit)


def _wards() -> FixedTable:
    return FixedTable(
        _about(
            id="danh-muc-phuong-xa",
            title="Danh mục phường, xã của thành phố Huế từ ngày 01/7/2025",
            description="Mã, tên và loại của 40 đơn vị hành chính cấp xã (21 phường, 19 xã) của thành phố "
            "Huế, dùng để nối các bảng dữ liệu theo địa bàn. Nguồn: danh mục đơn vị hành chính của gói "
            f"vietnam-provinces {vietnam_provinces.__version__}.",
            field="to-chuc-bien-che",
            agency="so-noi-vu",
            frequency="khong-dinh-ky",
            updated=date(2025, 10, 18),
            keywords=("đơn vị hành chính", "phường", "xã", "danh mục"),
        ),
        (
            Column("thutu", "Thứ tự", "int"),
            Column("madonvi", "Mã đơn vị hành chính", key=True),
            Column("donvihanhchinh", "Tên đơn vị hành chính"),
            Column("loai", "Loại đơn vị"),
            Column("matinh", "Mã tỉnh, thành phố"),
        ),
        [
            (number, place.code, place.name, place.name.split(" ")[0], "46")
            for number, place in enumerate(wards(), 1)
        ],
    )


def _agencies() -> FixedTable:
    return FixedTable(
        _about(
            id="danh-muc-co-quan",
            title="Danh mục cơ quan, đơn vị tham gia chia sẻ dữ liệu",
            description="Các sở, ban, ngành, UBND cấp huyện (đến ngày 30/6/2025) và UBND phường, xã (từ ngày "
            "01/7/2025) tham gia chia sẻ dữ liệu. Mã định danh theo Quyết định 20/2020/QĐ-TTg chỉ ghi khi đã "
            "biết. Nguồn: danh mục dùng chung của Cổng dữ liệu mở.",
            field="to-chuc-bien-che",
            agency="van-phong-ubnd-tinh",
            frequency="khong-dinh-ky",
            updated=date(2025, 7, 1),
            keywords=("cơ quan", "mã định danh", "danh mục", "dữ liệu dùng chung"),
        ),
        (
            Column("thutu", "Thứ tự", "int"),
            Column("macoquan", "Mã cơ quan trên Cổng", key=True),
            Column("tencoquan", "Tên cơ quan"),
            Column("tentienganh", "Tên tiếng Anh"),
            Column("cap", "Cấp"),
            Column("madinhdanh", "Mã định danh điện tử"),
        ),
        [
            (
                number,
                code,
                agency.name,
                agency.name_en,
                LEVELS[agency["level"]],
                agency["agency_code"] or None,
            )
            for number, (code, agency) in enumerate(vocabularies.agencies().items(), 1)
        ],
    )


def _fields() -> FixedTable:
    return FixedTable(
        _about(
            id="danh-muc-linh-vuc",
            title="Danh mục lĩnh vực của dữ liệu dùng chung",
            description="Các lĩnh vực dùng để phân loại bảng dữ liệu và bộ dữ liệu mở, kèm chủ đề tương "
            "ứng trong danh mục chủ đề dữ liệu của Liên minh châu Âu. Nguồn: danh mục dùng chung của Cổng "
            "dữ liệu mở.",
            field="thong-tin-truyen-thong",
            agency="so-thong-tin-truyen-thong",
            frequency="khong-dinh-ky",
            updated=date(2025, 7, 1),
            keywords=("lĩnh vực", "phân loại", "danh mục", "dữ liệu mở"),
        ),
        (
            Column("thutu", "Thứ tự", "int"),
            Column("malinhvuc", "Mã lĩnh vực", key=True),
            Column("tenlinhvuc", "Tên lĩnh vực"),
            Column("tentienganh", "Tên tiếng Anh"),
            Column("chudeeu", "Chủ đề của Liên minh châu Âu"),
            Column("mota", "Mô tả"),
        ),
        [
            (number, code, field.name, field.name_en, field["eu_theme"], field["description"])
            for number, (code, field) in enumerate(vocabularies.fields().items(), 1)
        ],
    )
