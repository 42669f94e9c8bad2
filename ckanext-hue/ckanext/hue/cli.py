"""`ckan hue …`: the portal's own commands."""

from __future__ import annotations

import click

from .catalog.cli import catalog
from .harvest.commands import harvest, reconcile, scheduler, source
from .metadata.cli import schema
from .quality.cli import quality
from .search.cli import search
from .tables.cli import tables


@click.group()
def hue() -> None:
    """Cổng dữ liệu mở Huế."""


hue.add_command(source)
hue.add_command(harvest)
hue.add_command(scheduler)
hue.add_command(reconcile)
hue.add_command(quality)
hue.add_command(tables)
hue.add_command(catalog)
hue.add_command(schema)
hue.add_command(search)


__all__ = ["hue"]
