"""Actions of CKAN after which graphs are made anew, and of which CKAN tells nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context, DataDict

from .fragments import stale


@tk.chained_action
def group_purge(original_action: Callable[..., Any], context: Context, data_dict: DataDict) -> Any:
    """As CKAN's; the datasets of the group are told of without it."""
    return _purge(original_action, context, data_dict)


@tk.chained_action
def organization_purge(original_action: Callable[..., Any], context: Context, data_dict: DataDict) -> Any:
    """As CKAN's; the datasets of the agencies below it are told of without it."""
    return _purge(original_action, context, data_dict)


def _purge(original_action: Callable[..., Any], context: Context, data_dict: DataDict) -> Any:
    group = model.Group.get(data_dict.get("id"))
    naming = stale.naming(group) if group else []
    result = original_action(context, data_dict)
    stale.mark(naming)
    return result
