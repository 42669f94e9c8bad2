"""What only people say of a dataset, and what only the harvester says."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import authz
from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey

from .text import is_blank


def hue_described(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """People must describe what they publish; a harvested table is published without."""
    if not data[key] and not is_harvested(data):
        raise tk.Invalid(tk._("Missing value"))


def hue_harvest_only(
    key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context
) -> None:
    """What the harvester says of a dataset: it stays on every edit, and only a sysadmin changes it."""
    package = context.get("package")
    stored = package.extras.get(key[-1], "") if package else ""
    trusted = context.get("ignore_auth") or authz.is_sysadmin(context.get("user", ""))
    if data[key] is tk.missing or not trusted:
        data[key] = stored
    if not data[key]:
        del data[key]
        raise tk.StopOnError


def is_harvested(data: FlattenDataDict) -> bool:
    # Fields of the dataset come before its parts, so hue_harvest_only has seen this one.
    return not is_blank(data.get(("harvest_source",)))
