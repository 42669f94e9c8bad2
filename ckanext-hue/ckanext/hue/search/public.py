"""What everybody may find, as filters of a question to Solr."""

from __future__ import annotations

import ckan.plugins.toolkit as tk


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
