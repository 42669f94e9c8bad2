"""A demonstration catalogue that was harvested and scored, served over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def scored() -> Callable[[], Any]:
    """Count what is due, as the background job does; returns its summary."""
    from ckanext.hue.quality import jobs

    def count() -> Any:
        return jobs.run()

    return count


@pytest.fixture
def quality_of() -> Callable[[str], Any]:
    """What the portal says of a dataset's quality."""
    from ckanext.hue.quality import overview

    return overview.of_dataset
