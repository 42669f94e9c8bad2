"""How states and actions of a harvest are called in Vietnamese, wherever people meet them."""

from __future__ import annotations

JOB_STATES = {
    "queued": "đang chờ",
    "planning": "đang đọc danh mục",
    "running": "đang chạy",
    "finished": "đã xong",
    "failed": "thất bại",
    "cancelled": "đã hủy",
}
ITEM_STATES = {
    "waiting": "chưa làm",
    "done": "đã công bố",
    "unchanged": "không đổi",
    "failed": "lỗi",
    "held": "chờ duyệt",
    "rejected": "không duyệt",
}
ACTIONS = {
    "new": "bảng mới",
    "changed": "bảng thay đổi",
    "closed": "bảng không còn mở",
    "withdraw": "bảng vắng mặt",
    "archive": "bảng vắng mặt quá hạn",
}
