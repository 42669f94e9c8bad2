"""Pictures of every page, to be looked at: `./hue test --screenshots` makes them, other runs do not."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

PAGES = "all"
FOLDER = Path(os.environ["HUE_SCREENSHOTS"])


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_picture_is_made(at: Callable[[str], Page], stop: Any, width: str, mode: str) -> None:
    picture = FOLDER / f"{stop.name}-{width}-{mode}.png"
    at(mode).screenshot(path=picture, full_page=True)
    assert picture.stat().st_size > 0
