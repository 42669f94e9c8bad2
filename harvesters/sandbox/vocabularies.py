"""The fields and agencies of the portal's vocabularies, by code and in display order."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ckanext.hue.schemas import Concept, vocabulary


@cache
def fields() -> Mapping[str, Concept]:
    """Fields (lĩnh vực); each also has `eu_theme` and `description`."""
    return {field.code: field for field in vocabulary("fields")}


@cache
def agencies() -> Mapping[str, Concept]:
    """Agencies (cơ quan); each also has `agency_code`, `level`, `kind`, those of a unit `unit_code`."""
    return {agency.code: agency for agency in vocabulary("agencies")}
