"""Which page of a list an address asks for."""

from __future__ import annotations

import ckan.plugins.toolkit as tk

MAX_PAGE = 1_000_000


def asked_page(parameter: str = "page") -> int:
    """The page that the address asks for; the first one where it asks for none that could be."""
    asked = tk.request.args.get(parameter, "")
    return min(max(int(asked), 1), MAX_PAGE) if asked.isdecimal() and len(asked) < 10 else 1


def page_count(count: int, per_page: int) -> int:
    """How many pages `count` things fill, at least one."""
    return max(1, -(-count // per_page))
