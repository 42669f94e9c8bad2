"""The portal's own actions, and those of the DataStore that it changes; each stands in its room."""

from __future__ import annotations

from .search.showing import package_show
from .tables.actions import (
    datastore_create,
    datastore_search,
    hue_table_aggregate,
    hue_table_changes,
    hue_table_profile,
    hue_table_versions,
)
from .tables.files.actions import hue_table_files
from .tables.uploads.actions import hue_upload_reload, hue_upload_show

__all__ = [
    "datastore_create",
    "datastore_search",
    "hue_table_aggregate",
    "hue_table_changes",
    "hue_table_files",
    "hue_table_profile",
    "hue_table_versions",
    "hue_upload_reload",
    "hue_upload_show",
    "package_show",
]
