"""While a batch of datasets is written, each is read once: for the activity stream and for Solr alike.

CKAN reads a dataset for its activity, and again, twice validated, for its document. That is a third of the
time that a harvest takes to write one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from copy import deepcopy
from typing import Any

import ckan.logic as logic
import ckan.plugins.toolkit as tk
from ckan.types import ActionResult, Context, DataDict

Shown = dict[str, tuple[dict[str, Any], dict[str, Any]]]
_shown: ContextVar[Shown | None] = ContextVar("hue_shown", default=None)


@contextmanager
def shown_once() -> Iterator[Shown]:
    """Keep what is read of each dataset written meanwhile: by id, after CKAN's and after our schema.

    Use it once the transaction is committed; throw it away when it is rolled back.
    """
    shown: Shown = {}
    token = _shown.set(shown)
    try:
        yield shown
    finally:
        _shown.reset(token)


@tk.chained_action
@tk.side_effect_free
def package_show(
    original_action: Callable[..., ActionResult.PackageShow], context: Context, data_dict: DataDict
) -> ActionResult.PackageShow:
    """As CKAN's; see `shown_once` for what is different while a batch is written."""
    shown = _shown.get()
    if shown is None or not _is_for_the_activity(context, data_dict):
        return original_action(context, data_dict)
    dataset_id = data_dict["id"]
    shown[dataset_id] = logic.package_show_default_and_custom_schemas(Context(ignore_auth=True), dataset_id)
    return deepcopy(shown[dataset_id][1])


def _is_for_the_activity(context: Context, data_dict: DataDict) -> bool:
    """Whether ckanext-activity asks: for what it keeps, and never from Solr, where nothing is yet."""
    return data_dict.get("include_tracking") is False and context.get("for_view") is False
