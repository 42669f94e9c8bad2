"""What a reader may do with data, and what they must: in a sentence for each licence, and in a few words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk

_ATTRIBUTION = frozenset({"cc-by-4.0", "odc-by-1.0"})
_SHARE_ALIKE = frozenset({"cc-by-sa-4.0", "odbl-1.0"})
_FREE = frozenset({"cc0-1.0"})


def in_brief(dataset: Mapping[str, Any]) -> str:
    """What one must do, in a few words."""
    code = dataset.get("license_id") or ""
    if code in _ATTRIBUTION:
        return tk._("Free to use, also commercially: name the source")
    if code in _SHARE_ALIKE:
        return tk._("Free to use: name the source, share alike")
    if code in _FREE:
        return tk._("Free to use, without conditions")
    return tk._("See the conditions of use") if code else tk._("No licence named: ask the agency")
