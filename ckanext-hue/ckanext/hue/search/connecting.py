"""Searches over connections to Solr that stay open. CKAN makes one for each, with all that requests prepares.

Making and closing it takes longer than Solr's answer. Only searches go this way; writing is left to CKAN.
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

_kept = threading.local()
# A process must not speak over a connection of the one that it was forked from.
os.register_at_fork(after_in_child=lambda: _kept.__dict__.clear())


def keep_open() -> None:
    """Have CKAN's searches use connections that stay open: it takes the function from its module."""
    core_query.make_connection = connection


def connection(decode_dates: bool = True) -> pysolr.Solr:
    """As CKAN's, with this thread's own session. Raises what CKAN's raises."""
    made: Any = common.make_connection(decode_dates=decode_dates)
    made.session = _session(made.url)
    return made


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
