"""The portal without its own search: CKAN's schema, documents, query and connections, the same datasets."""

from __future__ import annotations

from typing import Any

from ckanext.hue.plugin import HuePlugin
from ckanext.hue.search import connecting


def take_out() -> None:
    """Before the application is made. CKAN_SOLR_URL names the core with CKAN's schema."""
    HuePlugin.before_dataset_search = _unchanged
    HuePlugin.before_dataset_index = _unchanged
    connecting.keep_open = _nothing


def _unchanged(_plugin: HuePlugin, given: dict[str, Any]) -> dict[str, Any]:
    return given


def _nothing() -> None:
    """CKAN's searches stay as they are."""
