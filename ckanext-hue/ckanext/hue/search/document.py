"""The Solr document of a dataset."""

from __future__ import annotations

from typing import Any

# Solr refuses a string over 32,766 bytes, and the whole dataset with it.
MAX_STRING_BYTES = 32_000
_STORED_ONLY = frozenset({"data_dict", "validated_data_dict"})
_ANALYSED = frozenset({"notes", "title", "text"})


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with every value short enough for Solr."""
    return {
        key: value if key in _STORED_ONLY or key in _ANALYSED else _shortened(value)
        for key, value in document.items()
    }


def _shortened(value: Any) -> Any:
    if isinstance(value, list):
        return [_shortened(element) for element in value]
    if isinstance(value, str) and len(value.encode()) > MAX_STRING_BYTES:
        return value.encode()[:MAX_STRING_BYTES].decode(errors="ignore")
    return value
