"""`ckan hue schema …`."""

from __future__ import annotations

import click

from .document import document


@click.group()
def schema() -> None:
    """Lược đồ siêu dữ liệu."""


@schema.command("document")
def schema_document() -> None:
    """In nội dung của docs/metadata.md, tạo từ lược đồ."""
    click.echo(document(), nl=False)
