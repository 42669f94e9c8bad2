"""What the settings of a source say of all its datasets, before what the source itself says of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .base import Setting

# Of every kind. The harvest reads it itself: it is no field of a listing's entry.
SPATIAL = Setting(
    "spatial",
    "Mã đơn vị hành chính",
    "Phạm vi của mọi bộ dữ liệu trong nguồn: 2 chữ số (tỉnh, thành phố), 3 (huyện cũ) hoặc 5 (phường, xã).",
    pattern="[0-9]{2}|[0-9]{3}|[0-9]{5}",
)
SETTINGS = (
    Setting("field", "Mã lĩnh vực", "Lĩnh vực của mọi bộ dữ liệu trong nguồn, ví dụ du-lich."),
    Setting("agency", "Mã cơ quan", "Mã của cơ quan công bố mọi bộ dữ liệu trong nguồn."),
    Setting("agency_name", "Tên cơ quan", "Dùng khi cổng chưa có cơ quan mang mã này."),
    Setting("frequency", "Tần suất cập nhật", "Mã tần suất cập nhật, ví dụ hang-thang."),
    Setting("license", "Giấy phép", "Mã giấy phép. Mặc định: giấy phép của cổng."),
    SPATIAL,
)
_FIELDS = {"field": "field_code", "agency": "agency_code"}


def given(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of TableEntry that the settings give, by name."""
    return {
        _FIELDS.get(setting.name, setting.name): settings[setting.name]
        for setting in SETTINGS
        if setting is not SPATIAL and settings.get(setting.name)
    }
