"""Pictures of every page, to be looked at: `./hue test --screenshots` makes them, other runs do not."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

FOLDER = Path(os.environ["HUE_SCREENSHOTS"])


def test_a_picture_is_made(at: Page, stop: Any, width: str, mode: str) -> None:
    picture = FOLDER / f"{stop.name}-{width}-{mode}.png"
    at.screenshot(path=picture, full_page=True)
    assert picture.stat().st_size > 0
