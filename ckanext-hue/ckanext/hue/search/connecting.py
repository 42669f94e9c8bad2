"""Searches over connections to Solr that stay open, where CKAN makes and closes one for each.

That takes longer than Solr's answer. Only searches go this way; writing is left to CKAN.
"""

from __future__ import annotations

import os
import threading
from typing import Any

import ckan.lib.search.query as core_query
import pysolr
import requests
from ckan.lib.search import common
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from . import query

_kept = threading.local()
# A process must not speak over a connection of the one that it was forked from.
os.register_at_fork(after_in_child=lambda: _kept.__dict__.clear())


def keep_open() -> None:
    """Have CKAN's searches use connections that stay open: it takes the function from its module."""
    core_query.make_connection = connection


class Searcher(pysolr.Solr):
    """What CKAN asks is said to Solr as `query` has it; CKAN has checked it by then."""

    def search(self, q: str, search_handler: str | None = None, **asked: Any) -> Any:
        return super().search(search_handler=search_handler, **query.with_any_word({"q": q, **asked}))


def connection(decode_dates: bool = True) -> Searcher:
    """As CKAN's, with this thread's own session. Raises what CKAN's raises."""
    made: Any = common.make_connection(decode_dates=decode_dates)
    return Searcher(made.url, decoder=made.decoder, timeout=made.timeout, session=_session(made.url))


def _session(url: str) -> requests.Session:
    found = getattr(_kept, "session", None)
    if found is None:
        found = _kept.session = requests.Session()
        # Solr beside the portal needs no proxy and no .netrc, which would be looked up each time.
        found.trust_env = url.startswith("https:")
        # Solr may have closed it meanwhile. To ask twice does no harm.
        again = Retry(total=1, redirect=0, status=0, allowed_methods=None)
        found.mount("http://", HTTPAdapter(max_retries=again))
        found.mount("https://", HTTPAdapter(max_retries=again))
    return found
