"""Checks the settings of a source against what its kind declares."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .base import Setting
from .errors import SettingsError

MAX_TEXT = 2_000
MAX_ITEMS = 10_000


def checked(declared: Sequence[Setting], given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that were given, without empty ones. Raises SettingsError."""
    by_name = {setting.name: setting for setting in declared}
    if unknown := sorted(set(given) - set(by_name)):
        known = ", ".join(by_name) or "loại nguồn này không có thiết lập riêng"
        raise SettingsError(reason=f"không có thiết lập «{unknown[0]}» (các thiết lập: {known}).")
    values = {name: _checked(by_name[name], value) for name, value in given.items()}
    values = {name: value for name, value in values.items() if value not in ("", [], {})}
    for setting in declared:
        if setting.required and setting.name not in values:
            raise SettingsError(reason=f"thiếu thiết lập «{setting.name}» ({setting.label}).")
    return values


def _checked(setting: Setting, value: Any) -> Any:
    match setting.type:
        case "flag":
            fits = isinstance(value, bool)
        case "choice":
            fits = value in ("", *setting.choices)
        case "list":
            fits = isinstance(value, list) and len(value) <= MAX_ITEMS and all(map(_is_text, value))
        case "mapping":
            fits = isinstance(value, dict) and len(value) <= MAX_ITEMS and all(map(_is_text, value.values()))
        case _:
            fits = _is_text(value) and (not value or re.fullmatch(setting.pattern or ".*", value, re.DOTALL))
    if not fits:
        raise SettingsError(reason=f"thiết lập «{setting.name}» phải là {_described(setting)}.")
    return value


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TEXT and "\x00" not in value


def _described(setting: Setting) -> str:
    if setting.pattern:
        return f"văn bản đúng dạng: {setting.help}"
    return {
        "flag": "true hoặc false",
        "choice": f"một trong {', '.join(setting.choices)}",
        "list": f"danh sách tối đa {MAX_ITEMS} văn bản",
        "mapping": f"bảng tên và giá trị (tối đa {MAX_ITEMS} mục)",
    }.get(setting.type, f"văn bản tối đa {MAX_TEXT} ký tự")
