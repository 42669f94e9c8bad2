"""Mail about reports: to the agency when one came, to the reader when it was answered.

Each mail is tried until the mail server takes it, for three days. Without a mail server nobody is told;
the agency finds the reports on the dataset's pages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from sqlalchemy.engine import Row

from ckanext.hue import config
from ckanext.hue.harvest.database import rows
from ckanext.hue.harvest.notices import Notice, ServerAway, send
from ckanext.hue.metadata.agencies import said_of

from .kinds import IN_MAIL

Make = Callable[[Row[Any], model.Package], tuple[str, Notice]]

AT_ONCE = 100
RETRY_HOURS = 1
GIVE_UP_DAYS = 3
MAX_TITLE = 100

_TAKE = """
    UPDATE hue_report SET notice_after = now() + :retry * interval '1 hour'
    WHERE id IN (SELECT id FROM hue_report WHERE {due} AND notice_after <= now() AND {since}
        > now() - :give_up * interval '1 day' ORDER BY created LIMIT :most FOR UPDATE SKIP LOCKED)
    RETURNING id::text, dataset_id, resource_id, kind, place, body, email, answer
"""
_NEW = _TAKE.format(due="told IS NULL", since="created")
_ANSWERED = _TAKE.format(
    due="state = 'done' AND answer <> '' AND email <> '' AND reporter_told IS NULL", since="answered"
)


def send_due() -> int:
    """Send what waits; how many mails went out."""
    if not config.smtp_server():
        return 0
    try:
        return _send(_NEW, _to_agency, "told") + _send(_ANSWERED, _to_reader, "reporter_told")
    except ServerAway:
        return 0


def _send(statement: str, make: Make, column: str) -> int:
    sent = 0
    for report in rows(statement, retry=RETRY_HOURS, give_up=GIVE_UP_DAYS, most=AT_ONCE):
        package = model.Session.get(model.Package, report.dataset_id)
        if package is not None:  # a purged one has nobody to be told
            address, notice = make(report, package)
            if address and not send(address, notice):
                continue
            sent += bool(address)
        rows(f"UPDATE hue_report SET {column} = now() WHERE id = CAST(:id AS uuid)", id=report.id)  # noqa: S608
    return sent


def _to_agency(report: Row[Any], package: model.Package) -> tuple[str, Notice]:
    title = _one_line(package.title or package.name)
    resource = model.Session.get(model.Resource, report.resource_id) if report.resource_id else None
    lines = [
        f"Một người dùng báo lỗi của bộ dữ liệu «{title}»:",
        "",
        f"Vấn đề: {IN_MAIL[report.kind]}",
        *([f"Bảng hoặc tệp: {_one_line(resource.name or resource.id)}"] if resource else []),
        *([f"Vị trí: {_one_line(report.place)}"] if report.place else []),
        "",
        report.body,
        "",
        f"Thư điện tử của người báo: {report.email or 'không để lại'}",
        "",
        "Việc cần làm: kiểm tra, sửa dữ liệu ở nguồn nếu báo đúng, rồi trả lời tại trang:",
        f"{config.site_url()}/dataset/{package.name}/reports",
        "",
    ]
    return _contact(package), _notice(f"Báo lỗi dữ liệu: {title}", lines)


def _to_reader(report: Row[Any], package: model.Package) -> tuple[str, Notice]:
    title = _one_line(package.title or package.name)
    lines = [
        f"Cơ quan công bố đã trả lời báo lỗi của bạn về bộ dữ liệu «{title}»:",
        "",
        report.answer,
        "",
        "Bạn đã báo:",
        report.body,
        "",
        f"{config.site_url()}/dataset/{package.name}",
        "",
    ]
    return report.email, _notice(f"Trả lời báo lỗi: {title}", lines)


def _contact(package: model.Package) -> str:
    """The first address that there is: the dataset's contact, its agency, the portal."""
    shown = tk.get_action("package_show")({"ignore_auth": True}, {"id": package.id})
    of_dataset = (each.get("email") for each in shown.get("contact") or ())
    of_agency = said_of(package.owner_org).get("email") if package.owner_org else ""
    return next(filter(None, (*of_dataset, of_agency, config.contact_email())), "")


def _notice(subject: str, lines: list[str]) -> Notice:
    text = "\n".join(lines)
    return Notice(subject, text, hashlib.sha256(text.encode()).hexdigest())


def _one_line(text: str) -> str:
    return " ".join(text.split())[:MAX_TITLE]
