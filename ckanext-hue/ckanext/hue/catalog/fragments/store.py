"""The fragments in the database: which are due, and writing them. `stored.py` reads them for readers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.engine import Connection

from ckanext.hue.catalog.formats import FORMATS
from ckanext.hue.harvest.database import rows, transaction

from .making import Fragment, unpacked

RETRY = "10 minutes"  # after which a dataset whose graph could not be made is tried again
KEPT = "1 year"  # that a removal is announced
PUBLIC = "p.state = 'active' AND p.private IS NOT TRUE AND p.type IN ('dataset', 'dataset_series')"
# A withdrawn dataset has its page, and its graph, but is not in the catalogue any more.
LISTED = "coalesce(p.extras->>'harvest_state', '') <> 'withdrawn'"
_COLUMNS = ", ".join(FORMATS)


class Due(NamedTuple):
    """A dataset whose fragment is to be made. `stale`: for another reason than a change of the dataset."""

    id: str
    modified: datetime
    listed: bool
    stale: datetime | None


class Made(NamedTuple):
    """A new fragment; `modified` is the dataset's metadata_modified that it says."""

    due: Due
    modified: datetime
    fragment: Fragment


@dataclass(frozen=True, slots=True)
class State:
    """The catalogue as a whole: `head` as N-Triples, empty when it was never made."""

    total: int
    last_number: int
    changed: datetime
    made_for: str
    head: str
    head_made: datetime


def is_due(made_for: str) -> bool:
    """Whether anything is to be made or removed."""
    [found] = rows(
        f"SELECT EXISTS ({_due_query('p.id')}) OR EXISTS ({_GONE}) OR EXISTS"  # noqa: S608
        " (SELECT FROM hue_catalog_state WHERE made_for <> :made_for OR head = '') AS due",
        made_for=made_for,
    )
    return found.due


def due(limit: int) -> list[Due]:
    """Some of the datasets whose fragments are missing, old or stale: those first that came first."""
    columns = f"p.id, p.metadata_modified, {LISTED} AS listed, s.marked"
    return [
        Due(*row)
        for row in rows(f"{_due_query(columns)} ORDER BY p.metadata_created, p.id LIMIT :limit", limit=limit)
    ]


def _due_query(columns: str) -> str:
    return (
        f"SELECT {columns} FROM package p"  # noqa: S608
        " LEFT JOIN hue_catalog_fragment f ON f.dataset_id = p.id"
        " LEFT JOIN hue_catalog_stale s ON s.dataset_id = p.id"
        f" WHERE {PUBLIC} AND (f.dataset_id IS NULL OR f.modified <> p.metadata_modified"
        " OR s.marked IS NOT NULL)"
        " AND (s.not_before IS NULL OR s.not_before <= now())"
    )


_GONE = (
    f"SELECT FROM hue_catalog_fragment f WHERE NOT EXISTS"  # noqa: S608
    f" (SELECT FROM package p WHERE p.id = f.dataset_id AND {PUBLIC})"
)


def texts(dataset_ids: Sequence[str]) -> dict[str, bytes]:
    """The N-Triples stored of these datasets."""
    found = rows(
        "SELECT dataset_id, nt FROM hue_catalog_fragment WHERE dataset_id = ANY(:ids)", ids=list(dataset_ids)
    )
    return {row.dataset_id: unpacked(row.nt) for row in found}


def remove_gone() -> dict[str, bytes]:
    """Drop the fragments of datasets that are public no more, and remember that they left.

    Returns what was said of each, as N-Triples.
    """
    with transaction() as connection:
        gone = connection.execute(
            text(
                "DELETE FROM hue_catalog_fragment f WHERE NOT EXISTS"  # noqa: S608
                f" (SELECT FROM package p WHERE p.id = f.dataset_id AND {PUBLIC})"
                " RETURNING f.dataset_id, f.number IS NOT NULL AS listed, f.nt"
            )
        ).fetchall()
        if gone:
            _announce(connection, [row.dataset_id for row in gone if row.listed])
            _count(connection)
    rows(
        "DELETE FROM hue_catalog_stale s WHERE NOT EXISTS"  # noqa: S608
        f" (SELECT FROM package p WHERE p.id = s.dataset_id AND {PUBLIC})"
    )
    return {row.dataset_id: unpacked(row.nt) for row in gone}


