"""The lists of agencies and of fields: found without accents, counted, agencies under their level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import ckan.plugins.toolkit as tk
from sqlalchemy.engine import Row

from ckanext.hue.harvest.database import rows
from ckanext.hue.schemas import vocabulary
from ckanext.hue.slug import fold

from .paging import asked_page, page_count
from .shares import PUBLIC

PER_PAGE = 100
MAX_QUERY = 200  # characters

_AGENCIES = f"""
    SELECT g.id, g.name, coalesce(nullif(g.title, ''), g.name) AS title, g.description, g.image_url,
        g.extras ->> 'level' AS level, g.extras ->> 'agency_code' AS code,
        g.extras ->> 'title_en' AS title_en,
        (SELECT count(*) FROM package p WHERE p.owner_org = g.id AND {PUBLIC}) AS datasets
    FROM "group" g WHERE g.is_organization AND g.state = 'active' AND g.type = 'organization'
"""  # noqa: S608
_FIELDS = f"""
    SELECT g.id, g.name, coalesce(nullif(g.title, ''), g.name) AS title, g.description, g.image_url,
        NULL AS level, NULL AS code, g.extras ->> 'title_en' AS title_en,
        (SELECT count(*) FROM member m JOIN package p ON p.id = m.table_id WHERE m.group_id = g.id
            AND m.table_name = 'package' AND m.state = 'active' AND {PUBLIC}) AS datasets
    FROM "group" g WHERE NOT g.is_organization AND g.state = 'active' AND g.type = 'group'
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Entry:
    """An agency or a field and how many public datasets it has."""

    name: str
    title: str
    description: str
    level: str
    code: str
    datasets: int


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of entries under their headings (empty where there is one group only)."""

    query: str
    total: int
    datasets: int
    page: int
    pages: int
    groups: Sequence[tuple[str, Sequence[Entry]]]


def agencies(query: str) -> Listing:
    """The agencies whose name or code has all words of the query, by level, then by title."""
    order = {concept.code: place for place, concept in enumerate(vocabulary("agency_levels"))}

    def place(entry: Entry) -> tuple[int, str]:
        return order.get(entry.level, len(order)), fold(entry.title)

    found = sorted(_matching(_AGENCIES, query), key=place)
    return _listing(found, query, grouped=True)


def fields(query: str) -> Listing:
    """The fields whose name has all words of the query, by title."""
    found = sorted(_matching(_FIELDS, query), key=lambda entry: fold(entry.title))
    return _listing(found, query, grouped=False)


def _matching(statement: str, query: str) -> list[Entry]:
    words = fold(query[:MAX_QUERY]).split()
    return [_entry(row) for row in rows(statement) if all(word in _searched(row) for word in words)]


def _searched(row: Row) -> str:
    return fold(" ".join(filter(None, (row.title, row.title_en, row.code))))


def _entry(row: Row) -> Entry:
    return Entry(row.name, row.title, row.description or "", row.level or "", row.code or "", row.datasets)


def _listing(found: list[Entry], query: str, *, grouped: bool) -> Listing:
    pages = page_count(len(found), PER_PAGE)
    page = min(asked_page(), pages)
    shown = found[(page - 1) * PER_PAGE : page * PER_PAGE]
    groups = [(level, list(entries)) for level, entries in groupby(shown, lambda entry: entry.level)]
    return Listing(
        query=query[:MAX_QUERY],
        total=len(found),
        datasets=sum(entry.datasets for entry in found),
        page=page,
        pages=pages,
        groups=[(_heading(level), entries) for level, entries in groups] if grouped else [("", shown)],
    )


def _heading(level: str) -> str:
    return tk.h.hue_concept_label("agency_levels", level) if level else tk._("Other agencies")
