"""Rules on several fields at once, as schemas/rules.yaml declares them."""

from __future__ import annotations

from collections.abc import Callable

import ckan.plugins.toolkit as tk
from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey
from flask import has_request_context

from ckanext.hue.schemas import concept
from ckanext.hue.schemas.rules import RULES, Rule

from .kept import has_field_as_stored
from .publication import is_harvested
from .text import is_blank


def hue_rules(key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context) -> None:
    """After all others: what a dataset needs before it is public.

    A draft that is to be public needs it already: the form asks for it on its first page.
    """
    if not _is_public(data, context):
        return
    harvested = is_harvested(data)
    language = tk.h.lang() if has_request_context() else ""
    for rule in RULES:
        asked = (rule.harvested or not harvested) and _applies(rule, data)
        if not asked or NEEDS[rule.needs](rule.field, data) or _has_errors(rule.field, errors):
            continue
        if rule.harvested or not _was_broken(rule, data, context):
            place = (rule.field, 0, rule.part) if rule.part else (rule.field,)
            errors.setdefault(place, []).append(rule.message(language))


def _is_public(data: FlattenDataDict, context: Context) -> bool:
    package = context.get("package")
    state = data.get(("state",), package.state if package else "active")
    private = data.get(("private",), package.private if package else False)
    return state != "deleted" and not private


def _was_broken(rule: Rule, data: FlattenDataDict, context: Context) -> bool:
    """Whether a dataset is public already and says just what it said, so that the rule came after it."""
    package = context.get("package")
    if package is None or package.state != "active" or package.private:
        return False
    fields = (rule.field, *rule.when, *BESIDE.get(rule.needs, ()))
    return all(has_field_as_stored(field, data, context) for field in fields)


def _applies(rule: Rule, data: FlattenDataDict) -> bool:
    for field, (vocabulary, code) in rule.when.items():
        given = data.get((field,))
        known = concept(vocabulary, given) if isinstance(given, str) else None
        if known is None or known.code != code:
            return False
    return True


def _has_errors(field: str, errors: FlattenErrorDict) -> bool:
    return any(faults and key[0] == field for key, faults in errors.items())


def _some(field: str, data: FlattenDataDict) -> bool:
    """Whether the field, or any part of it, is filled in."""
    return any(key[0] == field and not is_blank(value) for key, value in data.items())


def _pledged(field: str, data: FlattenDataDict) -> bool:
    return data.get((field,)) is True  # only what boolean_validator made counts


def _open_licence(field: str, data: FlattenDataDict) -> bool:
    licence = concept("licenses", data.get((field,)) or "")
    return licence is not None and licence["open"]


def _not_before_issued(field: str, data: FlattenDataDict) -> bool:
    issued, later = data.get(("issued",)), data.get((field,))
    if not isinstance(issued, str) or not isinstance(later, str):
        return True
    length = min(len(issued), len(later), len("2024-12-31"))
    return later[:length] >= issued[:length]


BESIDE = {"not_before_issued": ("issued",)}  # fields that a check looks at beside the rule's own
NEEDS: dict[str, Callable[[str, FlattenDataDict], bool]] = {
    "some": _some,
    "pledge": _pledged,
    "open_licence": _open_licence,
    "not_before_issued": _not_before_issued,
}
