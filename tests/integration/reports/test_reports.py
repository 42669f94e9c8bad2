"""Readers report errors in data: what is refused, who reads it, and how long it is kept."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model

from ckanext.hue.harvest.database import rows
from ckanext.hue.reports import records

Make = Callable[..., Any]
HOSTILE = "<script>alert(1)</script> {{ 7 * 7 }} %(x)s 'OR 1=1 --"


# What is refused


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": " \n\t "}, "text"),
        ({"text": "x" * 2_001}, "text"),
        ({"text": ["a"]}, "text"),
        ({"text": {"a": 1}}, "text"),
        ({"kind": "khác"}, "kind"),
        ({"kind": ["wrong"]}, "kind"),
        ({"kind": ""}, "kind"),
        ({"place": "x" * 201}, "place"),
        ({"email": "không phải thư"}, "email"),
        ({"email": "a@b.vn\nBcc: c@d.vn"}, "email"),
        ({"email": "a" * 250 + "@example.vn"}, "email"),
        ({"resource_id": "khong-co"}, "resource_id"),
        ({"resource_id": "x" * 101}, "resource_id"),
    ],
)
def test_what_makes_no_sense_is_refused_and_kept_nowhere(
    dataset: Make, report: Make, kept: Make, values: dict[str, Any], field: str
) -> None:
    made = dataset()
    with pytest.raises(tk.ValidationError) as refused:
        report(made, **values)
    assert list(refused.value.error_dict) == [field]
    assert kept(made) == []


def test_a_table_of_another_dataset_is_refused(dataset: Make, report: Make) -> None:
    other = dataset(resources=[{"url": "https://x.example.vn/a.csv", "name": "Tệp"}])
    with pytest.raises(tk.ValidationError):
        report(dataset(), resource_id=other["resources"][0]["id"])


def test_nobody_reports_on_what_they_may_not_see(
    dataset: Make, report: Make, kept: Make, signed_in: Make
) -> None:
    made = dataset(private=True)
    with pytest.raises(tk.NotAuthorized):
        report(made)
    assert signed_in("").get(f"/dataset/{made['name']}/report").status_code == 404
    assert kept(made) == []


@pytest.mark.parametrize("name", ["khong-co", "..%2f..", "<i>"])
def test_there_is_no_form_without_a_dataset(signed_in: Make, name: str) -> None:
    for path in ("report", "report/sent", "reports"):
        assert signed_in("").get(f"/dataset/{name}/{path}").status_code == 404


def test_a_form_that_another_site_sent_is_refused(dataset: Make, kept: Make, signed_in: Make) -> None:
    made = dataset()
    answer = signed_in("").post_bare(f"/dataset/{made['name']}/report", kind="wrong", text="Sai.")
    assert answer.status_code == 400
    assert kept(made) == []


def test_a_program_that_fills_in_every_field_is_thanked_and_forgotten(
    dataset: Make, kept: Make, opened: Make
) -> None:
    made = dataset()
    reader = opened(made)
    answer = reader.post(
        f"/dataset/{made['name']}/report", kind="wrong", text="Mua thuốc.", website="http://spam.example"
    )
    assert answer.status_code == 302
    assert kept(made) == []


def test_control_characters_do_not_reach_the_database(dataset: Make, report: Make, kept: Make) -> None:
    made = dataset()
    report(made, text="Sai\x00 số\ud800 liệu\x1b[0m\r\ndòng hai", place="dòng\n12")
    [found] = kept(made)
    assert found.body == "Sai  số  liệu [0m\ndòng hai"
    assert found.place == "dòng 12"


def test_hostile_text_is_text_everywhere(
    agency: Make, dataset: Make, report: Make, signed_in: Make, opened: Make
) -> None:
    own = agency()
    made = dataset(owner_org=own["id"], title=f"Bảng {HOSTILE}")
    report(made, text=HOSTILE, place=HOSTILE)
    page = signed_in(own["editor"]).get(f"/dataset/{made['name']}/reports").get_data(as_text=True)
    assert "<script>alert(1)" not in page
    assert unescape(page).count(HOSTILE) >= 3
    reader = opened(made)
    refused = reader.post(
        f"/dataset/{made['name']}/report", kind="x", text=HOSTILE, email='"><script>alert(1)'
    )
    assert refused.status_code == 200
    assert "<script>alert(1)" not in refused.get_data(as_text=True)
    assert HOSTILE in unescape(refused.get_data(as_text=True))


def test_one_address_sends_ten_reports_a_day(
    dataset: Make, kept: Make, report: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = dataset()
    for _ in range(10):
        report(made)
    with pytest.raises(tk.ValidationError, match="ngày mai"):
        report(made)
    assert len(kept(made)) == 10
    rows("UPDATE hue_report_sender SET sent = sent - interval '25 hours'")
    report(made)
    assert len(kept(made)) == 11


def test_a_dataset_takes_no_flood_from_many_addresses(
    dataset: Make, report: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "DATASET_A_DAY", 3)
    made = dataset()
    for _ in range(3):
        report(made)
        rows("DELETE FROM hue_report_sender")
    with pytest.raises(tk.ValidationError):
        report(made)
    report(dataset())


def test_no_address_is_kept() -> None:
    address = "203.0.113.77"
    kept = records.sender_of(address)
    assert address not in kept
    assert len(kept) == 64
    assert kept == records.sender_of(f" {address} ")
    assert kept != records.sender_of("203.0.113.78")


def test_a_household_with_ipv6_is_one_sender() -> None:
    assert records.sender_of("2001:db8:1:2::1") == records.sender_of("2001:db8:1:2:ffff::9")
    assert records.sender_of("2001:db8:1:2::1") != records.sender_of("2001:db8:1:3::1")


# What happens


def test_a_reader_reports_an_error_without_scripts(dataset: Make, kept: Make, opened: Make) -> None:
    made = dataset(resources=[{"url": "https://x.example.vn/a.csv", "name": "Tệp"}])
    reader = opened(made)
    answer = reader.post(
        f"/dataset/{made['name']}/report",
        kind="missing",
        text="Thiếu phường Vỹ Dạ.",
        resource_id=made["resources"][0]["id"],
        place="dòng 12",
        email="dan@example.vn",
    )
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith(f"/dataset/{made['name']}/report/sent")
    assert "Cảm ơn bạn" in reader.get(f"/dataset/{made['name']}/report/sent").get_data(as_text=True)
    [found] = kept(made)
    assert (found.kind, found.body, found.place, found.email, found.state) == (
        "missing",
        "Thiếu phường Vỹ Dạ.",
        "dòng 12",
        "dan@example.vn",
        "new",
    )
    assert found.resource_id == made["resources"][0]["id"]


def test_a_mistake_keeps_what_was_written(dataset: Make, opened: Make) -> None:
    made = dataset()
    reader = opened(made)
    page = unescape(
        reader.post(f"/dataset/{made['name']}/report", kind="old", text="Cũ rồi.", email="x").get_data(
            as_text=True
        )
    )
    assert "Cũ rồi.</textarea>" in page
    assert 'value="old" required checked' in page
    assert 'id="error-email"' in page


def test_the_form_is_kept_by_no_cache(dataset: Make, signed_in: Make) -> None:
    made = dataset()
    for path in ("report", "report/sent"):
        answer = signed_in("").get(f"/dataset/{made['name']}/{path}")
        assert answer.headers["Cache-Control"] == "private, no-store"


def test_the_page_of_a_dataset_leads_to_the_form(dataset: Make, signed_in: Make) -> None:
    made = dataset()
    assert f'href="/dataset/{made["name"]}/report"' in signed_in("").get(f"/dataset/{made['name']}").get_data(
        as_text=True
    )


# Who reads them


def test_only_those_who_may_change_the_dataset_read_its_reports(
    agency: Make, dataset: Make, report: Make, signed_in: Make, action: Make
) -> None:
    own, other = agency(), agency()
    made = dataset(owner_org=own["id"])
    report(made, text="Bí mật của người báo", email="dan@example.vn")
    path = f"/dataset/{made['name']}/reports"
    assert "Bí mật của người báo" in signed_in(own["editor"]).get(path).get_data(as_text=True)
    for stranger in (signed_in(other["editor"]), signed_in("")):
        answer = stranger.get(path)
        assert answer.status_code in (302, 403)
        assert "Bí mật" not in answer.get_data(as_text=True)
    with pytest.raises(tk.NotAuthorized):
        action("hue_report_list", id=made["id"])
    shown = signed_in("").get(f"/dataset/{made['name']}").get_data(as_text=True)
    assert "Bí mật" not in shown


def test_an_editor_answers_and_the_report_is_done(
    agency: Make, dataset: Make, report: Make, signed_in: Make
) -> None:
    own = agency()
    made = dataset(owner_org=own["id"])
    sent = report(made)
    editor = signed_in(own["editor"])
    answer = editor.post(
        f"/dataset/{made['name']}/reports/{sent['id']}", state="done", answer="Đã sửa ở nguồn."
    )
    assert answer.status_code == 302
    found = records.get(sent["id"])
    assert found
    assert (found.state, found.answer, found.answered_by) == ("done", "Đã sửa ở nguồn.", own["editor"])


def test_nobody_else_answers(
    agency: Make, dataset: Make, report: Make, signed_in: Make, action: Make
) -> None:
    made, other = dataset(owner_org=agency()["id"]), agency()
    sent = report(made)
    stranger = signed_in(other["editor"])
    path = f"/dataset/{made['name']}/reports/{sent['id']}"
    assert stranger.post(path, answer="x").status_code in (302, 403)
    with pytest.raises(tk.NotAuthorized):
        action("hue_report_update", id=sent["id"], answer="x")
    found = records.get(sent["id"])
    assert found
    assert found.state == "new"


@pytest.mark.parametrize("wanted", ["khong-co", "10520e7b-3cd3-446c-8694-493ada28daa7", "' OR 1=1 --"])
def test_a_report_that_there_is_not_is_not_found(
    agency: Make, dataset: Make, signed_in: Make, wanted: str
) -> None:
    own = agency()
    made = dataset(owner_org=own["id"])
    answer = signed_in(own["editor"]).post(f"/dataset/{made['name']}/reports/{wanted}", answer="x")
    assert answer.status_code == 404


def test_a_report_is_answered_on_its_own_dataset_only(
    agency: Make, dataset: Make, report: Make, signed_in: Make
) -> None:
    own = agency()
    made, other = dataset(owner_org=own["id"]), dataset(owner_org=own["id"])
    sent = report(made)
    assert signed_in(own["editor"]).post(f"/dataset/{other['name']}/reports/{sent['id']}").status_code == 404


def test_programs_of_the_agency_list_and_answer(agency: Make, dataset: Make, report: Make) -> None:
    own = agency()
    made = dataset(owner_org=own["id"])
    first, second = report(made, text="Một"), report(made, text="Hai")

    def act(name: str, **values: Any) -> Any:
        user = model.User.get(own["editor"])
        return tk.get_action(name)({"user": own["editor"], "auth_user_obj": user}, values)  # pyright: ignore

    act("hue_report_update", id=first["id"], answer="Xong")
    listed = act("hue_report_list", id=made["name"])
    assert listed["states"] == {"new": 1, "done": 1}
    assert [each["id"] for each in listed["reports"]] == [second["id"], first["id"]]
    assert [each["text"] for each in act("hue_report_list", id=made["id"], state="done")["reports"]] == [
        "Một"
    ]
    with pytest.raises(tk.ValidationError):
        act("hue_report_list", id=made["id"], limit=501)


def test_reports_are_forgotten_after_a_year_and_senders_after_a_day(
    dataset: Make, report: Make, kept: Make
) -> None:
    made = dataset()
    report(made, text="cũ")
    rows("UPDATE hue_report SET created = now() - interval '366 days' WHERE dataset_id = :id", id=made["id"])
    rows("UPDATE hue_report_sender SET sent = now() - interval '25 hours'")
    report(made, text="mới")
    records.prune()
    assert [each.body for each in kept(made)] == ["mới"]
    assert rows("SELECT count(*) AS n FROM hue_report_sender")[0].n == 1
