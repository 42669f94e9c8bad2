"""Typed access to configuration; no option is named anywhere else."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk

MAX_CATALOG_PAGE = 1_000  # datasets; a page is in memory


def _get(key: str) -> Any:
    return tk.config[key]


def batch_size() -> int:
    """How many datasets a harvest batch writes."""
    return max(1, _get("ckanext.hue.harvest.batch_size"))


def job_timeout() -> int:
    """Seconds that a harvest job may take."""
    return _get("ckanext.hue.harvest.job_timeout")


def lease_seconds() -> float:
    """Seconds without a sign of life after which a worker's part of a harvest is given to another."""
    return max(1, _get("ckanext.hue.harvest.lease"))


def slice_seconds() -> int:
    """Seconds after which a worker lets other background jobs have their turn."""
    return max(1, _get("ckanext.hue.harvest.slice"))


def scheduler_tick() -> int:
    """Seconds between two looks of the scheduler."""
    return max(1, _get("ckanext.hue.scheduler.tick"))


def reconcile_hour() -> int:
    """The hour of the night, Vietnamese time, at which the reconciler runs."""
    return _get("ckanext.hue.scheduler.reconcile_hour") % 24


def reconcile_timeout() -> int:
    """Seconds that the nightly run of the reconciler may take."""
    return _get("ckanext.hue.reconcile.job_timeout")


def kept_jobs() -> int:
    """How many reports of harvests are kept a source."""
    return max(1, _get("ckanext.hue.harvest.kept_jobs"))


def kept_days() -> int:
    """How many days a report of a harvest is kept."""
    return max(1, _get("ckanext.hue.harvest.kept_days"))


def file_storage() -> str:
    """The name of CKAN's file storage that keeps tables as files."""
    return _get("ckanext.hue.files.storage")


def files_job_timeout() -> int:
    """Seconds that a job that writes files may take."""
    return _get("ckanext.hue.files.job_timeout")


def live_streams() -> int:
    """How many files a process writes for readers at once."""
    return max(1, _get("ckanext.hue.files.live_streams"))


def query_timeout() -> int:
    """Milliseconds that one question to a table may take."""
    return max(1, _get("ckanext.hue.tables.query_timeout")) * 1_000


def shared_seconds() -> int:
    """Seconds that nginx keeps a public page, and as long again while it renews it; 0 for not at all."""
    return max(0, _get("ckanext.hue.pages.shared_seconds"))


def catalog_page() -> int:
    """How many datasets a page of the catalogue in RDF has; ckanext-dcat's own option."""
    return min(max(1, tk.asint(_get("ckanext.dcat.datasets_per_page"))), MAX_CATALOG_PAGE)


def rdf_profiles() -> list[str]:
    """Names of the profiles by which RDF is written."""
    return tk.aslist(_get("ckanext.dcat.rdf.profiles"))


def province() -> str:
    """The code of the province whose portal this is; empty when it is none's."""
    return _get("ckanext.hue.province") or ""


def former_units() -> str:
    """The file of the province's abolished units; empty for the one that comes with the portal."""
    return tk.config.get("ckanext.hue.former_units") or ""


def publisher() -> str:
    return _get("ckanext.hue.publisher")


def contact_email() -> str:
    return _get("ckanext.hue.contact_email") or ""


def example_searches() -> list[str]:
    """Words that the home page offers to search for."""
    given = (_get("ckanext.hue.example_searches") or "").split(",")
    return [words.strip() for words in given if words.strip()]


def datastore_write_url() -> str:
    return _get("ckan.datastore.write_url")


def datastore_read_url() -> str:
    return _get("ckan.datastore.read_url")


def smtp_server() -> str:
    """Where mail is handed over; empty when none is sent: without a server, or an address that it is from."""
    return (_get("smtp.server") or "") if _get("smtp.mail_from") else ""


def site_url() -> str:
    return _get("ckan.site_url").rstrip("/")


def site_title() -> str:
    """What the portal is called, as its administrators last set it."""
    return _get("ckan.site_title")


def site_description() -> str:
    return _get("ckan.site_description")


def language() -> str:
    """The language of pages whose address names none."""
    return _get("ckan.locale_default")


def languages() -> list[str]:
    """The languages in which the portal is read."""
    return _get("ckan.locales_offered") or [language()]


def upload_timeout() -> int:
    """Seconds that loading an uploaded file may take."""
    return _get("ckanext.hue.upload.job_timeout")


def max_resource_size() -> int:
    """How big an uploaded file may be, in megabytes."""
    return _get("ckan.max_resource_size")


def resource_storage() -> str:
    """The storage of resources' files by name; CKAN's own folder serves when none of the name is set up."""
    return _get("ckan.files.default_storages.resource")


def map_style() -> str:
    """The address of the base map's style for maps of tables; empty for boundaries alone."""
    return _get("ckanext.hue.explorer.map_style") or ""


def map_host() -> str:
    """The origin of the base map, for the Content-Security-Policy; empty without one."""
    parts = urlsplit(map_style())
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") and parts.netloc else ""


def boundaries() -> str:
    """The file of units' boundaries for coloured maps; empty for the province's outline alone."""
    return _get("ckanext.hue.explorer.boundaries") or ""
