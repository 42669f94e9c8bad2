"""What can be wrong with data."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

CODES = ("wrong", "missing", "old", "file", "unclear", "personal", "other")


def labels() -> dict[str, str]:
    """The kinds by code, in the order in which readers choose, in the page's language."""
    return {
        "wrong": tk._("Figures or texts are wrong"),
        "missing": tk._("Rows or columns are missing"),
        "old": tk._("The data is out of date"),
        "file": tk._("A file or table does not open"),
        "unclear": tk._("The description is unclear or wrong"),
        "personal": tk._("It shows personal data"),
        "other": tk._("Something else"),
    }


# Mail to agencies is in Vietnamese, whatever language the reader chose.
IN_MAIL = {
    "wrong": "Số liệu hoặc nội dung sai",
    "missing": "Thiếu dòng hoặc thiếu cột",
    "old": "Dữ liệu đã cũ",
    "file": "Tệp hoặc bảng không mở được",
    "unclear": "Mô tả chưa rõ hoặc chưa đúng",
    "personal": "Có dữ liệu cá nhân",
    "other": "Lý do khác",
}
