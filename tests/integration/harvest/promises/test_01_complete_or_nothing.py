"""Promise 1: nothing is deleted or unpublished unless the listing proved complete."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]
UNPROVED = [
    ("listing-changes", {"mode": "phien", "from_page": 2}),
    ("listing-changes", {"mode": "tong"}),
    ("truncate", {"from_page": 2}),
    ("status", {"status": 500, "from_page": 2}),
    ("drop", {"from_page": 2}),
    ("html", {"from_page": 2}),
    ("code", {"from_page": 2}),
]


@pytest.mark.parametrize(("kind", "options"), UNPROVED)
def test_a_listing_that_is_not_proved_complete_withdraws_nothing(
    platform: Run, add_source: Run, harvest: Run, stored: Run, kind: str, options: dict[str, Any]
) -> None:
    server = platform(tables=600, rows=2, open_tables=3)
    source = add_source(server.base)
    assert harvest(source).done == 3
    before = stored(source)
    gone, closed, _ = before
    server.change(gone, removed=True)
    server.change(closed, mucdo="noi-bo")
    server.fault("danhmuc", kind, **options)

    assert harvest(source).state == "failed"
    assert stored(source) == before

    server.heal()
    assert harvest(source).planned == 2
