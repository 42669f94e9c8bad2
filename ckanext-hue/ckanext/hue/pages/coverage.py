"""Which time and which places data are about, each on a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk

from . import values

MOST = 3  # places, periods


def periods(dataset: Mapping[str, Any]) -> list[str]:
    """The periods, as days from–to."""
    found = dataset.get("temporal_coverage") or ()
    return [
        f"{values.day(each.get('start')) or '…'} – {values.day(each.get('end')) or '…'}"
        for each in found[:MOST]
        if each.get("start") or each.get("end")
    ]


def places(dataset: Mapping[str, Any]) -> list[str]:
    """The names of the places, as many as fit; then how many more there are."""
    found = dataset.get("spatial_coverage") or ()
    names = [each.get("text") or tk.h.hue_unit_name(each.get("code") or "") or "" for each in found]
    named = list(dict.fromkeys(filter(None, names)))
    more = [tk._("and {n} more").format(n=values.number(len(named) - MOST))] if len(named) > MOST else []
    return named[:MOST] + more
