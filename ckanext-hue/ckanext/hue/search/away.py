"""What is raised when Solr does not answer: CKAN has two errors for it that have nothing in common."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from ckan.lib.search import SearchError
from ckan.lib.search.common import SolrConnectionError
from pysolr import SolrError

log = logging.getLogger(__name__)

T = TypeVar("T")
NO_ANSWER = (SearchError, SolrConnectionError, SolrError)


def or_none(function: Callable[[], T]) -> Callable[[], T | None]:
    """Let a page do without what it would search for."""

    @wraps(function)
    def call() -> T | None:
        try:
            return function()
        except NO_ANSWER:
            log.warning("A page has to do without %s", function.__name__, exc_info=True)
            return None

    return call
