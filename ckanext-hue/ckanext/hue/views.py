"""Pages of the portal beyond CKAN's own."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from flask import Blueprint

hue = Blueprint("hue", __name__)


@hue.route("/developers")
def developers() -> str:
    """How programs read the portal: CKAN's API, the DataStore's and DCAT."""
    return tk.render("hue/developers.html")
