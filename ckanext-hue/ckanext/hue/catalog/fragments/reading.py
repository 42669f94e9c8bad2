"""Datasets as `package_show` gives them, many at once.

The index holds each as it was shown when it was written. It serves where its time of change is the database's
own, to the microsecond; CKAN itself looks at hundredths of seconds.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any

import ckan.logic as logic
import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.lib.search.common import SearchError, make_connection
from ckan.types import Context
from pysolr import SolrError

from ckanext.hue.search.indexing import index_id

from .store import Due

log = logging.getLogger(__name__)


def from_index(wanted: Sequence[Due]) -> dict[str, dict[str, Any]]:
    """Those of these datasets that the index knows as they are now, by id."""
    # What names an organization or group is as old in the index as the dataset is.
    modified = {one.id: one.modified.isoformat() for one in wanted if one.stale is None}
    found = (json.loads(text) for text in _indexed(list(modified)))
    return {
        dataset["id"]: _shown(dataset)
        for dataset in found
        if modified.get(dataset["id"]) == dataset.get("metadata_modified")
    }


def from_database(dataset_id: str) -> dict[str, Any]:
    """A dataset as it is now."""
    return tk.get_action("package_show")(Context(ignore_auth=True, use_cache=False), {"id": dataset_id})


def _indexed(dataset_ids: Sequence[str]) -> list[str]:
    if not dataset_ids:
        return []
    try:
        found = make_connection().search(
            "{!terms f=index_id}" + ",".join(map(index_id, dataset_ids)),
            fl="validated_data_dict",
            rows=len(dataset_ids),
            defType="lucene",
        )
    except (SolrError, SearchError):
        log.warning("The index does not answer; datasets are read from the database", exc_info=True)
        return []
    return [document["validated_data_dict"] for document in found.docs if "validated_data_dict" in document]


def _shown(dataset: dict[str, Any]) -> dict[str, Any]:
    """What plugins make of a dataset when it is shown, as the end of `package_show` does."""
    for plugin in p.PluginImplementations(p.IResourceController):
        for resource in dataset["resources"]:
            plugin.before_resource_show(resource)
    logic.apply_after_dataset_show_plugins(Context(ignore_auth=True), dataset)
    return dataset
