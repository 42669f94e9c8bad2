"""Columns of a table, and the values that they may hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

KINDS = ("text", "int", "numeric", "date", "timestamp", "bool")

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the data dictionary (`hienthi`): its name, label, type, unit, and whether it is a key."""

    name: str
    label: str
    kind: str = "text"
    unit: str | None = None
    key: bool = False

    def described(self) -> dict[str, Any]:
        item: dict[str, Any] = {
            "khoa": self.key,
            "tentruong": self.name,
            "mota": self.label,
            "kieu": self.kind,
        }
        if self.unit:
            item["donvi"] = self.unit
        return item
