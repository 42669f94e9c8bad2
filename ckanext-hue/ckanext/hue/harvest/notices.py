"""Mail to the owner of a source when a harvest failed, or holds something for approval.

An attempt is written down before it is made, and its success after it: a process that dies in between sends
the mail once more, an hour later, and never again and again. What is the same as the last time is said once a
day; a job that could not be told of within a day is not told of any more.
"""

from __future__ import annotations

import hashlib
import logging
import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from ckan.lib import mailer

from ckanext.hue import config

from . import reports
from .database import rows
from .mapping import VIETNAM
from .reports import Line, Status

log = logging.getLogger(__name__)

AT_ONCE = 100  # jobs
RETRY_HOURS = 1
GIVE_UP_HOURS = 24
REMIND_HOURS = 20  # less than a day: a nightly harvest does not always end at the same minute
PATIENCE_SECONDS = 20  # for each answer of the mail server
TABLES_NAMED = 10
MAX_SUBJECT_TITLE = 100

_DUE = """
    UPDATE hue_harvest_job j SET notice_after = now() + :retry * interval '1 hour'
    FROM hue_harvest_source s
    WHERE s.id = j.source_id AND j.id IN (
        SELECT id FROM hue_harvest_job
        WHERE NOT notified AND state = ANY(:over) AND (notice_after IS NULL OR notice_after <= now())
        ORDER BY finished LIMIT :most FOR UPDATE SKIP LOCKED)
    RETURNING j.id::text, j.source_id::text, j.finished, s.email, s.notice, s.notice <> ''
        AND s.noticed > now() - :remind * interval '1 hour' AS reminded,
        j.finished < now() - :give_up * interval '1 hour' AS too_old
"""
# A job that was taken up again meanwhile will be told of when it is over once more.
_TOLD = """
    UPDATE hue_harvest_job SET notified = true, notice_after = NULL
    WHERE id = CAST(:job AS uuid) AND finished = :finished
"""


@dataclass(frozen=True, slots=True)
class Notice:
    """A mail: what it says, and a hash by which the same is known again."""

    subject: str
    body: str
    digest: str


class ServerAway(Exception):
    """The mail server is not there: trying the other mails is in vain as well."""


def send_due() -> None:
    """Tell the owners of sources of what ended since the last look, as far as there is anything to tell."""
    if not config.smtp_server():
        _say_that_no_mail_is_sent()
        return
    due = rows(
        _DUE,
        over=["finished", "failed", "cancelled"],
        retry=RETRY_HOURS,
        remind=REMIND_HOURS,
        give_up=GIVE_UP_HOURS,
        most=AT_ONCE,
    )
    last: dict[str, str] = {}  # what the owner was told, by source
    for job in sorted(due, key=lambda job: job.finished):
        notice = _notice(reports.status(job.id))
        told = last.get(job.source_id, job.notice)
        known = notice is not None and notice.digest == told and (job.reminded or job.source_id in last)
        if notice and job.email and not job.too_old and not known:
            try:
                if not send(job.email, notice):
                    continue
            except ServerAway:
                return
            rows(
                "UPDATE hue_harvest_source SET notice = :digest, noticed = now()"
                " WHERE id = CAST(:source AS uuid)",
                digest=notice.digest,
                source=job.source_id,
            )
            last[job.source_id] = notice.digest
        elif notice is None and reports.status(job.id).state == "finished" and told:
            rows(
                "UPDATE hue_harvest_source SET notice = '' WHERE id = CAST(:source AS uuid)",
                source=job.source_id,
            )
            last[job.source_id] = ""
        rows(_TOLD, job=job.id, finished=job.finished)


@cache
def _say_that_no_mail_is_sent() -> None:
    log.info("No mail is sent (smtp.server, smtp.mail_from): nobody is told of failed harvests")


