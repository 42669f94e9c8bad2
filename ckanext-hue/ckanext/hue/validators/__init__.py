"""Validators of the metadata schemas. Messages say what to do; their Vietnamese stands in i18n/."""

from __future__ import annotations

from .concepts import hue_concept, hue_concepts
from .coverage import hue_bbox, hue_date, hue_period_start, hue_unit_code, hue_unit_text
from .files import hue_byte_size, hue_file_property
from .names import hue_dataset_name, hue_group_name
from .publication import hue_described, hue_harvest_only, hue_pledge
from .references import hue_address, hue_agency_code, hue_dataset_ids, hue_email, hue_items, hue_url
from .text import hue_clean, hue_line, hue_tag_string, hue_text

__all__ = [
    "hue_address",
    "hue_agency_code",
    "hue_bbox",
    "hue_byte_size",
    "hue_clean",
    "hue_concept",
    "hue_concepts",
    "hue_dataset_ids",
    "hue_dataset_name",
    "hue_date",
    "hue_described",
    "hue_email",
    "hue_file_property",
    "hue_group_name",
    "hue_harvest_only",
    "hue_items",
    "hue_line",
    "hue_period_start",
    "hue_pledge",
    "hue_tag_string",
    "hue_text",
    "hue_unit_code",
    "hue_unit_text",
    "hue_url",
]
