"""The portal's own actions, and those of the DataStore that it changes; each stands in its room."""

from __future__ import annotations

from .harvest.actions import (
    hue_harvest_approve,
    hue_harvest_cancel,
    hue_harvest_list,
    hue_harvest_quarantine,
    hue_harvest_reject,
    hue_harvest_report,
    hue_harvest_retry,
    hue_harvest_run,
    hue_harvest_show,
    hue_source_check,
    hue_source_create,
    hue_source_delete,
    hue_source_kinds,
    hue_source_list,
    hue_source_pause,
    hue_source_resume,
    hue_source_show,
    hue_source_update,
)
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
    "hue_harvest_approve",
    "hue_harvest_cancel",
    "hue_harvest_list",
    "hue_harvest_quarantine",
    "hue_harvest_reject",
    "hue_harvest_report",
    "hue_harvest_retry",
    "hue_harvest_run",
    "hue_harvest_show",
    "hue_source_check",
    "hue_source_create",
    "hue_source_delete",
    "hue_source_kinds",
    "hue_source_list",
    "hue_source_pause",
    "hue_source_resume",
    "hue_source_show",
    "hue_source_update",
    "hue_table_aggregate",
    "hue_table_changes",
    "hue_table_files",
    "hue_table_profile",
    "hue_table_versions",
    "hue_upload_reload",
    "hue_upload_show",
    "package_show",
]
