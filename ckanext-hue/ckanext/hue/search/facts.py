"""What a dataset's document says beyond the dataset itself: the columns of its tables, and its agency's code.

Each is one statement for however many datasets: for a batch it is asked once, else for the one dataset.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.datastore.backend.postgres import get_read_engine
from ckanext.hue.tables.columns import INTERNAL, info_of

_COLUMNS = sa.text("""
    SELECT c.relname AS resource, a.attname AS name, col_description(c.oid, a.attnum) AS comment
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY(:resources)
        AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> ALL(:internal)
    ORDER BY c.relname, a.attnum
""")


@dataclass(frozen=True, slots=True)
class Facts:
    """columns: names and labels by resource id, in their order. agencies: their fields by organization id."""

    columns: Mapping[str, Sequence[str]]
    agencies: Mapping[str, Mapping[str, Any]]


_asked: ContextVar[Facts | None] = ContextVar("hue_search_facts", default=None)


def about(dataset: Mapping[str, Any]) -> Facts:
    """What is known about a dataset: of the batch that it belongs to, or asked for it alone."""
    return _asked.get() or _ask([dataset])


@contextmanager
def asked_once(datasets: Iterable[Mapping[str, Any]]) -> Iterator[None]:
    """Ask for all these datasets together; within, no statement is made for one of them."""
    token = _asked.set(_ask(list(datasets)))
    try:
        yield
    finally:
        _asked.reset(token)


def _ask(datasets: Sequence[Mapping[str, Any]]) -> Facts:
    tables = [
        resource["id"]
        for dataset in datasets
        for resource in dataset.get("resources") or ()
        if resource.get("datastore_active")
    ]
    agencies = {dataset["owner_org"] for dataset in datasets if dataset.get("owner_org")}
    return Facts(_columns(tables), _agencies(agencies))


def _columns(resource_ids: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if not resource_ids:
        return found
    with get_read_engine().connect() as connection:
        for row in connection.execute(_COLUMNS, {"resources": resource_ids, "internal": list(INTERNAL)}):
            named = found.setdefault(row.resource, [])
            named.append(row.name)
            label = info_of(row.comment).get("label")
            if isinstance(label, str) and label and label != row.name:
                named.append(label)
    return found


def _agencies(organization_ids: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    wanted = list(organization_ids)
    if not wanted:
        return {}
    groups = model.group_table.c
    found = model.Session.query(groups.id, groups.extras).filter(groups.id.in_(wanted))
    return {group_id: extras or {} for group_id, extras in found}
