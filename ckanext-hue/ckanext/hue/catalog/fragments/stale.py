"""Datasets whose graph has to be made anew although they did not change themselves."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ckan import model
from ckan.types import Context
from sqlalchemy import text
from sqlalchemy.engine import Connection

from ckanext.hue.harvest.database import rows

_MARK = (
    "INSERT INTO hue_catalog_stale (dataset_id) {}"
    " ON CONFLICT (dataset_id) DO UPDATE SET marked = clock_timestamp()"
)
_GIVEN = "SELECT DISTINCT unnest(CAST(:ids AS text[]))"
# The datasets of an organization's children are among them: an agency is told with the agency above it. So
# are those that left a group, for whoever deletes a group has them leave before anybody is told.
_NAMING = """
    SELECT id FROM package WHERE owner_org = :id
        OR owner_org IN (SELECT id FROM "group" WHERE extras ->> 'parent' IN (:id, :name))
    UNION SELECT table_id FROM member WHERE table_name = 'package' AND group_id = :id
"""


def mark(dataset_ids: Collection[str]) -> None:
    """Have the graphs of these datasets made anew within a minute."""
    if dataset_ids:
        rows(_MARK.format(_GIVEN), ids=list(dataset_ids))


def mark_within(connection: Connection, dataset_ids: Collection[str]) -> None:
    """The same as a part of a transaction: what it writes is not seen without the mark."""
    if dataset_ids:
        connection.execute(text(_MARK.format(_GIVEN)), {"ids": list(dataset_ids)})


def mark_tables(resource_ids: Collection[str]) -> None:
    """The same for the datasets of these resources."""
    if resource_ids:
        rows(
            _MARK.format("SELECT DISTINCT package_id FROM resource WHERE id = ANY(:ids)"),
            ids=list(resource_ids),
        )


def edited(entity: Any) -> None:
    """Mark what names an organization or group that is changed or deleted, in the same transaction."""
    if isinstance(entity, model.Group):
        model.Session.execute(text(_MARK.format(_NAMING)), {"id": entity.id, "name": entity.name})


def naming(group: model.Group) -> list[str]:
    """The ids of the datasets whose graphs name an organization or group."""
    return [row[0] for row in rows(_NAMING, id=group.id, name=group.name)]


def joined_or_left(_action: str, *, data_dict: dict[str, Any], **_signal: Any) -> None:
    """Mark a dataset that was put into a group or taken out: CKAN changes only the membership."""
    if data_dict.get("object_type") == "package" and (dataset := model.Package.get(data_dict["object"])):
        mark([dataset.id])


def moved(_action: str, *, context: Context, data_dict: dict[str, Any], **_signal: Any) -> None:
    """Mark a dataset that was given to another organization by itself: CKAN does not call it changed.

    As a part of a change of the dataset it needs no mark; CKAN commits that later.
    """
    if not context.get("defer_commit") and (dataset := model.Package.get(data_dict["id"])):
        mark([dataset.id])
