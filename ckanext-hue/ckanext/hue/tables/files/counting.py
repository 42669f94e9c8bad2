"""How often files are downloaded: counted in Redis as they leave, kept a file and day in PostgreSQL.

Nothing of the reader is kept. Robots that name themselves are left out, and so are the parts of a file that
follow its first one, and readers who were told that their copy is still good.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime

import ckan.plugins.toolkit as tk
from ckan.common import CKANRequest
from ckan.lib.redis import connect_to_redis
from flask import Response
from redis.exceptions import RedisError
from sqlalchemy import text

from ckanext.hue.harvest.database import rows, transaction
from ckanext.hue.harvest.mapping import VIETNAM

log = logging.getLogger(__name__)

RANKED_DAYS = 90
_ROBOTS = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|archiver|facebookexternalhit|embedly|monitor|uptime|lighthouse|headlesschrome",
    re.IGNORECASE,
)
_FIRST_PART = re.compile(r"bytes 0-")
# Days are kept for three years, so that one can be compared with the same day of the years before.
_KEPT_DAYS = 3 * 366


def counted(request: CKANRequest, answer: Response, file_id: str, format: str) -> Response:
    """Count a download if the answer is one, and give the answer back. Never fails.

    file_id: a resource's id, or a dataset's for its ZIP; format: the format's key.
    """
    if _is_download(request, answer):
        day = datetime.now(UTC).astimezone(VIETNAM).date()
        try:
            connect_to_redis().hincrby(_key(), f"{day} {file_id} {format}", 1)
        except RedisError as error:
            log.warning("A download was not counted: %s", error)
    return answer


def flush() -> None:
    """Add what was counted since the last time to PostgreSQL. Raises RedisError, SQLAlchemyError."""
    redis = connect_to_redis()
    # Read and emptied in one transaction: what is counted meanwhile is for the next time.
    with redis.pipeline(transaction=True) as pipeline:
        pipeline.hgetall(_key())
        pipeline.delete(_key())
        counts, _ = pipeline.execute()
    if not counts:
        return
    try:
        _add({name.decode(): int(count) for name, count in counts.items()})
    except Exception:
        with redis.pipeline(transaction=True) as pipeline:
            for name, count in counts.items():
                pipeline.hincrby(_key(), name, int(count))
            pipeline.execute()
        raise


def most_downloaded(limit: int) -> list[tuple[str, int]]:
    """(dataset id, downloads) of the datasets whose files left most often lately; public ones alone."""
    return [
        (found.dataset_id, found.downloads)
        for found in rows(
            "SELECT coalesce(r.package_id, d.file_id) AS dataset_id, sum(d.downloads) AS downloads"
            " FROM hue_download d LEFT JOIN resource r ON r.id = d.file_id"
            " JOIN package p ON p.id = coalesce(r.package_id, d.file_id)"
            " AND p.state = 'active' AND NOT p.private"
            " WHERE d.day > current_date - :days GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT :limit",
            days=RANKED_DAYS,
            limit=limit,
        )
    ]


def prune() -> None:
    """Forget old days."""
    rows("DELETE FROM hue_download WHERE day < current_date - :days", days=_KEPT_DAYS)


def _add(counts: Mapping[str, int]) -> None:
    values = [
        dict(zip(("day", "file_id", "format"), name.split(" "), strict=True), downloads=count)
        for name, count in counts.items()
    ]
    statement = text(
        "INSERT INTO hue_download VALUES (:day, :file_id, :format, :downloads)"
        " ON CONFLICT (day, file_id, format)"
        " DO UPDATE SET downloads = hue_download.downloads + excluded.downloads"
    )
    with transaction() as connection:
        connection.execute(statement, values)


def _is_download(request: CKANRequest, answer: Response) -> bool:
    if request.method != "GET" or _ROBOTS.search(request.headers.get("User-Agent", "")):
        return False
    if answer.status_code == 206:
        return bool(_FIRST_PART.match(answer.headers.get("Content-Range", "")))
    return answer.status_code == 200


def _key() -> str:
    return f"hue:{tk.config['ckan.site_id']}:downloads"
