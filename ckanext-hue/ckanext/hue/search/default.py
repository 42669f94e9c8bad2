"""What a search leaves out unless it asks for it."""

from __future__ import annotations

from typing import Any

_FIELD = "harvest_state"


def without_withdrawn(search: dict[str, Any]) -> dict[str, Any]:
    """Leave out datasets that their source no longer supplies, but in a search that names their state."""
    asked = [search.get("q"), search.get("fq"), *(search.get("fq_list") or ())]
    if any(_FIELD in part for part in asked if isinstance(part, str)):
        return search
    return {**search, "fq_list": [*(search.get("fq_list") or ()), f"-{_FIELD}:withdrawn"]}
