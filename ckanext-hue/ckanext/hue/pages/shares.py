"""An agency or a field in figures: its public datasets, their tables, the rows of these."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from ckanext.datastore.backend.postgres import get_write_engine
from ckanext.hue.harvest.database import rows

# Of a package `p`: what a search finds, which leaves out what its source no longer supplies.
PUBLIC = (
    "p.state = 'active' AND NOT p.private"
    " AND coalesce(p.extras ->> 'harvest_state', '') NOT IN ('withdrawn', 'archived')"
)
_OF_AGENCY = f"""
    SELECT p.id, ARRAY(SELECT r.id FROM resource r WHERE r.package_id = p.id AND r.state = 'active')
        AS resources
    FROM package p WHERE p.owner_org = :id AND {PUBLIC}
"""  # noqa: S608
_OF_FIELD = f"""
    SELECT p.id, ARRAY(SELECT r.id FROM resource r WHERE r.package_id = p.id AND r.state = 'active')
        AS resources
    FROM member m JOIN package p ON p.id = m.table_id
    WHERE m.group_id = :id AND m.table_name = 'package' AND m.state = 'active' AND {PUBLIC}
"""  # noqa: S608
_AGENCIES_OF_FIELD = f"""
    SELECT g.name, coalesce(nullif(g.title, ''), g.name) AS title, count(*) AS datasets
    FROM member m JOIN package p ON p.id = m.table_id JOIN "group" g ON g.id = p.owner_org
    WHERE m.group_id = :id AND m.table_name = 'package' AND m.state = 'active' AND {PUBLIC}
        AND g.state = 'active'
    GROUP BY g.id ORDER BY datasets DESC, title LIMIT :most
"""  # noqa: S608
_BELOW = """
    SELECT g.name, coalesce(nullif(g.title, ''), g.name) AS title FROM "group" g
    WHERE g.is_organization AND g.state = 'active' AND g.extras ->> 'parent' = :id ORDER BY title LIMIT :most
"""
_TABLES = text(
    "SELECT count(*), coalesce(sum((stats ->> 'rows')::bigint), 0) FROM _table_stats"
    " WHERE resource_id::text = ANY(:ids)"
)
MOST = 100


@dataclass(frozen=True, slots=True)
class Figures:
    """Public datasets, tables and rows."""

    datasets: int
    tables: int
    rows: int


@dataclass(frozen=True, slots=True)
class Named:
    """An agency in a list: its name in addresses, its title, its public datasets where they are counted."""

    name: str
    title: str
    datasets: int = 0


def of_agency(agency_id: str) -> Figures:
    return _figures(_OF_AGENCY, agency_id)


def of_field(field_id: str) -> Figures:
    return _figures(_OF_FIELD, field_id)


def agencies_of_field(field_id: str) -> list[Named]:
    """The agencies whose datasets are in a field, those with most first."""
    return [Named(*row) for row in rows(_AGENCIES_OF_FIELD, id=field_id, most=MOST)]


def below(agency_id: str) -> list[Named]:
    """The agencies directly below one, by title."""
    return [Named(*row) for row in rows(_BELOW, id=agency_id, most=MOST)]


def _figures(statement: str, group_id: str) -> Figures:
    found = rows(statement, id=group_id)
    ids = [resource for row in found for resource in row.resources]
    # The writer's engine, as CKAN's own count uses: the reader may not see the table of statistics.
    with get_write_engine().connect() as connection:
        tables, count = connection.execute(_TABLES, {"ids": ids}).one()
    return Figures(len(found), tables, int(count))
