"""Sources and jobs as JSON values. Nothing secret is ever part of them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from ckanext.hue.harvest.overview import Overview
from ckanext.hue.harvest.reports import Status
from ckanext.hue.harvest.sources import HarvestSource
from ckanext.hue.harvesters.kinds import KINDS


def source_dict(found: Overview) -> dict[str, Any]:
    """A source, as `hue_source_show` describes it."""
    source = found.source
    secrets = secret_settings(source.kind)
    kind = KINDS.get(source.kind)
    return {
        "name": source.name,
        "title": source.title,
        "kind": source.kind,
        "kind_title": kind.title if kind else source.kind,
        "url": source.url,
        "token_set": bool(source.token),
        "allow_private_host": source.allow_private_host,
        "number_format": source.number_format,
        "settings": without_secrets(source),
        "secrets_set": sorted(secrets & set(source.settings)),
        "owner_org": source.owner_org,
        "organization": asdict(found.agency) if found.agency else None,
        "email": source.email,
        "every_minutes": source.every_minutes,
        "next_run": _moment(source.next_run),
        "paused": source.paused,
        "grace_days": source.grace_days,
        "bad_row_percent": None if source.bad_row_percent is None else float(source.bad_row_percent),
        "accept_drift": source.accept_drift,
        "keep_fields": list(source.keep_fields),
        "vouched_by": source.vouched_by,
        "vouched_at": _moment(source.vouched_at),
        "tables": found.tables,
        "last_harvest": job_dict(found.latest) if found.latest else None,
    }


def job_dict(status: Status) -> dict[str, Any]:
    """A job, as `hue_harvest_show` describes it."""
    rate = status.rows_per_second
    return {
        **asdict(status),
        "created": _moment(status.created),
        "started": _moment(status.started),
        "finished": _moment(status.finished),
        "seconds": round(status.seconds, 3),
        "rows_per_second": None if rate is None else round(rate, 1),
        "over": status.over,
        "succeeded": status.succeeded,
    }


def secret_settings(kind: str) -> set[str]:
    """The settings of a kind of source that nobody is shown again."""
    declared = KINDS[kind].settings if kind in KINDS else ()
    return {setting.name for setting in declared if setting.type == "secret"}


def without_secrets(source: HarvestSource) -> dict[str, Any]:
    """The settings of a source that people may see."""
    hidden = secret_settings(source.kind)
    return {name: value for name, value in source.settings.items() if name not in hidden}


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
