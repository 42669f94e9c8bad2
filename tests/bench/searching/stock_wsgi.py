"""The portal without its own search, as gunicorn serves it."""

from __future__ import annotations

import os

from ckan.cli import load_config
from ckan.config.middleware import make_app
from searching import stock_search

stock_search.take_out()
application = make_app(load_config(os.environ["CKAN_INI"]))
