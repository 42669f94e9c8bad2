"""What the portal refuses, and the headers on every answer."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model

PAGES = ["/", "/dataset/", "/organization/", "/group/", "/about", "/khong-co-trang-nay", "/user/login"]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_the_safety_headers(client: Any, page: str) -> None:
    headers = client.get(page).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "script-src 'self';" in policy
    assert "object-src 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


@pytest.mark.parametrize("page", PAGES)
def test_no_page_names_another_host_to_load_from(client: Any, page: str) -> None:
    body = client.get(page).get_data(as_text=True)
    for attribute in ("src", "srcset", "poster", "data"):
        assert f' {attribute}="http' not in body.replace(f'{attribute}="{tk.config["ckan.site_url"]}', "")
        assert f' {attribute}="//' not in body


def test_anonymous_reads_of_the_api_may_come_from_any_site(client: Any) -> None:
    answer = client.get("/api/3/action/status_show", headers={"Origin": "https://ung-dung.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_writes_from_other_sites_are_not_allowed(client: Any) -> None:
    answer = client.post("/api/3/action/package_create", json={}, headers={"Origin": "https://x.example"})
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert answer.status_code == 403


def test_sql_from_outside_is_off(client: Any) -> None:
    answer = client.get("/api/3/action/datastore_search_sql?sql=SELECT 1")
    assert answer.status_code == 400


def test_users_are_not_listed_to_anyone(client: Any) -> None:
    assert client.get("/api/3/action/user_list").status_code == 403
    assert client.get("/user/").status_code in (302, 403)


def test_nobody_registers_over_the_web(client: Any) -> None:
    assert client.get("/user/register").status_code == 403
    answer = client.post(
        "/api/3/action/user_create", json={"name": "x", "email": "x@y.vn", "password": "12345678"}
    )
    assert answer.status_code == 403


def test_cookies_are_kept_from_scripts_and_other_sites(client: Any) -> None:
    cookie = client.get("/user/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_tokens_expire() -> None:
    user = model.User.get(tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"])
    assert user
    tk.get_action("api_token_create")(
        {"ignore_auth": True, "user": user.name},
        {"user": user.name, "name": "thử", "expires_in": 1, "unit": 86400},
    )
    assert tk.get_action("api_token_list")({"ignore_auth": True, "user": user.name}, {"user_id": user.name})
    assert "expire_api_token" in tk.config["ckan.plugins"]


def test_the_reader_of_tables_is_stopped_after_a_while() -> None:
    import psycopg2

    with psycopg2.connect(tk.config["ckan.datastore.read_url"]) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("15s",)
        with pytest.raises(psycopg2.Error):
            cursor.execute("CREATE TABLE x (y int)")


def test_an_uploaded_page_is_a_download_not_a_page(client: Any, dataset: Callable[..., Any]) -> None:
    from werkzeug.datastructures import FileStorage

    made = dataset()
    upload = FileStorage(
        io.BytesIO(b"<html><script>alert(1)</script>"), "trang.html", content_type="text/html"
    )
    resource = tk.get_action("resource_create")(
        {"ignore_auth": True, "user": made["user"]},
        {"package_id": made["id"], "name": "Trang", "url": "trang.html", "upload": upload},
    )
    answer = client.get(f"/dataset/{made['id']}/resource/{resource['id']}/download/trang.html")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


BAD_ADDRESSES = [
    "/dataset/%00",
    "/dataset/?%00=1",
    "/catalog.foo",
    "/datastore/dump/khong-co?format=foo",
    "/feeds/custom.atom?sort=zz",
    "/organization/?page=99999999999999999999",
]


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_bad_input_is_the_askers_mistake(client: Any, address: str) -> None:
    assert client.get(address).status_code in (400, 404)


@pytest.mark.parametrize("action", ["package_show", "organization_list", "datastore_search", "tag_list"])
def test_a_nul_in_json_is_refused(client: Any, action: str) -> None:
    answer = client.post(f"/api/3/action/{action}", json={"id": "\x00", "resource_id": "\x00", "q": "\x00"})
    assert answer.status_code in (400, 404, 409)


def test_odd_questions_to_a_download_are_refused(client: Any, dataset: Callable[..., Any]) -> None:
    from ckanext.hue.harvesters.base import Page
    from ckanext.hue.tables.loading import load

    resource_id = str(uuid.uuid4())
    dataset(resources=[{"id": resource_id, "url_type": "datastore", "url": ""}])
    load([Page("data", [{"a": 1}])], lambda _name: resource_id)
    for question in ("format=foo", "fields=zz", "sort=zz", "offset=-1"):
        assert client.get(f"/datastore/dump/{resource_id}?{question}").status_code in (400, 404, 409), (
            question
        )
    assert client.get(f"/datastore/dump/{resource_id}").status_code == 200


def test_members_and_their_private_datasets_are_not_listed_to_anyone(
    client: Any, dataset: Callable[..., Any]
) -> None:
    dataset()
    assert client.get("/api/3/action/member_list?id=co-quan-thu").status_code == 403
    assert client.get("/organization/co-quan-thu").status_code == 200


def test_a_draft_that_is_to_be_public_needs_the_pledge_at_once(dataset: Callable[..., Any]) -> None:
    with pytest.raises(tk.ValidationError) as refused:
        dataset(state="draft", private=False, no_personal_data=False)
    assert "no_personal_data" in refused.value.error_dict
    assert dataset(state="draft", private=True, no_personal_data=False)["state"] == "draft"
