"""By what results can be narrowed: field names of Solr and their titles."""

from __future__ import annotations

from collections import OrderedDict

import ckan.plugins.toolkit as tk


def dataset_facets() -> OrderedDict[str, str]:
    """The facets of a search, in the order shown."""
    return OrderedDict(
        groups=tk._("Fields"),
        organization=tk._("Agencies"),
        frequency=tk._("Update frequency"),
        res_format=tk._("Formats"),
        tags=tk._("Keywords"),
    )
