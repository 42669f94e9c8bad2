"""Validators of the metadata schemas. Messages say what to do; their Vietnamese stands in i18n/."""

from __future__ import annotations

from .agencies import (
    hue_agency_code,
    hue_agency_parent,
    hue_creator_code,
    hue_identifier,
    hue_phone,
    hue_reachable,
)
from .concepts import hue_concept, hue_concepts
from .coverage import hue_bbox, hue_date, hue_past, hue_period_start, hue_place, hue_unit_code, hue_unit_text
from .files import hue_byte_size, hue_file_property
from .kept import hue_kept
from .names import hue_dataset_name, hue_group_name
from .parts import hue_parts
from .publication import hue_described, hue_harvest_only
from .references import hue_address, hue_dataset_ids, hue_email, hue_items, hue_url
from .rules import hue_rules
from .text import hue_clean, hue_line, hue_tag_string, hue_text

__all__ = [
    "hue_address",
    "hue_agency_code",
    "hue_agency_parent",
    "hue_bbox",
    "hue_byte_size",
    "hue_clean",
    "hue_concept",
    "hue_concepts",
    "hue_creator_code",
    "hue_dataset_ids",
    "hue_dataset_name",
    "hue_date",
    "hue_described",
    "hue_email",
    "hue_file_property",
    "hue_group_name",
    "hue_harvest_only",
    "hue_identifier",
    "hue_items",
    "hue_kept",
    "hue_line",
    "hue_parts",
    "hue_past",
    "hue_period_start",
    "hue_phone",
    "hue_place",
    "hue_reachable",
    "hue_rules",
    "hue_tag_string",
    "hue_text",
    "hue_unit_code",
    "hue_unit_text",
    "hue_url",
]
