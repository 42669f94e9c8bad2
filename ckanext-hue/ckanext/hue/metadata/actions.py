"""Questions of forms: which administrative units are called so."""

from __future__ import annotations

from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context, DataDict, Schema, ValidatorFactory

from ckanext.hue.whole_numbers import whole_number

from . import units

MAX_TEXT = 100
MAX_UNITS = 50


def _schema() -> Schema:
    get = tk.get_validator
    default = cast(ValidatorFactory, get("default"))
    return cast(
        Schema,
        {
            "q": [default(""), get("unicode_safe"), _short],
            "limit": whole_number(MAX_UNITS, default=20),
            "__extras": [get("ignore")],
            "__junk": [get("ignore")],
        },
    )


def _short(value: str) -> str:
    if len(value) > MAX_TEXT:
        raise tk.Invalid(f"Dài hơn {MAX_TEXT} ký tự; hãy rút gọn.")
    return value


@tk.side_effect_free
@validate(_schema)
def hue_unit_search(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """Find administrative units by name, with or without accents, or by code.

    :param q: words of the name (the beginnings are enough) or a code; nothing finds the portal's own province
    :type q: string, at most 100 characters
    :param limit: at most 50, default: 20
    :type limit: int

    :returns: units, the best first: `code`, `name`, `label` (the name, with the province where it is another
        one), `province` (its code), `former` (abolished on 2025-07-01, for older tables)
    :rtype: list of dictionaries
    """
    tk.check_access("hue_unit_search", context, data_dict)
    return [
        {
            "code": unit.code,
            "name": unit.name,
            "label": units.label(unit),
            "province": unit.province,
            "former": unit.former,
        }
        for unit in units.search(data_dict["q"], data_dict["limit"])
    ]
