"""The harvest's pages: who sees them, what stands in them, and what their forms do."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from lxml import etree, html

from ckanext.hue.harvest import jobs, reports, sources

Run = Callable[..., Any]
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def chief(person: Run, signed_in: Run) -> Any:
    return signed_in(person(sysadmin=True))


def form(name: str, **more: str) -> dict[str, str]:
    given = {"name": name, "title": "Nguồn thử", "url": "https://nguon.example.vn", "grace_days": "7"}
    return {**given, "no_personal_data": "true", **more}


def text(answer: Any) -> str:
    return " ".join(html.fromstring(answer.get_data(as_text=True)).text_content().split())


def test_only_those_in_charge_see_the_pages(add_source: Run, agency: Run, signed_in: Run) -> None:
    owner = agency()
    source = add_source("https://nguon.example.vn", owner_org=owner.id)
    job = jobs.create(source)
    pages = [f"/harvest/{source.name}", f"/harvest/{source.name}/jobs/{job}"]
    mine, other, nobody = (signed_in(name) for name in (owner.administrator, agency().administrator, ""))
    assert [mine.get(page).status_code for page in pages] == [200, 200]
    assert [other.get(page).status_code for page in pages] == [403, 403]
    assert [nobody.get(page).location.split("?")[0][-11:] for page in pages] == ["/user/login"] * 2
    assert mine.get(f"/harvest/{source.name}/settings").status_code == 403
    assert mine.get(f"/harvest/{source.name}/remove").status_code == 403
    assert mine.get("/harvest/_new").status_code == 403
    assert source.name in mine.get("/harvest").get_data(as_text=True)
    assert source.name not in other.get("/harvest").get_data(as_text=True)


def test_a_job_is_not_shown_under_another_source(add_source: Run, chief: Any) -> None:
    one, two = add_source("https://nguon.example.vn"), add_source("https://nguon.example.vn")
    job = jobs.create(one)
    assert chief.get(f"/harvest/{two.name}/jobs/{job}").status_code == 404
    assert chief.get(f"/harvest/{one.name}/jobs/x").status_code == 404


def test_nothing_is_done_without_the_token_against_forged_requests(
    add_source: Run, chief: Any, signed_in: Run
) -> None:
    source = add_source("https://nguon.example.vn")
    signed_in("").get(f"/harvest/{source.name}/remove")  # after which CKAN would ask nobody for the token
    assert chief.post_bare(f"/harvest/{source.name}/run").status_code == 400
    assert chief.post_bare(f"/harvest/{source.name}/remove").status_code == 400
    assert jobs.active_job(sources.get(source.name).id) is None


@pytest.mark.parametrize("step", ["run", "pause", "resume", "jobs/{job}/retry", "jobs/{job}/reject"])
def test_reading_an_address_does_nothing(add_source: Run, chief: Any, step: str) -> None:
    source = add_source("https://nguon.example.vn")
    address = f"/harvest/{source.name}/{step.format(job=jobs.create(source))}"
    assert chief.get(address).status_code in (404, 405)
    assert not sources.get(source.name).paused


def test_a_source_is_added_changed_and_removed(chief: Any) -> None:
    name = f"nguon-{uuid.uuid4().hex[:12]}"
    added = chief.post("/harvest/_new?kind=platform", **form(name, token="bi-mat", every_minutes="60"))
    assert added.status_code == 302
    assert (sources.get(name).token, sources.get(name).every_minutes) == ("bi-mat", 60)
    page = chief.get(f"/harvest/{name}/settings").get_data(as_text=True)
    assert "bi-mat" not in page
    chief.post(f"/harvest/{name}/settings", **form("", title="Tên khác", token="", every_minutes=""))
    changed = sources.get(name)
    assert (changed.title, changed.token, changed.every_minutes) == ("Tên khác", "bi-mat", None)
    chief.post(f"/harvest/{name}/settings", **form("", token="", remove_token="true"))
    assert sources.get(name).token == ""
    assert chief.post(f"/harvest/{name}/remove").status_code == 302
    assert chief.get(f"/harvest/{name}").status_code == 404


def test_an_error_stands_with_its_field_and_nothing_is_lost(chief: Any) -> None:
    given = form("Tên Sai", title='"><script>alert(1)</script>', email="sai", no_personal_data="")
    given["settings.listing_names"] = "data = a.b\nkhông có dấu bằng"
    answer = chief.post("/harvest/_new?kind=platform", **given)
    page = html.fromstring(answer.get_data(as_text=True))
    assert answer.status_code == 200
    assert page.get_element_by_id("field-title").value == given["title"]
    assert (
        page.get_element_by_id("field-settings-listing_names").text_content().strip().splitlines()[1]
        == "không có dấu bằng"
    )
    assert page.get_element_by_id("field-settings-listing_names").get("aria-invalid") == "true"
    assert "<script>alert(1)" not in answer.get_data(as_text=True)
    del given["settings.listing_names"]
    page = html.fromstring(chief.post("/harvest/_new?kind=platform", **given).get_data(as_text=True))
    wrong = {each.get("name") for each in page.xpath("//*[@aria-invalid]")}
    assert wrong >= {"email", "no_personal_data"}
    for each in page.xpath("//*[@aria-invalid]"):
        assert page.get_element_by_id(f"{each.get('id')}-error").text_content().strip()


def test_a_harvest_is_begun_followed_and_reported(
    sandbox: Run, add_source: Run, harvest: Run, chief: Any
) -> None:
    source = add_source(sandbox(tables=12, rows=8, open_tables=4))
    begun = chief.post(f"/harvest/{source.name}/run")
    address = urlsplit(begun.location).path
    assert "data-address" in chief.get(address).get_data(as_text=True)
    harvest(source)
    page = chief.get(address).get_data(as_text=True)
    assert "data-address" not in page
    assert page.count('href="/dataset/') >= 4
    assert "data-address" not in chief.get(f"{address}/state").get_data(as_text=True)


def test_hostile_titles_are_text_and_the_rows_left_out_can_be_downloaded(
    add_source: Run, harvest: Run, chief: Any, bad_rows: Run
) -> None:
    source = add_source(bad_rows(), bad_row_percent=50, title="<img src=x onerror=alert(2)>")
    status = harvest(source)
    assert (status.done, status.quarantined) == (1, 2)
    address = f"/harvest/{source.name}/jobs/{status.id}"
    page = html.fromstring(chief.get(address).get_data(as_text=True))
    [link] = [a.get("href") for a in page.xpath("//td//a") if "/rejected" in a.get("href")]
    rejected = chief.get(link)
    for answer in (chief.get(address), rejected, chief.get("/harvest"), chief.get(f"/harvest/{source.name}")):
        body = answer.get_data(as_text=True)
        assert "<script>alert" not in body and "<img src=x" not in body and "<b>hai" not in body
    [download] = [
        a.get("href")
        for a in html.fromstring(rejected.get_data(as_text=True)).xpath("//a")
        if "/rejected.csv" in (a.get("href") or "")
    ]
    answer = chief.get(download)
    assert answer.mimetype == "text/csv"
    lines = answer.get_data().decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert "=cmd|' /C calc'!A0" in lines[1]
    assert chief.get(f"{address}/rejected?table=khong-co").status_code == 404


def test_what_is_held_is_looked_at_and_withdrawn(held: Any, harvest: Run, chief: Any) -> None:
    source, job = held
    address = f"/harvest/{source.name}/jobs/{job}"
    assert f"{address}/approve" in chief.get(address).get_data(as_text=True)
    listed = html.fromstring(chief.get(f"{address}/approve").get_data(as_text=True))
    assert len(listed.xpath("//tbody/tr")) == 8
    assert reports.status(job).held == 8
    assert chief.post(f"{address}/approve").status_code == 302
    assert (reports.status(job).held, reports.status(job).waiting) == (0, 8)
    assert harvest(source).gone == 8


def test_what_is_held_is_kept(held: Any, chief: Any) -> None:
    source, job = held
    chief.post(f"/harvest/{source.name}/jobs/{job}/reject")
    assert reports.status(job).rejected == 8


def test_a_table_with_personal_data_is_looked_at_and_published(
    personal: Any, harvest: Run, chief: Any
) -> None:
    source, job = personal
    address = f"/harvest/{source.name}/jobs/{job}"
    assert "1 bảng có cột giống dữ liệu cá nhân và đang chờ duyệt" in text(chief.get(address))
    page = chief.get(f"{address}/approve").get_data(as_text=True)
    assert "<i>giấy tờ</i>" not in page and "046090" not in page
    [form, _] = html.fromstring(page).xpath("//tbody//form")
    fields = {each.name: each.value for each in form.xpath(".//input")}
    assert (form.get("action"), fields["remote_id"]) == (f"{address}/approve", "b/1?x=<i>")

    chief.post(f"{address}/approve", what=fields["what"], remote_id=fields["remote_id"])

    harvest(source)
    assert (reports.status(job).held, reports.status(job).done) == (0, 1)


def test_a_table_with_personal_data_is_kept_out(personal: Any, chief: Any) -> None:
    source, job = personal
    address = f"/harvest/{source.name}/jobs/{job}"
    chief.post(f"{address}/reject", what="withdrawals")
    assert reports.status(job).held == 1
    chief.post(f"{address}/reject", what="personal", remote_id="b/1?x=<i>")
    assert (reports.status(job).held, reports.status(job).rejected) == (0, 1)


def test_the_feed_tells_of_tables_that_wait_for_approval(personal: Any, chief: Any) -> None:
    source, _ = personal
    feed = etree.fromstring(chief.get(f"/harvest/{source.name}/feed.atom").get_data())
    [entry] = feed.findall(f"{ATOM}entry")
    assert "1 bảng chờ duyệt vì có dữ liệu giống dữ liệu cá nhân" in entry.findtext(f"{ATOM}title")


def test_a_dry_run_asks_the_source_only_when_told_to(sandbox: Run, add_source: Run, chief: Any) -> None:
    source = add_source(sandbox(tables=9, rows=5, open_tables=3))
    address = f"/harvest/{source.name}/check"
    assert "bảng mới" not in text(chief.get(address)).lower()
    assert "bảng mới" in text(chief.post(address)).lower()


def test_the_feed_of_a_source_parses(add_source: Run, harvest: Run, chief: Any, bad_rows: Run) -> None:
    source = add_source(bad_rows(), title="Nguồn \u0001 <b>lạ</b> & «khác»")
    status = harvest(source)
    feed = etree.fromstring(chief.get(f"/harvest/{source.name}/feed.atom").get_data())
    [entry] = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id").endswith(f"/harvest/{source.name}/jobs/{status.id}")
    assert "<b>lạ</b> & «khác»" in entry.findtext(f"{ATOM}title")
    assert etree.fromstring(chief.get("/harvest/feed.atom").get_data()).tag == f"{ATOM}feed"


def test_a_feed_reader_uses_an_api_token_and_is_refused_without(
    add_source: Run, agency: Run, signed_in: Run, as_user: Run
) -> None:
    owner = agency()
    source = add_source("https://nguon.example.vn", owner_org=owner.id)
    given = as_user(
        owner.administrator,
        "api_token_create",
        user=owner.administrator,
        name="feed",
        expires_in=1,
        unit=3600,
    )
    reader = signed_in("")
    address = f"/harvest/{source.name}/feed.atom"
    assert reader.get(address).status_code == 403
    assert reader.get(address, Authorization=given["token"]).status_code == 200


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999", "2"])
def test_no_page_number_breaks_a_page(add_source: Run, chief: Any, page: str) -> None:
    source = add_source("https://nguon.example.vn")
    job = jobs.create(source)
    for address in (f"/harvest/{source.name}", f"/harvest/{source.name}/jobs/{job}"):
        assert chief.get(f"{address}?page={page}&state=%27").status_code in (200, 400)


def test_links_lead_here_from_the_administration_and_from_the_agency(
    agency: Run, person: Run, signed_in: Run
) -> None:
    owner = agency()
    chief, mine, editor = (
        signed_in(name) for name in (person(sysadmin=True), owner.administrator, owner.editor)
    )
    assert 'href="/harvest' in chief.get("/ckan-admin/").get_data(as_text=True)
    link = f'href="/harvest?organization={owner.name}"'
    assert link in mine.get(f"/organization/{owner.name}").get_data(as_text=True)
    assert 'href="/harvest' not in editor.get(f"/organization/{owner.name}").get_data(as_text=True)
