"""Template helpers about uploads; each is `h.hue_…` in a template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hue import config

from . import dictionary, formats, records


@dataclass(frozen=True, slots=True)
class LoadState:
    """How the newest upload of a resource stands. `state` as records.state_seen; `findings` counts."""

    state: str
    upload: records.Upload
    findings: int
    quarantined: int

    @property
    def busy(self) -> bool:
        return self.state in ("waiting", "reading", "interrupted")


def hue_load_state(resource: Mapping[str, Any]) -> LoadState | None:
    """How the newest upload of a resource stands; None when it has none."""
    upload = records.latest(resource["id"]) if resource.get("url_type") == "upload" else None
    if upload is None:
        return None
    report = upload.report
    findings = len(report.get("findings", ())) + report.get("left_out", 0)
    return LoadState(records.state_seen(upload), upload, findings, report.get("quarantined", 0))


def hue_moment(moment: datetime | None) -> str:
    """A time as 10:05 31/12/2023, in the portal's time zone; empty for none."""
    if moment is None:
        return ""
    return f"{moment.astimezone(tk.h.get_display_timezone()):%H:%M %d/%m/%Y}"


def hue_read_formats() -> str:
    """The formats of files that become tables: «XLSX, CSV, JSON»."""
    return ", ".join(formats.KINDS)


def hue_upload_limit() -> int:
    """How big an uploaded file may be, in megabytes."""
    return config.max_resource_size()


def hue_declared_types() -> list[dict[str, str]]:
    """The types that a column may be declared with, as options of a select."""
    return [{"value": code, "text": tk._(label)} for code, label in dictionary.TYPES.items()]


def hue_type_name(stored: str) -> str:
    """The name of a column's type as `datastore_info` gives it: «Văn bản» for text."""
    return tk._(dictionary.name_of(stored))


def hue_types_to_apply(fields: Iterable[Mapping[str, Any]]) -> list[str]:
    """The columns whose declared type is not the one of the table. fields: of `datastore_info`."""
    return dictionary.not_applied(fields)
