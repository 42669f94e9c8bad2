"""Typed access to configuration; no option is named anywhere else."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk


def _get(key: str) -> Any:
    return tk.config[key]


def batch_size() -> int:
    """How many datasets a harvest batch writes."""
    return max(1, _get("ckanext.hue.harvest.batch_size"))


def job_timeout() -> int:
    """Seconds that a harvest job may take."""
    return _get("ckanext.hue.harvest.job_timeout")


def query_timeout() -> int:
    """Milliseconds that one question to a table may take."""
    return max(1, _get("ckanext.hue.tables.query_timeout")) * 1_000


def publisher() -> str:
    return _get("ckanext.hue.publisher")


def contact_email() -> str:
    return _get("ckanext.hue.contact_email") or ""


def datastore_write_url() -> str:
    return _get("ckan.datastore.write_url")


def datastore_read_url() -> str:
    return _get("ckan.datastore.read_url")


def site_url() -> str:
    return _get("ckan.site_url").rstrip("/")
