"""By what results can be narrowed: field names of Solr and their titles."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

import ckan.plugins.toolkit as tk

from ckanext.hue import choices
from ckanext.hue.metadata import units

_VOCABULARIES: Mapping[str, str] = {
    "frequency": "frequencies",
    "access_rights": "access_rights",
    "dcat_type": "dataset_types",
}


def dataset_facets() -> OrderedDict[str, str]:
    """The facets of a search, in the order shown."""
    return OrderedDict(
        groups=tk._("Fields"),
        organization=tk._("Agencies"),
        res_format=tk._("Formats"),
        dcat_type=tk._("Types of data"),
        frequency=tk._("Update frequency"),
        access_rights=tk._("Openness"),
        hue_units=tk._("Administrative area"),
        hue_years=tk._("Year of the data"),
    )


def filters() -> OrderedDict[str, str]:
    """By what a search may be narrowed: its facets, and keywords, which datasets link to."""
    return OrderedDict(dataset_facets(), tags=tk._("Keywords"))


def label(facet: str, value: str) -> str:
    """How a value reads whose name is not its own: of vocabularies and of places."""
    if facet in _VOCABULARIES:
        return choices.hue_concept_label(_VOCABULARIES[facet], value)
    if facet == "hue_units" and (unit := units.unit(value)):
        return units.label(unit)
    return value
