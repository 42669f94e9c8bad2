"""Template helpers of the search; each is `h.hue_…` in a template."""

from __future__ import annotations

import logging

from pysolr import SolrError

from . import spelling

log = logging.getLogger(__name__)


def hue_did_you_mean(q: str, count: int) -> str | None:
    """Words to search for instead of `q`, which found `count` datasets; None without better ones."""
    try:
        return spelling.meant(q, count)
    except SolrError:
        # The page has its results already; it is only poorer by this.
        log.warning("No other spelling could be looked for", exc_info=True)
        return None
