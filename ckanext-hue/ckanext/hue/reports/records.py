"""What is kept of reports: `hue_report`, and for a day who sent them, as a hash."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ckan.plugins.toolkit as tk
from sqlalchemy import text

from ckanext.hue.harvest.database import rows, transaction

SENDER_A_DAY = 10  # reports
DATASET_A_DAY = 200
KEPT_DAYS = 365
_IPV6_NETWORK = 64  # bits: one household or office has all addresses of it

_COLUMNS = (
    "id::text, dataset_id, resource_id, kind, place, body, email, state,"
    " answer, answered_by, answered, created"
)
_SENT = "SELECT count(*) FROM hue_report_sender WHERE sender = :sender AND sent > now() - interval '1 day'"
_ABOUT = "SELECT count(*) FROM hue_report WHERE dataset_id = :dataset AND created > now() - interval '1 day'"
_ADD = f"""
    INSERT INTO hue_report (dataset_id, resource_id, kind, place, body, email)
    VALUES (:dataset, :resource, :kind, :place, :body, :email) RETURNING {_COLUMNS}
"""  # noqa: S608


class TooMany(Exception):
    """More reports than a person, or a dataset, has in a day."""


@dataclass(frozen=True, slots=True)
class Report:
    """An error that was reported. `state` is `new` or `done`; `email` the reader's, may be empty."""

    id: str
    dataset_id: str
    resource_id: str | None
    kind: str
    place: str
    body: str
    email: str
    state: str
    answer: str
    answered_by: str | None
    answered: datetime | None
    created: datetime


def sender_of(address: str) -> str:
    """What is kept of a network address: without the secret none can be found out by trying."""
    try:
        known = ipaddress.ip_address(address.strip())
        if known.version == 6:
            known = ipaddress.ip_network((known, _IPV6_NETWORK), strict=False).network_address
        named = str(known)
    except ValueError:
        named = address
    secret = str(tk.config["SECRET_KEY"]).encode()
    return hmac.new(secret, f"hue report {named}".encode(), hashlib.sha256).hexdigest()


def add(
    *, dataset: str, resource: str | None, kind: str, place: str, body: str, email: str, sender: str | None
) -> Report:
    """Keep a report. sender: of `sender_of`; None is not counted. Raises TooMany."""
    with transaction() as connection:
        # One at a time, so that two reports at once do not both find room.
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('hue reports', 0))"))
        if connection.execute(text(_ABOUT), {"dataset": dataset}).scalar_one() >= DATASET_A_DAY:
            raise TooMany
        if sender is not None:
            if connection.execute(text(_SENT), {"sender": sender}).scalar_one() >= SENDER_A_DAY:
                raise TooMany
            connection.execute(text("INSERT INTO hue_report_sender (sender) VALUES (:s)"), {"s": sender})
        given = {
            "dataset": dataset,
            "resource": resource,
            "kind": kind,
            "place": place,
            "body": body,
            "email": email,
        }
        return Report(*connection.execute(text(_ADD), given).one())


def of_dataset(dataset_id: str, state: str | None, limit: int, offset: int) -> list[Report]:
    """A dataset's reports, those first that wait, then the newest."""
    found = rows(
        f"SELECT {_COLUMNS} FROM hue_report WHERE dataset_id = :dataset"  # noqa: S608
        " AND (CAST(:state AS text) IS NULL OR state = :state)"
        " ORDER BY state DESC, created DESC, id LIMIT :limit OFFSET :offset",
        dataset=dataset_id,
        state=state,
        limit=limit,
        offset=offset,
    )
    return [Report(*row) for row in found]


def counts(dataset_id: str) -> dict[str, int]:
    """How many reports of a dataset are in each state."""
    found = rows(
        "SELECT state, count(*) AS reports FROM hue_report WHERE dataset_id = :id GROUP BY state",
        id=dataset_id,
    )
    return {"new": 0, "done": 0, **{row.state: row.reports for row in found}}


def get(report_id: str) -> Report | None:
    """A report by id; None for what is no id."""
    try:
        wanted = str(uuid.UUID(report_id))
    except ValueError:
        return None
    found = rows(f"SELECT {_COLUMNS} FROM hue_report WHERE id = CAST(:id AS uuid)", id=wanted)  # noqa: S608
    return Report(*found[0]) if found else None


def answer(report_id: str, state: str, said: str, by: str) -> None:
    """Write down what the agency did. A new answer is sent to the reader once more."""
    rows(
        "UPDATE hue_report SET state = :state, answered_by = :by, answered = now(), notice_after = now(),"
        " reporter_told = CASE WHEN answer = :answer AND state = :state THEN reporter_told END,"
        " answer = :answer WHERE id = CAST(:id AS uuid)",
        id=report_id,
        state=state,
        answer=said,
        by=by,
    )


def prune() -> None:
    """Forget who sent reports after a day, and reports after a year."""
    rows("DELETE FROM hue_report_sender WHERE sent < now() - interval '1 day'")
    rows("DELETE FROM hue_report WHERE created < now() - :days * interval '1 day'", days=KEPT_DAYS)


def as_dict(report: Report) -> dict[str, Any]:
    """A report as actions answer it."""
    return {
        "id": report.id,
        "dataset_id": report.dataset_id,
        "resource_id": report.resource_id,
        "kind": report.kind,
        "place": report.place,
        "text": report.body,
        "email": report.email,
        "state": report.state,
        "answer": report.answer,
        "answered_by": report.answered_by,
        "answered": report.answered.isoformat() if report.answered else None,
        "created": report.created.isoformat(),
    }
