"""Another platform's names for what the platform's contract says, from a source's settings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import quote

from . import envelope
from .base import Setting
from .defaults import SPATIAL
from .errors import SettingsError

LISTING_NAMES = ("data", "tong", "phien", "code", "message")
ENTRY_NAMES = (
    *("id", "tenbang", "mota", "linhvuc", "macoquan", "tencoquan", "mucdo", "tansuat", "ngaycapnhat"),
    *("tongsobanghi", "mabam", "tukhoa", "giayphep", "lienhe.ten", "lienhe.email", "lienhe.dienthoai"),
)
ANSWER_NAMES = ("data", "tongsobanghi", "mabam", "code", "message")
COLUMN_NAMES = ("tentruong", "mota", "khoa", "kieu", "donvi")
TABLE_NAMES = (*ANSWER_NAMES, "sttbanghi", "hienthi", *(f"hienthi.{name}" for name in COLUMN_NAMES))
ACCESS_LEVELS = ("mo", "dung-chung", "noi-bo")
PAGING = ("page", "page-from-0", "offset")
MAX_PAGE_SIZE = 100_000

SETTINGS = (
    Setting("listing_path", "Đường dẫn danh mục", "Phần sau địa chỉ nguồn. Mặc định: danhmuc"),
    Setting("table_path", "Đường dẫn một bảng", "Có {id} ở chỗ mã bảng. Mặc định: bang/{id}"),
    Setting("page_parameter", "Tham số số trang", "Mặc định: trang"),
    Setting("size_parameter", "Tham số cỡ trang", "Mặc định: sobanghi"),
    Setting(
        "paging",
        "Cách đánh số trang",
        "page: trang đầu là 1 (mặc định); page-from-0: trang đầu là 0; offset: số bản ghi cần bỏ qua.",
        "choice",
        PAGING,
    ),
    Setting("listing_page_size", "Số bảng mỗi trang danh mục", "Mặc định: 500"),
    Setting("table_page_size", "Số bản ghi mỗi trang của bảng", "Mặc định: 10000"),
    Setting(
        "listing_names",
        "Tên trong câu trả lời danh mục",
        f"Tên của hợp đồng ({', '.join(LISTING_NAMES)}) và chỗ tương ứng ở nguồn, ví dụ data = result.items",
        "mapping",
    ),
    Setting(
        "entry_names",
        "Tên trong một mục của danh mục",
        f"Tên của hợp đồng ({', '.join(ENTRY_NAMES)}) và chỗ tương ứng ở nguồn, ví dụ tenbang = info.title",
        "mapping",
    ),
    Setting(
        "table_names",
        "Tên trong câu trả lời của bảng",
        f"Tên của hợp đồng ({', '.join(TABLE_NAMES)}) và chỗ tương ứng ở nguồn, ví dụ data = result.records",
        "mapping",
    ),
    Setting(
        "success_codes", "Mã thành công", "Các giá trị của code nghĩa là thành công. Mặc định: 0", "list"
    ),
    Setting(
        "access_codes",
        "Mã mức độ mở",
        f"Mã ở nguồn và mức tương ứng ({', '.join(ACCESS_LEVELS)}), ví dụ public = mo",
        "mapping",
    ),
    Setting(
        "default_access",
        "Mức độ mở khi danh mục không ghi",
        "Mặc định: noi-bo (không công bố)",
        "choice",
        ACCESS_LEVELS,
    ),
    Setting("field_codes", "Mã lĩnh vực", "Mã ở nguồn và mã lĩnh vực của cổng", "mapping"),
    Setting("frequency_codes", "Mã tần suất", "Mã ở nguồn và mã tần suất của cổng", "mapping"),
    Setting(
        "type_codes",
        "Mã kiểu dữ liệu",
        f"Mã ở nguồn và kiểu tương ứng ({', '.join(sorted(envelope.TYPES))}), ví dụ varchar = text",
        "mapping",
    ),
    SPATIAL,
)

Path = tuple[str, ...]

_MAX_PATH = 20  # names in a path
_PARAMETER = re.compile(r"[A-Za-z0-9_.\[\]-]{1,100}")
_ADDRESS = re.compile(r"[A-Za-z0-9._~/{}?=&%:@,+-]{1,500}")


@dataclass(frozen=True, slots=True)
class Names:
    """What one platform calls things. Paths lead into an answer, a name for each level."""

    listing_path: str = "danhmuc"
    table_path: str = "bang/{id}"
    page_parameter: str = "trang"
    size_parameter: str = "sobanghi"
    paging: str = "page"
    listing_page_size: int = 500
    table_page_size: int = 10_000
    listing_names: Mapping[str, Path] = field(default_factory=dict)
    entry_names: Mapping[str, Path] = field(default_factory=dict)
    table_names: Mapping[str, Path] = field(default_factory=dict)
    success_codes: frozenset[str] = frozenset()
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    default_access: str = ""

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Self:
        """Read checked settings. Raises SettingsError, which names the setting."""
        plain = ("page_parameter", "size_parameter", "paging", "default_access")
        given: dict[str, Any] = {name: settings[name] for name in plain if name in settings}
        for name in ("page_parameter", "size_parameter"):
            if name in given and not _PARAMETER.fullmatch(given[name]):
                raise _wrong(name, "chỉ gồm chữ không dấu, chữ số và các dấu _ . - [ ]")
        for name in ("listing_path", "table_path"):
            if name in settings:
                given[name] = _address(name, settings[name])
        for name in ("listing_page_size", "table_page_size"):
            if name in settings:
                given[name] = _size(name, settings[name])
        for name, known in (
            ("listing_names", LISTING_NAMES),
            ("entry_names", ENTRY_NAMES),
            ("table_names", TABLE_NAMES),
        ):
            given[name] = _paths(name, settings.get(name, {}), known)
        given["success_codes"] = frozenset(settings.get("success_codes", ()))
        given["codes"] = {
            "mucdo": _codes("access_codes", settings, ACCESS_LEVELS),
            "linhvuc": _codes("field_codes", settings),
            "tansuat": _codes("frequency_codes", settings),
            "kieu": _codes("type_codes", settings, sorted(envelope.TYPES)),
        }
        return cls(**given)

    def table_address(self, remote_id: str) -> str:
        """The path of one table, whatever its id."""
        return self.table_path.replace("{id}", quote(remote_id, safe=""))

    def parameters(self, page: int, received: int, size: int) -> dict[str, int]:
        """What asks for a page: `page` counts from 1, `received` are the items of the pages before it."""
        place = {"page": page, "page-from-0": page - 1, "offset": received}[self.paging]
        return {self.page_parameter: place, self.size_parameter: size}


def _wrong(name: str, what: str) -> SettingsError:
    return SettingsError(reason=f"thiết lập «{name}» phải {what}.")


def _address(name: str, path: str) -> str:
    path = path.removeprefix("/")
    if not _ADDRESS.fullmatch(path) or "://" in path or ".." in path.split("?")[0].split("/"):
        raise _wrong(name, "là phần địa chỉ sau địa chỉ nguồn, đã mã hóa phần trăm, không có http:// hay ..")
    rest = path.replace("{id}", "", 1) if name == "table_path" else path
    if name == "table_path" and rest == path:
        raise _wrong(name, "có {id} ở chỗ mã bảng")
    if "{" in rest or "}" in rest:
        raise _wrong(name, "không có dấu ngoặc nhọn nào ngoài một {id} trong «table_path»")
    return path


def _size(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= 6 and 1 <= int(value) <= MAX_PAGE_SIZE):
        raise _wrong(name, f"là số nguyên từ 1 đến {MAX_PAGE_SIZE}")
    return int(value)


def _paths(setting: str, given: Mapping[str, str], known: Sequence[str]) -> dict[str, Path]:
    paths = {}
    for name, path in given.items():
        if name not in known:
            known_names = ", ".join(known)
            raise SettingsError(
                reason=f"thiết lập «{setting}» không có tên «{name[:100]}» (các tên: {known_names})."
            )
        parts = tuple(path.split("."))
        if not all(part.strip() for part in parts) or len(parts) > _MAX_PATH:
            where = f"thiết lập «{setting}», tên «{name}»"
            raise SettingsError(reason=f"{where}: «{path[:100]}» phải là các tên nối bằng dấu chấm.")
        paths[name] = parts
    return paths


def _codes(setting: str, settings: Mapping[str, Any], ours: Sequence[str] = ()) -> Mapping[str, str]:
    codes: Mapping[str, str] = settings.get(setting, {})
    for code, value in codes.items():
        if ours and value not in ours:
            where = f"thiết lập «{setting}», mã «{code[:100]}»"
            raise SettingsError(reason=f"{where}: «{value[:100]}» phải là một trong {', '.join(ours)}.")
    return codes
