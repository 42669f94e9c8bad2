"""The stock CKAN as gunicorn serves it, with the configuration that CKAN_INI names."""

from __future__ import annotations

import os

from ckan.cli import load_config
from ckan.config.middleware import make_app

application = make_app(load_config(os.environ["CKAN_INI"]))
