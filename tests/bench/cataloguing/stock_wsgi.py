"""The portal without its own catalogue: ckanext-dcat's endpoints answer, with the portal's profile."""

from __future__ import annotations

import os

from ckan.cli import load_config
from ckan.config.middleware import make_app

from ckanext.hue import views

# The plugin takes what this module exports as its blueprints.
views.__all__.remove("catalogue")
del views.catalogue

application = make_app(load_config(os.environ["CKAN_INI"]))
