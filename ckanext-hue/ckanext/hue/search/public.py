"""What everybody may find, as filters of a question to Solr, and the connection to ask it over."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
import pysolr
from ckan.lib.search.common import make_connection


def filters() -> list[str]:
    """Public, active datasets of this portal that their source still supplies."""
    site = str(tk.config["ckan.site_id"]).replace("\\", "\\\\").replace('"', '\\"')
    return [
        "+entity_type:package",
        f'+site_id:"{site}"',
        "+state:active",
        "+capacity:public",
        "+permission_labels:public",
        "-harvest_state:withdrawn",
    ]


def connection() -> pysolr.Solr:
    return make_connection(decode_dates=False)
