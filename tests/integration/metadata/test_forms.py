"""The forms as the server makes them: groups, defaults, errors, what is kept, what works without scripts."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

FORM = {
    "save": "",
    "_ckan_phase": "dataset_new_1",
    "notes": "Bộ dữ liệu để thử.",
    "private": "False",
    "no_personal_data": "true",
    "license_id": "cc-by-4.0",
}


@pytest.fixture
def reader(editor: Any, signed_in: Callable[[str], Any]) -> Any:
    return signed_in(editor.name)


def text(answer: Any) -> str:
    return unescape(answer.get_data(as_text=True))


def value_of(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found[1]


def test_the_form_has_its_parts_under_headings(reader: Any) -> None:
    page = text(reader.get("/dataset/new"))
    headings = re.findall(r'<h2 id="part-\d+">([^<]+)</h2>', page)
    assert headings == [
        "Cơ quan công bố",
        "Nội dung",
        "Quyền sử dụng",
        "Thời gian và nơi chốn",
        "Liên hệ",
        "Nguồn gốc và căn cứ",
        "Phiên bản, tiêu chuẩn và tài liệu",
    ]


def test_no_two_controls_of_the_form_have_the_same_id(reader: Any) -> None:
    page = re.sub(r"<(template|noscript).*?</\1>", "", text(reader.get("/dataset/new")), flags=re.DOTALL)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert sorted({name for name in ids if ids.count(name) > 1}) == []


def test_a_new_form_begins_with_what_is_known_of_the_agency(reader: Any) -> None:
    page = text(reader.get("/dataset/new"))
    assert value_of(page, "contact-0-email") == "so@example.gov.vn"
    assert value_of(page, "contact-0-name") == "Sở Thử nghiệm"
    assert '<option value="cc-by-4.0" selected>' in page
    assert '<option value="46" selected>Thành phố Huế</option>' in page


def test_a_new_form_begins_with_what_the_agency_said_last(reader: Any, editor: Any) -> None:
    editor.create(contact=[{"name": "Phòng Mới", "email": "moi@example.gov.vn"}], license_id="cc0-1.0")
    page = text(reader.get("/dataset/new"))
    assert value_of(page, "contact-0-name") == "Phòng Mới"
    assert '<option value="cc0-1.0" selected>' in page


def test_no_agency_learns_what_others_said_in_private(
    reader: Any, make_agency: Callable[..., Any], dataset: Callable[..., Any]
) -> None:
    other = make_agency(title="Sở Khác")
    dataset(owner_org=other["id"], private=True, contact=[{"name": "Phòng kín", "email": "kin@example.vn"}])
    assert "kin@example.vn" not in text(reader.get(f"/dataset/new?group={other['id']}"))


def test_errors_are_listed_with_links_to_their_fields(reader: Any, editor: Any) -> None:
    page = text(
        reader.post(
            "/dataset/new",
            **FORM,
            title="",
            owner_org=editor.agency,
            **{"contact-0-name": "Phòng A", "contact-0-email": "sai"},
        )
    )
    summary = page[page.index('id="form-errors"') :].partition("</ul>")[0]
    links = re.findall(r'href="#([^"]+)"', summary)
    assert links == ["field-title", "field-contact-0-email"]
    assert all(f'id="{link}"' in page for link in links)


def test_nothing_is_lost_on_an_error(reader: Any, editor: Any) -> None:
    given = {
        "title": "",
        "tag_string": "du lịch,lưu trú",
        "contact-0-name": "Phòng A",
        "contact-0-phone": "0234 3123 456",
        "contact-3-name": "Phòng B",
        "contact-3-email": "sai",
        "temporal_coverage-0-start": "01/2024",
        "spatial_coverage-0-code": "478",
        "creator-0-name": "Trung tâm",
    }
    lines = {"applicable_legislation": ["47/2020/NĐ-CP", "60/2024/QH15"], "conforms_to": ["A", "B"]}
    page = text(reader.post("/dataset/new", **FORM, owner_org=editor.agency, **given, **lines))
    kept = set(re.findall(r'value="([^"]*)"', page))
    assert {"Phòng A", "0234 3123 456", "Phòng B", "sai", "01/2024", "Trung tâm"} <= kept
    assert {"47/2020/NĐ-CP", "60/2024/QH15", "A", "B"} <= kept
    assert '<option value="478" selected>Huyện Phú Vang (đơn vị cũ)</option>' in page


def test_a_unit_that_does_not_exist_stays_in_the_form(reader: Any, editor: Any) -> None:
    page = text(
        reader.post(
            "/dataset/new",
            **FORM,
            title="Thử",
            owner_org=editor.agency,
            **{"spatial_coverage-0-code": "Xã Lạ"},
        )
    )
    assert '<option value="Xã Lạ" selected>' in page
    assert 'href="#field-spatial_coverage-0-code"' in page


def test_a_part_that_is_missing_is_asked_for_in_an_empty_part(reader: Any, editor: Any) -> None:
    form = {**FORM, "title": "Thử", "owner_org": editor.agency, "dcat_type": "thong-ke"}
    page = text(reader.post("/dataset/new", **form))
    assert 'href="#field-temporal_coverage-0-start"' in page
    field = page[page.index('id="field-temporal_coverage-0-start"') :].partition("</div>")[0]
    assert "phải có giai đoạn" in field


def test_without_scripts_there_is_one_more_part_to_fill_in(reader: Any, editor: Any) -> None:
    made = editor.create(contact=[{"name": "Phòng A", "email": "a@example.vn"}])
    page = text(reader.get(f"/dataset/edit/{made['name']}"))
    spare = " ".join(re.findall(r"<noscript>(.*?)</noscript>", page, flags=re.DOTALL))
    assert 'name="contact-1-name"' in spare
    assert 'name="applicable_legislation"' in spare


def test_parts_that_were_emptied_are_gone_after_saving(reader: Any, editor: Any) -> None:
    made = editor.create(
        contact=[{"name": "A", "email": "a@example.vn"}, {"name": "B", "email": "b@example.vn"}]
    )
    form = {**FORM, "title": made["title"], "owner_org": editor.agency, "name": made["name"]}
    form.pop("_ckan_phase")
    answer = reader.post(
        f"/dataset/edit/{made['name']}",
        **form,
        **{
            "contact-0-name": "",
            "contact-0-email": "",
            "contact-1-name": "B",
            "contact-1-email": "b@example.vn",
        },
    )
    assert answer.status_code == 302
    assert [part["name"] for part in editor.act("package_show", id=made["id"])["contact"]] == ["B"]


def test_a_hostile_value_is_shown_and_never_run(reader: Any, editor: Any) -> None:
    hostile = '"><script>alert(1)</script>'
    answer = reader.post(
        "/dataset/new",
        **FORM,
        title="",
        owner_org=editor.agency,
        conforms_to=hostile,
        **{"contact-0-name": hostile, "spatial_coverage-0-code": hostile, "__proto__-0-x": hostile},
    )
    assert "<script>alert(1)" not in answer.get_data(as_text=True)


def test_the_name_of_a_chosen_file_is_said_when_the_form_comes_back(reader: Any, editor: Any) -> None:
    made = editor.create()
    page = text(
        reader.post(
            f"/dataset/{made['name']}/resource/new",
            id="",
            save="go-metadata",
            url_type="upload",
            name="Tệp",
            issued="hôm qua",
            upload=(io.BytesIO(b"a,b\n1,2\n"), "Số liệu <b>.csv"),
        )
    )
    assert "Tệp «Số liệu <b>.csv» chưa được giữ lại" in page


def test_an_agencys_form_offers_the_agencies_above(
    application: Any, make_agency: Callable[..., Any], editor: Any, signed_in: Callable[[str], Any]
) -> None:
    import ckan.plugins.toolkit as tk

    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    tk.get_action("organization_member_create")(
        {"ignore_auth": True, "user": user}, {"id": editor.agency, "username": editor.name, "role": "admin"}
    )
    above = make_agency(title="UBND thử")
    page = text(signed_in(editor.name).get(f"/organization/edit/{editor.agency}"))
    assert f'<option value="{above["id"]}">UBND thử</option>' in page
    assert '<h2 id="part-1">Cơ quan</h2>' in page


def test_an_agencys_form_keeps_what_was_entered_on_an_error(
    editor: Any, signed_in: Callable[[str], Any]
) -> None:
    import ckan.plugins.toolkit as tk

    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    tk.get_action("organization_member_create")(
        {"ignore_auth": True, "user": user}, {"id": editor.agency, "username": editor.name, "role": "admin"}
    )
    form = {
        "save": "",
        "title": "Sở Thử",
        "address": "Đường Lê Lợi",
        "agency_code": "sai",
        "parent": editor.agency,
    }
    page = text(signed_in(editor.name).post(f"/organization/edit/{editor.agency}", **form))
    assert re.findall(r'<a href="#(field-[a-z_]+)">', page) == ["field-agency_code", "field-parent"]
    assert value_of(page, "address") == "Đường Lê Lợi"


def test_an_agencys_page_names_the_agency_above(make_agency: Callable[..., Any], client: Any) -> None:
    above = make_agency(title="UBND <thử>")
    page = client.get(f"/organization/about/{make_agency(parent=above['id'])['name']}").get_data(as_text=True)
    assert f'<a href="/organization/{above["name"]}">UBND &lt;thử&gt;</a>' in page


@pytest.mark.parametrize(
    ("text", "stored"),
    [("", "Phường Phú Xuân"), ("Thành phố Huế", "Phường Phú Xuân"), ("Nội thành", "Nội thành")],
)
def test_a_unit_does_not_keep_the_name_of_the_one_before(editor: Any, text: str, stored: str) -> None:
    made = editor.create(spatial_coverage=[{"code": "19768", "text": text}])
    assert made["spatial_coverage"][0]["text"] == stored


def test_a_harvested_place_keeps_the_name_of_its_source(dataset: Callable[..., Any]) -> None:
    made = dataset(harvest_source="so-hoa", spatial_coverage=[{"code": "19768", "text": "Thành phố Huế"}])
    assert made["spatial_coverage"][0]["text"] == "Thành phố Huế"
