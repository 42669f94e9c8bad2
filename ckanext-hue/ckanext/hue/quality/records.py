"""Scores and links as they stand in PostgreSQL: read and written in sets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text

from ckanext.hue.catalog.fragments import stale
from ckanext.hue.harvest.database import rows, transaction

from . import scoring

SETTLING = timedelta(
    hours=1
)  # what the portal itself adds after a change (files, their sizes) comes a little later
AGAIN = timedelta(days=7)
FAILED = timedelta(days=1)
LINK = timedelta(days=7)  # between two checks of a link that answers
DEAD_LINK = timedelta(days=1)  # of one that does not: it may be down for the night
FAILURES_TOLD = 2  # in a row, before anybody is told that a link is dead

# What anybody may see; the scores of other datasets are forgotten.
PUBLIC = "p.type = 'dataset' AND p.state = 'active' AND NOT p.private"


@dataclass(frozen=True, slots=True)
class Due:
    """A dataset whose score is to be counted."""

    dataset_id: str
    metadata_modified: datetime


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted for a dataset; `score` is None when it could not be."""

    due: Due
    score: scoring.Score | None
    update_due: date | None
    links: Mapping[str, str]  # host by address, of addresses outside the portal


_DUE = f"""
    SELECT p.id, p.metadata_modified FROM package p LEFT JOIN hue_quality_score s ON s.dataset_id = p.id
    WHERE {PUBLIC} AND (s.dataset_id IS NULL OR s.metadata_modified <> p.metadata_modified
        OR s.method <> :method OR s.due <= now())
    ORDER BY s.computed NULLS FIRST, p.id LIMIT :most
"""  # noqa: S608
_FORGET_GONE = f"""
    DELETE FROM hue_quality_score s
    WHERE NOT EXISTS (SELECT FROM package p WHERE p.id = s.dataset_id AND {PUBLIC})
"""  # noqa: S608
_FORGET_LINKS = """
    DELETE FROM hue_quality_link l
    WHERE NOT EXISTS (SELECT FROM hue_quality_score s WHERE s.links @> ARRAY[l.key])
"""
_STORE = text("""
    WITH given AS (
        SELECT * FROM jsonb_to_recordset(CAST(:scores AS jsonb)) AS given (dataset_id text,
            metadata_modified timestamp, score smallint, points jsonb, broken jsonb, update_due date,
            addresses jsonb)
    ), before AS (
        SELECT s.dataset_id, s.score, s.points, s.update_due
        FROM hue_quality_score s JOIN given USING (dataset_id)
    ), stored AS (
        INSERT INTO hue_quality_score (dataset_id, metadata_modified, method, score, points, broken,
            update_due, links, due)
        SELECT dataset_id, metadata_modified, :method, score, points,
            ARRAY(SELECT jsonb_array_elements_text(broken)), update_due,
            ARRAY(SELECT md5(address) FROM jsonb_array_elements_text(addresses) AS each (address)),
            now() + CASE WHEN score IS NULL THEN :failed
                WHEN metadata_modified > now() AT TIME ZONE 'UTC' - :settling THEN :settling
                ELSE :again * (1 + random() / 10) END
        FROM given
        ON CONFLICT (dataset_id) DO UPDATE SET metadata_modified = excluded.metadata_modified,
            method = excluded.method, score = excluded.score, points = excluded.points,
            broken = excluded.broken, update_due = excluded.update_due, links = excluded.links,
            computed = now(), due = excluded.due
        RETURNING dataset_id, score, points, update_due
    )
    SELECT stored.dataset_id FROM stored LEFT JOIN before USING (dataset_id)
    WHERE (stored.score, stored.points, stored.update_due)
        IS DISTINCT FROM (before.score, before.points, before.update_due)
""")
_ADD_LINKS = text("""
    INSERT INTO hue_quality_link (address, host)
    SELECT address, host FROM jsonb_to_recordset(CAST(:links AS jsonb)) AS given (address text, host text)
    ON CONFLICT (key) DO NOTHING
""")
_STORE_CHECKS = text("""
    WITH given AS (
        SELECT md5(address) AS key, status, reason FROM jsonb_to_recordset(CAST(:checks AS jsonb))
            AS given (address text, status smallint, reason text)
    ), before AS (
        SELECT key, coalesce(l.status BETWEEN 200 AND 399, false) AS fine
        FROM hue_quality_link l JOIN given USING (key)
    ), stored AS (
        UPDATE hue_quality_link l SET status = given.status, reason = given.reason, checked = now(),
            failures = CASE WHEN given.status BETWEEN 200 AND 399 THEN 0 ELSE failures + 1 END,
            told = told AND coalesce(given.status NOT BETWEEN 200 AND 399, true),
            due = now() + CASE WHEN given.status BETWEEN 200 AND 399 OR failures > 2 THEN :link ELSE :dead END
                * (1 + random() / 10)
        FROM given WHERE l.key = given.key
        RETURNING l.key, coalesce(l.status BETWEEN 200 AND 399, false) AS fine
    )
    UPDATE hue_quality_score SET due = now() WHERE links && ARRAY(
        SELECT key FROM stored JOIN before USING (key) WHERE stored.fine <> before.fine)
""")


