"""Owners of sources are told of failures: once, in Vietnamese, and whatever the mail server does."""

from __future__ import annotations

import email
import email.policy
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import requests

from ckanext.hue.harvest import notices, reports
from ckanext.hue.harvest.database import rows

Run = Callable[..., Any]


class MailServer(socketserver.ThreadingTCPServer):
    """As much of SMTP as a client needs to hand over mail; `refusing` answers every recipient with 550."""

    daemon_threads = True
    refusing = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.mails: list[EmailMessage] = []


class _Session(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._say("220 thu")
        while line := self.rfile.readline():
            verb = line.split()[0].upper().decode() if line.split() else ""
            if verb == "DATA":
                self._say("354 ok")
                self._take()
                self._say("250 ok")
            elif verb == "QUIT":
                self._say("221 ok")
                return
            else:
                self._say("550 no such person" if verb == "RCPT" and self.server.refusing else "250 ok")

    def _take(self) -> None:
        body = b"".join(iter(self.rfile.readline, b".\r\n"))
        parsed = email.message_from_bytes(body, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.server.mails.append(parsed)

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """A mail server that the portal knows, and no other job that anybody has to be told of."""
    rows("UPDATE hue_harvest_job SET notified = true")
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setitem(tk.config, "smtp.server", f"127.0.0.1:{server.server_address[1]}")
        monkeypatch.setitem(tk.config, "smtp.mail_from", "cong@example.vn")
        yield server
        server.shutdown()


@pytest.fixture
def failing(sandbox: Run, add_source: Run) -> Run:
    """A source with an owner whose listing cannot be read."""

    def make(title: str = "Nguồn hỏng") -> Any:
        base = sandbox(tables=6, rows=5, open_tables=3)
        fault = {"path": "danhmuc", "kind": "code", "code": 7, "message": "Bảo trì", "times": None}
        requests.post(f"{base}/_sandbox/loi", json=fault, timeout=10).raise_for_status()
        return add_source(base, email="phu-trach@example.vn", title=title)

    return make


def text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return body.get_content()


def wait_over() -> None:
    """As if the hour between two attempts had passed."""
    rows("UPDATE hue_harvest_job SET notice_after = now() WHERE NOT notified")


def test_a_failed_harvest_is_told_with_its_reason_and_address(
    failing: Run, harvest: Run, post: MailServer
) -> None:
    status = harvest(failing())
    notices.send_due()
    [mail] = post.mails
    assert mail["To"] == "phu-trach@example.vn"
    assert mail["Subject"] == "Thu thập «Nguồn hỏng» thất bại"
    assert "Bảo trì" in text(mail)
    assert f"/harvest/{status.source_name}/jobs/{status.id}" in text(mail)


def test_nobody_is_told_twice(failing: Run, harvest: Run, post: MailServer) -> None:
    harvest(failing())
    notices.send_due()
    wait_over()
    notices.send_due()
    assert len(post.mails) == 1


def test_the_same_failure_again_is_told_once_a_day(failing: Run, harvest: Run, post: MailServer) -> None:
    source = failing()
    for _ in range(3):
        harvest(source)
        notices.send_due()
    assert len(post.mails) == 1
    rows("UPDATE hue_harvest_source SET noticed = now() - interval '21 hours' WHERE name = :n", n=source.name)
    harvest(source)
    notices.send_due()
    assert len(post.mails) == 2


def test_several_failures_at_once_are_told_once(failing: Run, harvest: Run, post: MailServer) -> None:
    source = failing()
    for _ in range(3):
        harvest(source)
    notices.send_due()
    assert len(post.mails) == 1


def test_a_failure_after_a_success_is_told_again(
    sandbox: Run, add_source: Run, harvest: Run, post: MailServer
) -> None:
    base = sandbox(tables=6, rows=5, open_tables=3)
    source = add_source(base, email="phu-trach@example.vn")
    fault = {"path": "danhmuc", "kind": "code", "code": 7, "message": "Bảo trì", "times": 1}
    for broken in (True, False, True):
        if broken:
            requests.post(f"{base}/_sandbox/loi", json=fault, timeout=10).raise_for_status()
        harvest(source)
        notices.send_due()
    assert len(post.mails) == 2


def test_all_is_well_is_no_news(sandbox: Run, add_source: Run, harvest: Run, post: MailServer) -> None:
    source = add_source(sandbox(tables=6, rows=5, open_tables=3), email="phu-trach@example.vn")
    assert harvest(source).succeeded
    notices.send_due()
    assert post.mails == []


def test_a_source_without_an_address_is_nobodys_mail(failing: Run, harvest: Run, post: MailServer) -> None:
    source = failing()
    rows("UPDATE hue_harvest_source SET email = '' WHERE name = :n", n=source.name)
    harvest(source)
    notices.send_due()
    assert post.mails == []


def test_held_deletions_are_told_with_what_to_do(held: Any, post: MailServer) -> None:
    source, job = held
    rows("UPDATE hue_harvest_source SET email = 'a@example.vn' WHERE name = :n", n=source.name)
    rows("UPDATE hue_harvest_job SET notified = false WHERE id = CAST(:id AS uuid)", id=job)
    notices.send_due()
    [mail] = post.mails
    assert "8 bảng chờ duyệt rút" in mail["Subject"]
    assert "duyệt rút" in text(mail)


def test_tables_with_personal_data_are_told_of_without_a_value(personal: Any, post: MailServer) -> None:
    source, job = personal
    rows("UPDATE hue_harvest_source SET email = 'a@example.vn' WHERE name = :n", n=source.name)
    rows("UPDATE hue_harvest_job SET notified = false WHERE id = CAST(:id AS uuid)", id=job)
    notices.send_due()
    [mail] = post.mails
    assert "1 bảng chờ duyệt vì có dữ liệu giống dữ liệu cá nhân" in mail["Subject"]
    assert "- Bảng <b>người</b>: Chờ duyệt" in text(mail)
    assert "cùng biến mất" not in text(mail) and "046090" not in text(mail)


def test_a_mail_server_that_is_away_is_tried_again_but_not_at_once(
    failing: Run, harvest: Run, post: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    harvest(failing())
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{closed.getsockname()[1]}"
    with monkeypatch.context() as away:
        away.setitem(tk.config, "smtp.server", address)
        notices.send_due()
    notices.send_due()
    assert post.mails == []
    wait_over()
    notices.send_due()
    assert len(post.mails) == 1


def test_a_refused_recipient_keeps_no_other_from_the_news(
    failing: Run, harvest: Run, post: MailServer
) -> None:
    harvest(failing("Một"))
    post.refusing = True
    notices.send_due()
    harvest(failing("Hai"))
    post.refusing = False
    notices.send_due()
    assert [mail["Subject"] for mail in post.mails] == ["Thu thập «Hai» thất bại"]


def test_a_job_of_long_ago_is_not_told_of_any_more(failing: Run, harvest: Run, post: MailServer) -> None:
    status = harvest(failing())
    rows("UPDATE hue_harvest_job SET finished = now() - interval '25 hours' WHERE id::text = :j", j=status.id)
    notices.send_due()
    assert post.mails == []


def test_a_process_that_dies_while_sending_sends_no_storm(
    failing: Run, harvest: Run, post: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dies after the mail is out, before that is written down: one more mail, an hour later."""
    harvest(failing())
    with monkeypatch.context() as dying:
        dying.setattr(notices, "_TOLD", "SELECT 1 / 0 WHERE :job <> '' AND :finished IS NOT NULL")
        for _ in range(3):
            try:
                notices.send_due()
            except Exception as error:
                assert "division by zero" in str(error)
    assert len(post.mails) == 1
    wait_over()
    rows("UPDATE hue_harvest_source SET notice = '', noticed = NULL")
    notices.send_due()
    assert len(post.mails) == 2
    wait_over()
    notices.send_due()
    assert len(post.mails) == 2


def test_hostile_titles_make_no_headers(failing: Run, harvest: Run, post: MailServer) -> None:
    source = failing()
    rows(
        "UPDATE hue_harvest_source SET title = :title WHERE name = :n",
        n=source.name,
        title="Nguồn\r\nBcc: ai-do@example.com",
    )
    harvest(source)
    notices.send_due()
    [mail] = post.mails
    assert mail["Bcc"] is None
    assert "Bcc: ai-do@example.com" in mail["Subject"]


@pytest.mark.parametrize("option", ["smtp.server", "smtp.mail_from"])
def test_without_a_mail_server_or_a_sender_jobs_wait(
    failing: Run, harvest: Run, post: MailServer, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    status = harvest(failing())
    with monkeypatch.context() as unset:
        unset.setitem(tk.config, option, None)
        notices.send_due()
    assert reports.status(status.id).state == "failed"
    notices.send_due()
    assert len(post.mails) == 1
