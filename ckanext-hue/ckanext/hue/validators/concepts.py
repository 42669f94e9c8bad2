"""Values out of the controlled vocabularies."""

from __future__ import annotations

import json
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hue import choices
from ckanext.hue.schemas import concept, vocabulary
from ckanext.scheming.validation import scheming_validator

from .text import Check, Field


@scheming_validator
def hue_concept(field: Field, schema: dict[str, Any]) -> Check:
    """A concept of the field's `vocabulary`, named by code, address or alias; stored as `stores` says."""

    def check(value: str) -> str:
        return _stored_concept(field, value) if value else ""

    return check


@scheming_validator
def hue_concepts(field: Field, schema: dict[str, Any]) -> Check:
    """Any number of concepts (see hue_concept), given as a list or one alone; stored as a JSON list."""

    def check(value: Any) -> str:
        given = _as_list(value)
        return json.dumps(list(dict.fromkeys(_stored_concept(field, entry) for entry in given if entry)))

    return check


def _stored_concept(field: Field, value: Any) -> str:
    known = concept(field["vocabulary"], value) if isinstance(value, str) else None
    if known is None:
        codes = ", ".join(entry.code for entry in vocabulary(field["vocabulary"]))
        message = tk._('"{value}" is not a known value. Choose one of: {codes}')
        raise tk.Invalid(message.format(value=str(value)[:100], codes=codes))
    return choices.stored_value(field, known)


def _as_list(value: Any) -> list[Any]:
    if isinstance(value, str) and value.startswith("["):
        try:
            value = json.loads(value)
        except (RecursionError, ValueError):
            return [value]
    return value if isinstance(value, list) else [value]
