"""What is said of agencies beyond CKAN's own columns."""

from __future__ import annotations

from collections.abc import Mapping

from ckan import model


def said_of(agency_id: str) -> Mapping[str, str]:
    """An agency's fields by name: its parent, its phone and all others of the schema."""
    extras = model.group_table.c.extras
    return model.Session.query(extras).filter(model.group_table.c.id == agency_id).scalar() or {}
