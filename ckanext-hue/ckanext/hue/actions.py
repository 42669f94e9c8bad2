"""The portal's own actions."""

from __future__ import annotations

from .tables.files.actions import hue_table_files

__all__ = ["hue_table_files"]
