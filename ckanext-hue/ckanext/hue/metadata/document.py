"""docs/metadata.md, made from the schemas: every field's name, label, DCAT property, help and example."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

from ckanext.hue.schemas.rules import RULES

from .fields import Field, all_fields

TEMPLATE = Path(__file__).parents[1] / "templates" / "hue" / "metadata" / "document.md"
HEADER = (
    "| Trường | Tên | DCAT-AP 3.0.1 | Bắt buộc | Giá trị | Hướng dẫn | Ví dụ |\n|---|---|---|---|---|---|---|"
)


def document() -> str:
    """The whole text, Vietnamese, in Markdown."""
    # Markdown, not HTML: nothing is escaped, and all text comes from files of the package.
    environment = jinja2.Environment(  # noqa: S701
        undefined=jinja2.StrictUndefined, keep_trailing_newline=True
    )
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(table=_table, rules=_rules)


def _table(section: str) -> str:
    return "\n".join([HEADER, *(_row(field) for field in all_fields() if field.section == section)])


def _rules() -> str:
    rows = (
        (f"`{rule.field}`", rule.condition["vi"], "có" if rule.harvested else "không", rule.says["vi"])
        for rule in RULES
    )
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _row(field: Field) -> str:
    values = field.values
    cells = (
        f"`{field.path}`",
        _text(values["label"]),
        values["dcat"],
        _required(field),
        values["accepts"],
        _text(values["help_text"]),
        _text(values["example"]),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _required(field: Field) -> str:
    if field.is_required:
        return "có"
    return "; ".join(rule.condition["vi"] for rule in field.rules) or "không"


def _text(text: str | Mapping[str, Any]) -> str:
    return text if isinstance(text, str) else text["vi"]
