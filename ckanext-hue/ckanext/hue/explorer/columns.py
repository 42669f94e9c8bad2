"""The columns of a table as the explorer needs them: what PostgreSQL knows and what people call them."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import ckan.plugins.toolkit as tk

from ckanext.hue.pages import columns
from ckanext.hue.tables import querying
from ckanext.hue.tables.files import selection
from ckanext.hue.tables.querying import Kind, TableColumn


@dataclass(frozen=True, slots=True)
class Column(columns.Column):
    """A column as readers see it, with what PostgreSQL knows of it.

    `number` is its place in the table, from 0: what pages name it by where its own name could do harm.
    """

    number: int
    is_key: bool
    table: TableColumn

    @property
    def filterable(self) -> bool:
        return self.table.kind is not Kind.OTHER

    @property
    def full_label(self) -> str:
        """The label with its unit, for axes and headings."""
        return f"{self.label} ({self.unit})" if self.unit else self.label


def of_table(resource_id: str) -> dict[str, Column]:
    """The columns of a resource's table by name, in their order, without `_id`.

    Raises ObjectNotFound without a table, and ValidationError for an alias.
    """
    known = querying.columns_of(resource_id)
    described = selection.describe(resource_id)
    return {
        column["id"]: _column(number, column, known[column["id"]])
        for number, column in enumerate(described)
        if column["id"] in known
    }


def told(text: str) -> str:
    """A value as a reader can see it, also one of blanks alone."""
    return text if text.strip() else tk._("(empty)")


def _column(number: int, described: selection.Column, known: TableColumn) -> Column:
    info = described["info"]
    seen = columns.column({"id": described["id"], "type": known.type, "info": info})
    return Column(**asdict(seen), number=number, is_key=bool(info.get("is_key")), table=known)
