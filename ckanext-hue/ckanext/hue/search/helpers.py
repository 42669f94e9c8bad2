"""Template helpers of the search; each is `h.hue_…` in a template."""

from __future__ import annotations

import logging

from pysolr import SolrError

from . import completeness, spelling

log = logging.getLogger(__name__)


def hue_did_you_mean(q: str, count: int) -> str | None:
    """Words to search for instead of `q`, which found `count` datasets; None without better ones."""
    try:
        return spelling.meant(q, count)
    except SolrError:
        # The page has its results already; it is only poorer by this.
        log.warning("No other spelling could be looked for", exc_info=True)
        return None


def hue_has_only_some_words(q: str, count: int) -> bool:
    """Whether none of the `count` datasets that everybody finds by `q` has all of its words."""
    try:
        return count > 0 and not completeness.has_all_words_somewhere(q)
    except SolrError:
        log.warning("Nothing is known of how well the results fit", exc_info=True)
        return False
