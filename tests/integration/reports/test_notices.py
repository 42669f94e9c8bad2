"""Mail about reports: to whoever answers for the dataset, and back to the reader."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan.lib import mailer

from ckanext.hue.harvest.database import rows
from ckanext.hue.reports import notices

Make = Callable[..., Any]


@pytest.fixture
def mails(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    """(address, subject, body) of what is handed to the mail server, and nothing left from other tests."""
    rows("UPDATE hue_report SET told = now(), reporter_told = now()")
    sent: list[tuple[str, str, str]] = []
    monkeypatch.setitem(tk.config, "smtp.server", "127.0.0.1")
    monkeypatch.setitem(tk.config, "smtp.mail_from", "cong@example.vn")
    monkeypatch.setattr(
        mailer, "mail_recipient", lambda _name, email, subject, body: sent.append((email, subject, body))
    )
    return sent


def due_again() -> None:
    rows("UPDATE hue_report SET notice_after = now()")


def test_a_title_and_a_place_cannot_write_headers(dataset: Make, report: Make, mails: list[Any]) -> None:
    made = dataset(title="Bảng\r\nBcc: a@b.vn", contact=[{"name": "Phòng", "email": "phong@example.vn"}])
    report(made, place="dòng\r\n\r\nSubject: x", text="Sai.")
    notices.send_due()
    [(address, subject, body)] = mails
    assert address == "phong@example.vn"
    assert "\n" not in subject
    assert "Vị trí: dòng Subject: x" in body


def test_the_contact_of_the_dataset_is_told_before_its_agency_and_the_portal(
    dataset: Make, agency: Make, report: Make, mails: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tk.config, "ckanext.hue.contact_email", "cong-lien-he@example.vn")
    with_email, without = agency(email="so@example.vn"), agency()
    contact = [{"name": "Phòng", "email": "phong@example.vn"}]
    for made in (
        dataset(owner_org=with_email["id"], contact=contact),
        dataset(owner_org=with_email["id"]),
        dataset(owner_org=without["id"]),
    ):
        report(made)
    assert notices.send_due() == 3
    assert sorted(address for address, _, _ in mails) == [
        "cong-lien-he@example.vn",
        "phong@example.vn",
        "so@example.vn",
    ]


def test_a_report_is_told_once(dataset: Make, agency: Make, report: Make, mails: list[Any]) -> None:
    report(dataset(owner_org=agency(email="so@example.vn")["id"]))
    notices.send_due()
    due_again()
    assert notices.send_due() == 0
    assert len(mails) == 1


def test_what_the_mail_server_refuses_is_tried_again_an_hour_later(
    dataset: Make, agency: Make, report: Make, mails: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    report(dataset(owner_org=agency(email="so@example.vn")["id"]))

    def refuse(*_given: Any) -> None:
        raise smtplib.SMTPRecipientsRefused({})

    with monkeypatch.context() as patched:
        patched.setattr(mailer, "mail_recipient", refuse)
        assert notices.send_due() == 0
    assert notices.send_due() == 0
    due_again()
    assert notices.send_due() == 1


def test_without_a_mail_server_nothing_is_tried(
    dataset: Make, report: Make, mails: list[Any], kept: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tk.config, "smtp.server", "")
    made = dataset()
    report(made)
    assert notices.send_due() == 0
    assert kept(made)[0].told is None


def test_the_reader_who_left_an_address_is_sent_the_answer_once(
    dataset: Make, report: Make, mails: list[Any]
) -> None:
    made = dataset()
    sent = report(made, email="dan@example.vn", text="Sai số.")
    other = report(made)
    for each in (sent, other):
        tk.get_action("hue_report_update")(
            {"ignore_auth": True, "user": made["user"]}, {"id": each["id"], "answer": "Đã sửa ở nguồn."}
        )
    due_again()
    notices.send_due()
    due_again()
    notices.send_due()
    [(address, _, body)] = [mail for mail in mails if "Trả lời báo lỗi" in mail[1]]
    assert address == "dan@example.vn"
    assert "Đã sửa ở nguồn." in body
    assert "Sai số." in body


def test_a_dataset_that_is_gone_stops_no_other_mail(
    dataset: Make, agency: Make, report: Make, mails: list[Any]
) -> None:
    gone = dataset()
    report(gone)
    tk.get_action("dataset_purge")({"ignore_auth": True, "user": gone["user"]}, {"id": gone["id"]})
    report(dataset(owner_org=agency(email="so@example.vn")["id"]))
    assert notices.send_due() == 1
