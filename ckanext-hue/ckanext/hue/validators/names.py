"""Addresses (names) of datasets, groups and organizations."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey

from ckanext.hue import slug

from .text import is_blank

Named = type[model.Package] | type[model.Group]

RESERVED_NAMES = frozenset({"edit", "new", "search"})
NAMES_PER_QUERY = 100
MAX_SAME_NAMES = 10_000


def hue_dataset_name(
    key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context
) -> None:
    """The name given, or one made from the title; a published dataset's name never changes."""
    package = context.get("package")
    if not is_blank(data[key]):
        if package and package.state == "active" and data[key] != package.name:
            raise tk.Invalid(
                tk._("The address of a published dataset cannot be changed: links to it would break")
            )
        return
    data[key] = package.name if package else _name_from_title(key, data, model.Package)


def hue_group_name(
    key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context
) -> None:
    """The name given to a group or organization, or the one it has, or one made from the title."""
    if is_blank(data[key]):
        group = context.get("group")
        data[key] = group.name if group else _name_from_title(key, data, model.Group)


def _name_from_title(key: FlattenKey, data: FlattenDataDict, table: Named) -> str:
    title = data.get((*key[:-1], "title"))
    if is_blank(title):
        # The title's own message is enough.
        data.pop(key, None)
        raise tk.StopOnError
    name = slug.slugify_vi(str(title))
    for start in range(1, MAX_SAME_NAMES, NAMES_PER_QUERY):
        numbers = range(start, start + NAMES_PER_QUERY)
        candidates = [name if number == 1 else slug.with_suffix(name, number) for number in numbers]
        unusable = RESERVED_NAMES | _taken(candidates, table)
        free = (candidate for candidate in candidates if candidate not in unusable)
        if found := next(free, None):
            return found
    raise tk.Invalid(tk._("Too many entries have this title: give it an address of its own"))


def _taken(names: list[str], table: Named) -> set[str]:
    """Which of the names stand in the table, deleted entries included: those may come back."""
    return {row.name for row in model.Session.query(table.name).filter(table.name.in_(names))}
