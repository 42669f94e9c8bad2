"""Repeating parts of a dataset: contacts, periods, places."""

from __future__ import annotations

from typing import Any

from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey

from ckanext.scheming.validation import scheming_validator

from .text import Field, FlatCheck, is_blank


@scheming_validator
def hue_parts(field: Field | None, schema: dict[str, Any]) -> FlatCheck:
    """After all others: parts without any value are dropped, and those behind them move up.

    While there are errors nothing moves: messages stand beside the part that they are about.
    """
    names = {part["field_name"] for part in schema["dataset_fields"] if "repeating_subfields" in part}

    def check(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
        if any(errors.values()):
            return
        for name in names:
            _move_up(name, data)

    return check


def _move_up(name: str, data: FlattenDataDict) -> None:
    given = {key: value for key, value in data.items() if key[0] == name and len(key) == 3}
    filled = sorted({key[1] for key, value in given.items() if not is_blank(value)})
    for key in given:
        del data[key]
    for key, value in given.items():
        if key[1] in filled:
            data[name, filled.index(key[1]), key[2]] = value
