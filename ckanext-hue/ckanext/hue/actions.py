"""The portal's own actions."""

from __future__ import annotations

from .tables.files.actions import hue_table_files
from .tables.uploads.actions import hue_upload_reload, hue_upload_show

__all__ = ["hue_table_files", "hue_upload_reload", "hue_upload_show"]
