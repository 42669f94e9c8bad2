"""argparse that speaks Vietnamese."""

from __future__ import annotations

import argparse
from typing import NoReturn

from stack.steps import warn

PHRASES = {
    "usage: ": "cách dùng: ",
    "options:": "tùy chọn:",
    "positional arguments:": "tham số:",
    "show this help message and exit": "hiện hướng dẫn này",
    "the following arguments are required: ": "còn thiếu ",
    "unrecognized arguments: ": "không hiểu ",
    "expected one argument": "cần một giá trị",
    "invalid choice: ": "không có ",
    "choose from ": "chỉ có ",
    "argument ": "",
}


def in_vietnamese(text: str) -> str:
    """Translate argparse's own phrases in a text."""
    for english, vietnamese in PHRASES.items():
        text = text.replace(english, vietnamese)
    return text


class Parser(argparse.ArgumentParser):
    """A parser whose help and errors are in Vietnamese."""

    def format_help(self) -> str:
        return in_vietnamese(super().format_help())

    def format_usage(self) -> str:
        return in_vietnamese(super().format_usage())

    def error(self, message: str) -> NoReturn:
        warn(f"{self.format_usage()}Lỗi: {in_vietnamese(message)}")
        raise SystemExit(2)


def port_number(text: str) -> int:
    """Read a port that a person may use."""
    number = int(text) if text.isascii() and text.isdecimal() else 0
    if not 1024 <= number <= 65535:
        raise argparse.ArgumentTypeError("cổng mạng phải là số từ 1024 đến 65535")
    return number
