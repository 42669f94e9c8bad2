"""What people and programs see of harvests over the API, and do with them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import pytest

from ckanext.hue.harvest.database import rows

Run = Callable[..., Any]
OPEN = {"no_personal_data": True, "kind": "platform", "url": "https://nguon.example.vn/api"}


def name() -> str:
    return f"nguon-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def chief(person: Run) -> str:
    return person(sysadmin=True)


def test_a_token_is_never_shown(as_user: Run, chief: str) -> None:
    made = as_user(chief, "hue_source_create", name=name(), token="bi-mat-123", **OPEN)
    shown = as_user(chief, "hue_source_show", name=made["name"])
    listed = as_user(chief, "hue_source_list")
    assert shown["token_set"] is True
    assert "bi-mat-123" not in str([made, shown, listed])


def test_an_update_without_a_token_keeps_it(as_user: Run, chief: str) -> None:
    made = as_user(chief, "hue_source_create", name=name(), token="bi-mat-123", **OPEN)
    assert as_user(chief, "hue_source_update", name=made["name"], title="Tên mới")["token_set"] is True
    assert as_user(chief, "hue_source_update", name=made["name"], token="")["token_set"] is False


def test_what_is_left_out_of_an_update_stays(as_user: Run, chief: str) -> None:
    made = as_user(
        chief, "hue_source_create", name=name(), every_minutes=60, email="a@example.vn", grace_days=3, **OPEN
    )
    after = as_user(chief, "hue_source_update", name=made["name"], title="Khác")
    same = [key for key in made if key not in ("title", "vouched_at")]
    assert {key: after[key] for key in same} == {key: made[key] for key in same}


BAD = {
    "name": "Tên Có Dấu",
    "url": "javascript:alert(1)",
    "kind": "khong-co",
    "email": "không phải thư",
    "every_minutes": 0,
    "grace_days": -1,
    "bad_row_percent": 90,
    "owner_org": "khong-co-co-quan-nay",
    "keep_fields": ["harvest_id"],
    "number_format": "fr",
    "token": "a\r\nX-Header: 1",
    "settings": "[1]",
    "no_personal_data": False,
    "title": "x" * 501,
    "la_lung": 1,
}


@pytest.mark.parametrize("field", BAD)
def test_a_bad_value_is_refused_at_its_field(as_user: Run, chief: str, field: str) -> None:
    given = {"name": name(), **OPEN, field: BAD[field]}
    with pytest.raises(tk.ValidationError) as refused:
        as_user(chief, "hue_source_create", **given)
    assert set(refused.value.error_dict) == {"__extras" if field == "la_lung" else field}


def test_a_setting_that_its_kind_does_not_have_is_refused(as_user: Run, chief: str) -> None:
    with pytest.raises(tk.ValidationError) as refused:
        as_user(chief, "hue_source_create", name=name(), **OPEN, settings={"khong-co": "x"})
    assert "khong-co" in str(refused.value.error_dict["settings"])


def test_a_name_that_is_taken_is_refused(as_user: Run, chief: str) -> None:
    made = as_user(chief, "hue_source_create", name=name(), **OPEN)
    with pytest.raises(tk.ValidationError) as refused:
        as_user(chief, "hue_source_create", name=made["name"], **OPEN)
    assert set(refused.value.error_dict) == {"name"}


def test_what_is_not_there_is_not_found(as_user: Run, chief: str) -> None:
    for action in ("show", "update", "delete", "pause", "resume", "check"):
        with pytest.raises(tk.ObjectNotFound):
            as_user(chief, f"hue_source_{action}", name="khong-co-nguon-nay")
    for action in ("show", "cancel", "retry", "approve", "reject", "report"):
        with pytest.raises(tk.ObjectNotFound):
            as_user(chief, f"hue_harvest_{action}", id=str(uuid.uuid4()))


def test_an_id_that_is_none_is_refused(as_user: Run, chief: str) -> None:
    with pytest.raises(tk.ValidationError):
        as_user(chief, "hue_harvest_show", id="x' OR 1=1 --")


def test_a_run_is_followed_to_its_report(
    as_user: Run, chief: str, sandbox: Run, add_source: Run, harvest: Run
) -> None:
    source = add_source(sandbox(tables=12, rows=8, open_tables=4))
    job = as_user(chief, "hue_harvest_run", name=source.name)
    assert (job["state"], job["over"]) == ("queued", False)
    assert as_user(chief, "hue_harvest_run", name=source.name)["id"] == job["id"]
    harvest(source)
    shown = as_user(chief, "hue_harvest_show", id=job["id"])
    assert (shown["state"], shown["done"], shown["succeeded"]) == ("finished", 4, True)
    report = as_user(chief, "hue_harvest_report", id=job["id"], state="done", limit=3, offset=2)
    assert (report["total"], report["states"], len(report["tables"])) == (4, {"done": 4}, 2)
    assert all(table["dataset"] for table in report["tables"])
    listed = as_user(chief, "hue_harvest_list", name=source.name)
    assert (listed["total"], listed["harvests"][0]["id"]) == (1, job["id"])
    shown = as_user(chief, "hue_source_show", name=source.name)
    assert (shown["tables"], shown["last_harvest"]["id"]) == ({"active": 4}, job["id"])


def test_a_paused_source_is_not_run(as_user: Run, chief: str, add_source: Run) -> None:
    source = add_source("https://nguon.example.vn")
    assert as_user(chief, "hue_source_pause", name=source.name)["paused"] is True
    with pytest.raises(tk.ValidationError) as refused:
        as_user(chief, "hue_harvest_run", name=source.name)
    assert "tạm dừng" in str(refused.value.error_dict["name"])
    assert as_user(chief, "hue_source_resume", name=source.name)["paused"] is False


def test_a_cancelled_harvest_is_over_and_cannot_be_cancelled_again(
    as_user: Run, chief: str, add_source: Run
) -> None:
    source = add_source("https://nguon.example.vn")
    job = as_user(chief, "hue_harvest_run", name=source.name)
    assert as_user(chief, "hue_harvest_cancel", id=job["id"])["state"] == "cancelled"
    with pytest.raises(tk.ValidationError):
        as_user(chief, "hue_harvest_cancel", id=job["id"])


def test_held_deletions_are_approved(as_user: Run, chief: str, held: Any, harvest: Run) -> None:
    source, job = held
    assert as_user(chief, "hue_harvest_approve", id=job)["waiting"] == 8
    harvest(source)
    assert as_user(chief, "hue_source_show", name=source.name)["tables"] == {"active": 2, "withdrawn": 8}


def test_held_deletions_are_rejected(as_user: Run, chief: str, held: Any) -> None:
    source, job = held
    assert as_user(chief, "hue_harvest_reject", id=job)["rejected"] == 8
    assert as_user(chief, "hue_source_show", name=source.name)["tables"] == {"active": 10}
    with pytest.raises(tk.ValidationError):
        as_user(chief, "hue_harvest_approve", id=job)


def test_a_table_with_personal_data_is_approved_by_somebody(
    as_user: Run, chief: str, personal: Any, harvest: Run
) -> None:
    source, job = personal
    assert as_user(chief, "hue_harvest_show", id=job)["held_personal"] == 1
    for chosen in ({"what": "withdrawals"}, {"remote_id": "khác"}, {"what": "x"}, {"remote_id": "x" * 501}):
        with pytest.raises(tk.ValidationError):
            as_user(chief, "hue_harvest_approve", id=job, **chosen)
    assert as_user(chief, "hue_harvest_approve", id=job, what="personal")["waiting"] == 1
    harvest(source)
    approvals = rows("SELECT approved_by FROM hue_harvest_approval WHERE source_id = :id", id=source.id)
    assert [row.approved_by for row in approvals] == [chief]


def test_a_dry_run_does_not_count_what_waits_for_approval(as_user: Run, chief: str, personal: Any) -> None:
    source, _ = personal
    found = as_user(chief, "hue_source_check", name=source.name)
    assert (found["actions"], found["held"]) == ({}, 0)


def test_a_dry_run_tells_what_would_happen_and_writes_nothing(
    as_user: Run, chief: str, sandbox: Run, add_source: Run
) -> None:
    source = add_source(sandbox(tables=9, rows=5, open_tables=3))
    found = as_user(chief, "hue_source_check", name=source.name)
    assert (found["listed"], found["actions"], found["sample"]["problem"]) == (9, {"new": 3}, "")
    assert as_user(chief, "hue_harvest_list", name=source.name)["total"] == 0


def test_a_dry_run_of_a_source_that_is_away_says_why(as_user: Run, chief: str, add_source: Run) -> None:
    source = add_source("http://127.0.0.1:9/khong-co")
    with pytest.raises(tk.ValidationError) as refused:
        as_user(chief, "hue_source_check", name=source.name)
    assert "Không kết nối được" in str(refused.value.error_dict["name"])


def test_the_kinds_say_which_settings_they_take(as_user: Run, chief: str) -> None:
    kinds = {kind["kind"]: kind for kind in as_user(chief, "hue_source_kinds")}
    assert kinds["platform"]["title"]
    assert all({"name", "label", "type"} <= set(each) for kind in kinds.values() for each in kind["settings"])


def test_rows_left_out_are_shown_with_their_reasons(
    as_user: Run, chief: str, add_source: Run, harvest: Run, bad_rows: Run
) -> None:
    source = add_source(bad_rows(), bad_row_percent=50)
    status = harvest(source)
    [table] = as_user(chief, "hue_harvest_report", id=status.id)["tables"]
    assert table["quarantined"] == 2
    found = as_user(chief, "hue_harvest_quarantine", id=status.id, remote_id=table["remote_id"], limit=1)
    assert (found["quarantined"], found["total"], len(found["values"])) == (2, 2, 1)
    assert found["values"][0]["value"] == "=cmd|' /C calc'!A0"
    assert found["values"][0]["reason"]


def test_reads_are_reads(application: Any) -> None:
    reads = {"hue_source_list", "hue_source_show", "hue_source_kinds", "hue_harvest_show"}
    reads |= {"hue_harvest_list", "hue_harvest_report", "hue_harvest_quarantine"}
    from ckanext.hue.actions import ACTIONS

    ours = {name: each for name, each in ACTIONS.items() if name.startswith(("hue_source_", "hue_harvest_"))}
    marked = {name for name, each in ours.items() if getattr(each, "side_effect_free", False)}
    assert marked == reads
