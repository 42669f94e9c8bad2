"""Mail to agencies about links of theirs that are dead: once for each link, when it failed twice in a row."""

from __future__ import annotations

import hashlib
import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import Row

from ckanext.hue import config
from ckanext.hue.harvest.database import rows
from ckanext.hue.harvest.notices import Notice, ServerAway, send

from .records import FAILURES_TOLD, PUBLIC

log = logging.getLogger(__name__)

LINKS_AT_ONCE = 1_000
NAMED = 20
MAX_TITLE = 100

_DEAD = f"""
    WITH dead AS (
        SELECT key, address, status, reason FROM hue_quality_link
        WHERE failures >= :failures AND NOT told ORDER BY key LIMIT :most)
    SELECT dead.key, dead.address, dead.status, dead.reason, p.title, p.name, g.id AS agency_id,
        g.title AS agency, g.extras ->> 'email' AS email
    FROM dead JOIN hue_quality_score s ON s.links @> ARRAY[dead.key]
    JOIN package p ON p.id = s.dataset_id JOIN "group" g ON g.id = p.owner_org
    WHERE {PUBLIC} ORDER BY g.id, p.title, dead.address
"""  # noqa: S608


def send_due() -> int:
    """Tell agencies of links that died; how many mails went out. Without a mail server nobody is told."""
    if not config.smtp_server():
        return 0
    by_agency: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows(_DEAD, failures=FAILURES_TOLD, most=LINKS_AT_ONCE):
        by_agency[row.agency_id].append(row)
    sent = 0
    for found in by_agency.values():
        email = (found[0].email or "").strip()
        try:
            if email and not send(email, _notice(found)):
                continue
        except ServerAway:
            return sent
        sent += bool(email)
        rows(
            "UPDATE hue_quality_link SET told = true WHERE key = ANY(:keys)", keys=[row.key for row in found]
        )
    return sent


def _notice(found: Sequence[Row[Any]]) -> Notice:
    lines = [
        f"- {' '.join(row.title.split())[:MAX_TITLE]}: {row.address}"
        f" ({f'mã HTTP {row.status}' if row.status else row.reason})"
        for row in found
    ]
    body = [
        f"Các liên kết dưới đây của {found[0].agency} không mở được trong hai lần kiểm tra liên tiếp:",
        "",
        *lines[:NAMED],
        *([f"- và {len(lines) - NAMED} liên kết khác"] if len(lines) > NAMED else []),
        "",
        "Việc cần làm: sửa địa chỉ trong tài nguyên của bộ dữ liệu, hoặc tải tệp lên cổng. Cổng kiểm tra lại"
        " mỗi ngày trong những ngày đầu, sau đó mỗi tuần.",
        "",
        "Chi tiết:",
        f"{config.site_url()}/quality",
        "",
    ]
    text = "\n".join(body)
    return Notice(f"{len(lines)} liên kết không mở được", text, hashlib.sha256(text.encode()).hexdigest())
