"""Which rows a state asks for, as a condition of a statement; every value is bound."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ckanext.hue.tables import filters as table_filters
from ckanext.hue.tables import versions
from ckanext.hue.tables.building import TEXT_SEARCH
from ckanext.hue.tables.files.errors import StillIndexing

from .columns import Column
from .filtering import as_table_filter
from .state import State


def where(state: State) -> sa.ColumnElement[bool]:
    """The rows that the words and filters of a state leave."""
    known = {column.name: column.table for column in state.columns.values()}
    conditions: list[sa.ColumnElement[bool]] = []
    for name, kept in state.filters.items():
        column = state.columns[name]
        asked = as_table_filter(column, kept)
        if asked:
            conditions.append(table_filters.condition({name: asked}, known))
        if kept.has:
            conditions.append(contains(column, kept.has))
    if state.q:
        conditions.append(_has_words(state.q))
    return sa.and_(sa.true(), *conditions)


def contains(column: Column, text: str) -> sa.ColumnElement[bool]:
    """Rows whose text has this part, whatever its accents and capitals; `selection` does so for files."""
    return sa.func.strpos(_folded(column.table.sql), _folded(sa.literal(text))) > 0


def refuse_words_without_index(state: State, resource_id: str) -> None:
    """Raise StillIndexing where the words of a state cannot be looked for yet."""
    version = versions.current(resource_id) if state.q else None
    if version and not version.indexed:
        raise StillIndexing()


def _folded(text: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return sa.func.public.unaccent(sa.func.lower(text))


def _has_words(words: str) -> sa.ColumnElement[bool]:
    # A literal of the project's own: a parameter would have to be cast to regconfig.
    asked = sa.func.plainto_tsquery(sa.literal_column(f"'{TEXT_SEARCH}'"), sa.literal(words))
    return sa.column("_full_text").op("@@", is_comparison=True)(asked)