def due(most: int) -> list[Due]:
    """Datasets that are new, changed, or were counted long ago; new ones first."""
    return [Due(*row) for row in rows(_DUE, most=most, method=scoring.METHOD)]


def forget_gone() -> None:
    """Forget the scores of datasets that the public does not see any more."""
    rows(_FORGET_GONE)


def forget_links() -> None:
    """Forget links that no dataset gives any more."""
    rows(_FORGET_LINKS)


def statuses(addresses: Iterable[str]) -> dict[str, int | None]:
    """How these addresses outside the portal answered last; None where none did, or none was asked yet."""
    asked = list(addresses)
    found = {
        row.address: row.status
        for row in rows(
            "SELECT address, status FROM hue_quality_link"
            " WHERE key IN (SELECT md5(address) FROM unnest(CAST(:asked AS text[])) AS each (address))",
            asked=asked,
        )
    }
    return {address: found.get(address) for address in asked}


def store(counted: Sequence[Counted]) -> None:
    """Write down a batch in one transaction; the graphs that say something else now are made anew."""
    links = {address: host for one in counted for address, host in one.links.items()}
    with transaction() as connection:
        connection.execute(
            _ADD_LINKS,
            {"links": json.dumps([{"address": address, "host": host} for address, host in links.items()])},
        )
        changed = connection.execute(
            _STORE,
            {
                "scores": json.dumps([_score(one) for one in counted]),
                "method": scoring.METHOD,
                "failed": FAILED,
                "settling": SETTLING,
                "again": AGAIN,
            },
        )
        stale.mark_within(connection, [row.dataset_id for row in changed])


def due_links(most: int) -> list[tuple[str, str]]:
    """Links that wait for their check: host and address."""
    return [
        (row.host, row.address)
        for row in rows(
            "SELECT host, address FROM hue_quality_link WHERE due <= now() ORDER BY due, key LIMIT :most",
            most=most,
        )
    ]


def store_checks(checks: Sequence[tuple[str, int | None, str]]) -> None:
    """Write down how addresses answered: address, status, and the reason where there is none.

    Datasets whose links came or went are due for counting.
    """
    with transaction() as connection:
        connection.execute(
            _STORE_CHECKS,
            {
                "checks": json.dumps(
                    [
                        {"address": address, "status": status, "reason": reason}
                        for address, status, reason in checks
                    ]
                ),
                "link": LINK,
                "dead": DEAD_LINK,
            },
        )


def put_off(addresses: Iterable[str], hours: int) -> None:
    """Leave these links alone for a while, without a word of how they answer."""
    rows(
        "UPDATE hue_quality_link SET due = now() + :hours * interval '1 hour'"
        " WHERE address = ANY(:addresses)",
        hours=hours,
        addresses=list(addresses),
    )


def _score(counted: Counted) -> dict[str, Any]:
    score = counted.score
    return {
        "dataset_id": counted.due.dataset_id,
        "metadata_modified": counted.due.metadata_modified.isoformat(),
        "score": score.total if score else None,
        "points": dict(score.points) if score else {},
        "broken": list(score.broken) if score else [],
        "update_due": counted.update_due.isoformat() if counted.update_due else None,
        "addresses": list(counted.links),
    }