def save(batch: Sequence[Made]) -> None:
    """Store fragments in one transaction; all of them, or none."""
    with transaction() as connection:
        ids = [made.due.id for made in batch]
        before = {
            row.dataset_id: row.number
            for row in connection.execute(
                text("SELECT dataset_id, number FROM hue_catalog_fragment WHERE dataset_id = ANY(:ids)"),
                {"ids": ids},
            )
        }
        numbers = _numbers(connection, batch, before)
        connection.execute(text(_SAVE), [_values(made, numbers[made.due.id]) for made in batch])
        leaving = [id for id in ids if numbers[id] is None and before.get(id) is not None]
        _announce(connection, leaving)
        connection.execute(
            text("DELETE FROM hue_catalog_removed WHERE dataset_id = ANY(:ids)"),
            {"ids": [id for id in ids if numbers[id] is not None]},
        )
        # What was marked again meanwhile stays marked.
        connection.execute(
            text(
                "DELETE FROM hue_catalog_stale s"
                " USING unnest(CAST(:ids AS text[]), CAST(:marked AS timestamptz[])) AS d (id, marked)"
                " WHERE s.dataset_id = d.id AND s.marked = d.marked"
            ),
            {"ids": ids, "marked": [made.due.stale for made in batch]},
        )
        _count(connection)


_SAVE = f"""
    INSERT INTO hue_catalog_fragment AS f (dataset_id, number, modified, hash, {_COLUMNS})
    VALUES (:dataset_id, :number, :modified, :hash, {", ".join(f":{key}" for key in FORMATS)})
    ON CONFLICT (dataset_id) DO UPDATE SET modified = excluded.modified, number = excluded.number,
      changed = CASE WHEN f.hash = excluded.hash AND f.number IS NOT DISTINCT FROM excluded.number
        THEN f.changed ELSE now() END,
      hash = excluded.hash, {", ".join(f"{key} = excluded.{key}" for key in FORMATS)}
"""  # noqa: S608


def _values(made: Made, number: int | None) -> dict[str, Any]:
    return {
        "dataset_id": made.due.id,
        "number": number,
        "modified": made.modified,
        "hash": made.fragment.hash,
        **made.fragment.members,
    }


def _numbers(
    connection: Connection, batch: Sequence[Made], before: dict[str, int | None]
) -> dict[str, int | None]:
    """Each dataset's place: the one it has, a new one at the end, or none when it is not listed."""
    last = connection.execute(text("SELECT coalesce(max(number), 0) FROM hue_catalog_fragment")).scalar_one()
    numbers: dict[str, int | None] = {}
    for made in batch:
        if not made.due.listed:
            numbers[made.due.id] = None
        elif (number := before.get(made.due.id)) is not None:
            numbers[made.due.id] = number
        else:
            last += 1
            numbers[made.due.id] = last
    return numbers


def _announce(connection: Connection, dataset_ids: Sequence[str]) -> None:
    connection.execute(
        text(
            "INSERT INTO hue_catalog_removed (dataset_id) SELECT unnest(CAST(:ids AS text[]))"
            " ON CONFLICT (dataset_id) DO UPDATE SET removed = now()"
        ),
        {"ids": list(dataset_ids)},
    )


def _count(connection: Connection) -> None:
    connection.execute(
        text(
            "UPDATE hue_catalog_state SET changed = now(), (total, last_number) ="
            " (SELECT count(number), coalesce(max(number), 0) FROM hue_catalog_fragment)"
        )
    )


def postpone(one: Due) -> None:
    """Try a dataset whose graph could not be made later, and not again and again."""
    rows(
        "INSERT INTO hue_catalog_stale (dataset_id, not_before)"
        " VALUES (:id, now() + CAST(:retry AS interval))"
        " ON CONFLICT (dataset_id) DO UPDATE SET not_before = excluded.not_before",
        id=one.id,
        retry=RETRY,
    )


def mark_all(made_for: str) -> None:
    """Have every fragment made anew, for these settings."""
    with transaction() as connection:
        connection.execute(
            text(
                "INSERT INTO hue_catalog_stale (dataset_id) SELECT dataset_id FROM hue_catalog_fragment"
                " ON CONFLICT (dataset_id) DO UPDATE SET marked = clock_timestamp(), not_before = '-infinity'"
            )
        )
        connection.execute(
            text("UPDATE hue_catalog_state SET made_for = :made_for, head = ''"), {"made_for": made_for}
        )


def close_gaps() -> None:
    """Number the catalogue's datasets from 1 without gaps, in the order that they have."""
    with transaction() as connection:
        connection.execute(
            text(
                "UPDATE hue_catalog_fragment f SET number = n.number FROM"
                " (SELECT dataset_id, row_number() OVER (ORDER BY number) AS number"
                "  FROM hue_catalog_fragment WHERE number IS NOT NULL) n"
                " WHERE n.dataset_id = f.dataset_id AND f.number <> n.number"
            )
        )
        _count(connection)


def forget_old_removals() -> None:
    rows("DELETE FROM hue_catalog_removed WHERE removed < now() - CAST(:kept AS interval)", kept=KEPT)


def keep_head(head: str) -> None:
    """Store what is said of the catalogue itself."""
    rows(
        "UPDATE hue_catalog_state SET head_made = now(), head = :head,"
        " changed = CASE WHEN head = :head THEN changed ELSE now() END",
        head=head,
    )


def state() -> State:
    [found] = rows("SELECT total, last_number, changed, made_for, head, head_made FROM hue_catalog_state")
    return State(*found)
