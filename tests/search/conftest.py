"""The modules beside the tests, and the portal inside a request."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FILES = ("queries.txt", "held-out.txt")
HERE = Path(__file__).parent
for folder in (HERE, HERE.parents[1] / "config"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


@pytest.fixture(scope="module")
def judged(application: Any) -> Iterator[dict[str, list[Any]]]:
    """Every query with its nDCG@10 in both arms, by the file that it stands in."""
    import judging

    with application.test_request_context(), judging.arms() as (ours, stock):
        yield {file: judging.judge(ours, stock, judging.queries(file)) for file in FILES}
