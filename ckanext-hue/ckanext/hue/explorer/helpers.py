"""Template helpers of the explorer; each is `h.hue_…` in a template."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

from ckanext.hue import config
from ckanext.hue.pages import values

from . import charting
from .columns import Column, told


def hue_cell(value: str, column: Column) -> str:
    """A value of a filter as a reader knows it."""
    if column.kind == "bool":
        return tk._("Yes") if value == "true" else tk._("No")
    return told(values.cell(value, column.kind, grouped=column.grouped).text)


def hue_figure(value: float | None) -> str:
    """A computed figure with as many digits as it is read with."""
    return charting.figure(value)


def hue_boundaries() -> str:
    """The address of the boundaries that maps are drawn on."""
    if config.boundaries():
        return tk.h.url_for("hue_explorer.boundaries")
    return tk.h.url_for_static("/boundaries/46.geojson")