def send(email: str, notice: Notice) -> bool:
    """Whether the mail server took it; what it refuses may succeed later. Raises ServerAway."""
    try:
        with _patience():
            mailer.mail_recipient("", email, notice.subject, notice.body)
    except (mailer.MailerException, smtplib.SMTPException, OSError) as error:
        cause = error.__context__ if isinstance(error, mailer.MailerException) else error
        if isinstance(cause, (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused)):
            log.warning("A mail about a harvest was refused: %s", error)
            return False
        log.warning("The mail server cannot be reached; trying again in an hour: %s", error)
        raise ServerAway from error
    except (AssertionError, ValueError) as error:
        # CKAN asserts that a password is set for a user; an address may be none that mail knows.
        log.warning("A mail about a harvest could not be made: %s", error)
        return False
    return True


@contextmanager
def _patience() -> Iterator[None]:
    """A mail server that says nothing must not hold up the scheduler: CKAN's mailer sets no limit."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE_SECONDS)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _notice(status: Status) -> Notice | None:
    """What to tell of a job that is over; None when all is well or a person cancelled it."""
    failed = status.state == "failed"
    if not failed and (status.state != "finished" or not (status.failed or status.held)):
        return None
    lines = reports.report(status.id, states=("failed",), limit=1_000)
    lines += reports.held_personal(status.id)
    return Notice(_subject(status), _body(status, lines), _digest(status, lines))


def _digest(status: Status, lines: list[Line]) -> str:
    told = [status.state, status.message, str(status.failed), str(status.held)]
    told += [part for line in lines for part in (line.remote_id, line.message)]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def _subject(status: Status) -> str:
    title = " ".join(status.source_title.split())[:MAX_SUBJECT_TITLE]
    if status.state == "failed":
        return f"Thu thập «{title}» thất bại"
    if status.held:
        return f"Thu thập «{title}»: {reports.waiting_in_words(status)}"
    return f"Thu thập «{title}»: {status.failed} bảng bị lỗi"


def _body(status: Status, lines: list[Line]) -> str:
    address = f"{config.site_url()}/harvest/{status.source_name}/jobs/{status.id}"
    ended = f"{status.finished.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}"
    parts = [f"Nguồn: {status.source_title} ({status.source_name})", f"Kết thúc lúc: {ended}", ""]
    if status.state == "failed":
        parts += [
            "Lần thu thập không thực hiện được. Dữ liệu đang công bố được giữ nguyên.",
            f"Lý do: {status.message}",
            "",
            "Việc cần làm: xem lý do ở trên; nếu do nguồn, hãy báo đơn vị vận hành nguồn. Sau khi khắc phục,"
            " mở trang dưới đây và bấm «Thu thập ngay».",
        ]
    if status.held_gone:
        parts += [
            f"{status.held_gone} bảng cùng biến mất khỏi danh mục của nguồn. Các bộ dữ liệu được giữ nguyên"
            " cho đến khi có người duyệt.",
            "",
            "Việc cần làm: kiểm tra nguồn. Nếu các bảng đã ngừng cung cấp thật, hãy duyệt rút; nếu nguồn gặp"
            " sự cố, hãy từ chối.",
            "",
        ]
    if status.held_personal:
        parts += [f"{status.held_personal} bảng chờ duyệt vì có dữ liệu giống dữ liệu cá nhân:"]
        parts += _named([line for line in lines if line.state == "held"], status.held_personal)
        parts += [
            "",
            "Việc cần làm: nếu đó là dữ liệu cá nhân, hãy từ chối và đề nghị đơn vị chủ quản bỏ các cột này;"
            " nếu được phép công khai, hãy duyệt.",
            "",
        ]
    if status.failed:
        parts += [f"{status.failed} bảng bị lỗi; các bảng khác không bị ảnh hưởng:"]
        parts += _named([line for line in lines if line.state == "failed"], status.failed)
        parts += [
            "",
            "Việc cần làm: khắc phục ở nguồn theo lý do của từng bảng, rồi bấm «Chạy lại các bảng lỗi» trên"
            " trang dưới đây, hoặc chờ lần thu thập sau.",
        ]
    return "\n".join([*parts, "", "Chi tiết:", address, ""])


def _named(lines: list[Line], tables: int) -> list[str]:
    """The first tables with their reasons, and how many more there are."""
    named = [f"- {' '.join(line.title.split())}: {line.message}" for line in lines[:TABLES_NAMED]]
    more = [f"- và {tables - TABLES_NAMED} bảng khác"] if tables > TABLES_NAMED else []
    return named + more
