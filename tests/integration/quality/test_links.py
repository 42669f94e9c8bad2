"""Links to other servers are asked, politely and behind the guard; those of the portal are looked up."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import pytest

from ckanext.hue.harvest.database import rows
from ckanext.hue.quality import links, notices, overview, own, records

Make = Callable[..., Any]
STATUSES = ("access-url-status", "download-url-status")


def gained(found: Any) -> list[bool]:
    return [found.points[metric] > 0 for metric in STATUSES]


def look_again(base: str) -> None:
    """Let the time pass after which the links of a server are asked again."""
    rows("UPDATE hue_quality_link SET due = now() WHERE address LIKE :base", base=f"{base}%")


def test_a_link_that_answers_gains_its_points(
    outside: Make, reachable: Make, linked: Make, score: Make, quality: Make
) -> None:
    server = outside(lambda _method, _path: 200)
    reachable(server.base)
    made = linked(f"{server.base}/tep.csv")
    score()
    assert gained(quality(made["id"])) == [True, True]
    assert server.seen == [("HEAD", "/tep.csv")]


def test_an_address_in_the_private_network_is_not_reached_not_even_where_a_source_lies(
    outside: Make, linked: Make, add_source: Make, score: Make, quality: Make
) -> None:
    server = outside(lambda _method, _path: 200)
    add_source(server.base)
    made = linked(f"{server.base}/tep.csv")
    score()
    assert server.seen == []
    assert gained(quality(made["id"])) == [False, False]
    [dead] = overview.dead_links(quality(made["id"]).links)
    assert dead.reason == links.PRIVATE


def test_nobody_learns_what_a_name_in_the_private_network_leads_to(
    linked: Make, score: Make, quality: Make
) -> None:
    made = linked("http://localhost:1/tep.csv")
    score()
    [dead] = overview.dead_links(quality(made["id"]).links)
    assert "127.0.0.1" not in dead.reason
    assert "::1" not in dead.reason


def test_only_who_may_change_a_dataset_is_told_how_its_links_answer(
    outside: Make, reachable: Make, linked: Make, score: Make, action: Make
) -> None:
    server = outside(lambda _method, _path: 404)
    reachable(server.base)
    made = linked(f"{server.base}/{uuid.uuid4()}.csv")
    score()
    assert "dead_links" not in action("hue_quality_show", id=made["id"])
    told = tk.get_action("hue_quality_show")({"user": made["user"]}, {"id": made["id"]})
    assert [link["status"] for link in told["dead_links"]] == [404]


@pytest.mark.parametrize("status", [404, 410, 500])
def test_a_link_that_is_dead_has_no_points_and_is_told(
    outside: Make, reachable: Make, linked: Make, score: Make, quality: Make, status: int
) -> None:
    server = outside(lambda _method, _path: status)
    reachable(server.base)
    made = linked(f"{server.base}/{uuid.uuid4()}.csv")
    score()
    assert gained(quality(made["id"])) == [False, False]
    [dead] = overview.dead_links(quality(made["id"]).links)
    assert dead.status == status


def test_a_link_that_comes_back_and_one_that_dies_change_the_score(
    outside: Make, reachable: Make, linked: Make, score: Make, quality: Make
) -> None:
    state = {"status": 404}
    server = outside(lambda _method, _path: state["status"])
    reachable(server.base)
    made = linked(f"{server.base}/tep.csv")
    score()
    for status, expected in ((200, [True, True]), (404, [False, False])):
        state["status"] = status
        look_again(server.base)
        score()
        assert gained(quality(made["id"])) == expected


def test_links_are_left_alone_until_their_week_is_over(
    outside: Make, reachable: Make, linked: Make, score: Make
) -> None:
    server = outside(lambda _method, _path: 200)
    reachable(server.base)
    linked(f"{server.base}/tep.csv")
    score()
    score()
    assert len(server.seen) == 1


def test_a_host_that_does_not_answer_is_left_alone_after_three_links(
    free_address: Make, reachable: Make, dataset: Make, score: Make
) -> None:
    base = f"http://{free_address()}"
    reachable(base)
    given = [{"url": f"{base}/{number}.csv", "format": "CSV"} for number in range(6)]
    dataset(resources=given)
    score()
    asked = rows(
        "SELECT checked IS NOT NULL AS asked, due > now() AS later FROM hue_quality_link"
        " WHERE address LIKE :base",
        base=f"{base}%",
    )
    assert sorted(row.asked for row in asked) == [False] * 3 + [True] * 3
    assert all(row.later for row in asked)


@pytest.mark.parametrize("url", ["ftp://example.vn/tep.csv", "http://[::1", "http://a:b@example.vn/"])
def test_what_is_no_plain_web_address_is_never_asked(url: str) -> None:
    assert links.host_of(url) is None


def test_links_that_no_dataset_gives_any_more_are_forgotten(
    outside: Make, reachable: Make, linked: Make, score: Make
) -> None:
    server = outside(lambda _method, _path: 200)
    reachable(server.base)
    made = linked(f"{server.base}/tep.csv")
    score()
    tk.get_action("package_delete")({"ignore_auth": True, "user": made["user"]}, {"id": made["id"]})
    score()
    records.forget_links()
    assert records.statuses([f"{server.base}/tep.csv"]) == {f"{server.base}/tep.csv": None}
    assert not rows("SELECT FROM hue_quality_link WHERE host = :host", host=f"127.0.0.1:{server.port}")


def test_own_addresses_are_told_from_the_databases(dataset: Make) -> None:
    site = tk.config["ckan.site_url"]
    resource_id = str(uuid.uuid4())
    made = dataset(resources=[{"id": resource_id, "url_type": "datastore", "url": "", "format": "CSV"}])
    hidden = dataset(private=True, resources=[{"id": str(uuid.uuid4()), "url": "https://example.vn/"}])
    tk.get_action("datastore_create")(
        {"ignore_auth": True, "user": made["user"]},
        {"resource_id": resource_id, "force": True, "records": [{"a": "1"}]},
    )
    there = [
        f"{site}/download/{resource_id}.csv",
        f"{site}/download/dataset/{made['id']}.zip",
        f"{site}/datastore/dump/{resource_id}",
        f"{site}/dataset/{made['name']}",
        f"{site}/dataset/{made['name']}/resource/{resource_id}",
        f"{site}/id/dataset/{made['id']}",
        f"{site}/id/distribution/{resource_id}",
        f"{site}/api/3/action/datastore_search?resource_id={resource_id}",
    ]
    gone = [
        f"{site}/download/{resource_id}.geojson",
        f"{site}/download/{uuid.uuid4()}.csv",
        f"{site}/dataset/{hidden['name']}",
        f"{site}/dataset/{hidden['name']}/resource/{hidden['resources'][0]['id']}",
        f"{site}/dataset/{made['name']}/resource/{uuid.uuid4()}",
        f"{site}/khong-co",
        f"{site}/api/3/action/datastore_search?resource_id={uuid.uuid4()}",
    ]
    assert own.statuses([*there, *gone]) == {**dict.fromkeys(there, 200), **dict.fromkeys(gone, 404)}
    assert not own.is_own(f"{site}.example.vn/dataset")


def test_an_uploaded_file_that_is_gone_does_not_answer(dataset: Make) -> None:
    resource_id = str(uuid.uuid4())
    made = dataset()
    rows(
        "INSERT INTO resource (id, package_id, url, url_type, state, position, format)"
        " VALUES (:id, :package, 'mat.csv', 'upload', 'active', 0, 'CSV')",
        id=resource_id,
        package=made["id"],
    )
    address = f"{tk.config['ckan.site_url']}/dataset/{made['id']}/resource/{resource_id}/download/mat.csv"
    assert own.statuses([address]) == {address: 404}


def test_an_agency_is_told_once_of_a_link_that_died(
    outside: Make, reachable: Make, linked: Make, score: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    mails: list[tuple[str, notices.Notice]] = []
    monkeypatch.setitem(tk.config, "smtp.server", "thu.example.vn")
    monkeypatch.setitem(tk.config, "smtp.mail_from", "cong@example.vn")
    monkeypatch.setattr(notices, "send", lambda email, notice: mails.append((email, notice)) or True)
    rows("UPDATE hue_quality_link SET told = true")
    server = outside(lambda _method, _path: 404)
    reachable(server.base)
    made = linked(f"{server.base}/tep.csv", title="Tệp\nmất")
    rows(
        """UPDATE "group" SET extras = extras || '{"email": "so@example.vn"}' WHERE id = :id""",
        id=made["owner_org"],
    )
    score()
    assert mails == []
    for _ in range(2):
        look_again(server.base)
        score()
    [(email, notice)] = mails
    assert email == "so@example.vn"
    assert f"- Tệp mất: {server.base}/tep.csv (mã HTTP 404)" in notice.body
