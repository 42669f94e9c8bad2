"""The harvest's actions: what people and programs see of sources and jobs, and do with them (docs/api.md)."""

from __future__ import annotations

from .jobs import (
    hue_harvest_approve,
    hue_harvest_cancel,
    hue_harvest_list,
    hue_harvest_quarantine,
    hue_harvest_reject,
    hue_harvest_report,
    hue_harvest_retry,
    hue_harvest_run,
    hue_harvest_show,
)
from .reading import hue_source_check, hue_source_kinds, hue_source_list, hue_source_show
from .writing import (
    hue_source_create,
    hue_source_delete,
    hue_source_pause,
    hue_source_resume,
    hue_source_update,
)

__all__ = [
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
]
