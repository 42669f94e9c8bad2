"""Nobody gets a page that was made for somebody else."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from .conftest import KEPT_SECONDS, Front, token_of

SESSION_COOKIES = [
    "ckan=gia",
    "_ga=1; ckan=gia",
    "_ga=1;ckan=gia",
    "_ga=1,ckan=gia",
    "_ga=1; \tckan =gia",
    '"ckan"=gia',
    "CKAN=gia",
    "$Version=1; ckan=gia; $Path=/",
    "ckan",
    "remember_token=1|abc",
    "a=b; remember_token=1|abc",
    "auth_tkt=x",
]
FORGED = {
    "X_Forwarded_Host": "evil.example",
    "X_Forwarded_Proto": "https",
    "X_Forwarded_Scheme": "evil",
    "X_Forwarded_Prefix": "/evil",
    "X_Forwarded_Port": "6666",
    "X_Forwarded_Server": "evil.example",
    "Forwarded": "host=evil.example;proto=https",
    "X_Host": "evil.example",
    "X_Original_URL": "/user/login?evil",
    "X_Rewrite_URL": "/user/login?evil",
    "X_HTTP_Method_Override": "POST",
    "HX_Request": "true",
    "Accept_Language": "en",
    "Origin": "https://evil.example",
    "Referer": "https://evil.example/",
    "Range": "bytes=0-9",
    "If_None_Match": "*",
    "Accept_Encoding": "gzip",
    "User_Agent": "evil",
    "X_Real_IP": "evil",
    "Cookie": "evil=evil",
    "Transfer_Encoding": "chunked",
}


def test_a_page_is_made_once_for_all_who_did_not_sign_in(front: Front, page: str) -> None:
    first, second = front.ask(page), front.ask(page)
    assert (first.cache, second.cache) == ("MISS", "HIT")
    assert first.text == second.text
    assert "Set-Cookie" not in first.headers
    assert "csrf" not in first.text


def test_who_has_the_page_already_gets_no_second_copy(front: Front, page: str) -> None:
    known = front.ask(page).headers["ETag"]
    again = front.ask(page, If_None_Match=known)
    assert again.status == 304
    assert again.text == ""


def test_a_head_does_not_leave_an_empty_page_behind(front: Front, page: str) -> None:
    assert front.ask(page, "HEAD").text == ""
    after = front.ask(page)
    assert after.cache == "HIT"
    assert "</html>" in after.text


def test_two_people_get_each_their_own_page(front: Front, page: str, person: Callable[[], str]) -> None:
    names = [person(), person()]
    sessions = [front.sign_in(name) for name in names]
    front.ask(page)
    for _ in range(2):
        for (mine, other), session in zip((names, names[::-1]), sessions, strict=True):
            seen = session.get(front.url(page), timeout=60)
            assert mine in seen.text
            assert other not in seen.text
            assert "X-Cache" not in seen.headers
            assert seen.headers["Cache-Control"] == "private, no-store"
        nobody = front.ask(page)
        assert nobody.cache == "HIT"
        assert not any(name in nobody.text for name in names)


def test_nobody_gets_what_somebody_asked_for_first(
    front: Front, page: str, person: Callable[[], str]
) -> None:
    name = person()
    assert name in front.sign_in(name).get(front.url(page), timeout=60).text
    seen = front.ask(page)
    assert seen.cache == "MISS"
    assert name not in seen.text


def test_who_signs_in_sees_it_at_once_and_who_signs_out_too(
    front: Front, page: str, person: Callable[[], str]
) -> None:
    name = person()
    front.ask(page)
    session = front.sign_in(name)
    seen = session.get(front.url(page), timeout=60)
    assert name in seen.text
    session.post(front.url("/user/_logout"), {"_csrf_token": token_of(seen.text)}, timeout=60)
    assert name not in session.get(front.url(page), timeout=60).text


def test_a_message_is_for_who_caused_it(front: Front, person: Callable[[], str]) -> None:
    session = front.sign_in(person())
    form = session.get(front.url("/user/reset"), timeout=60).text
    session.post(
        front.url("/user/reset"),
        {"user": "", "_csrf_token": token_of(form)},
        timeout=60,
        allow_redirects=False,
    )
    shown = session.get(front.url("/"), timeout=60).text
    assert 'class="alert' in shown
    for _ in range(2):
        assert 'class="alert' not in front.ask("/").text


def test_a_token_of_the_api_opens_no_page_for_others(
    front: Front, dataset: Callable[..., Any], act: Callable[..., Any], person: Callable[[], str]
) -> None:
    path = f"/dataset/{dataset(private=True)['name']}"
    name = person()
    act("organization_member_create", id="co-quan-thu", username=name, role="editor")
    token = act("api_token_create", user=name, name="thu", expires_in=1, unit=3600)["token"]
    allowed = front.ask(path, Authorization=token)
    assert (allowed.status, allowed.cache) == (200, "")
    assert allowed.headers["Cache-Control"] == "private, no-store"
    assert front.ask(path).status == 404


@pytest.mark.parametrize("cookie", SESSION_COOKIES)
def test_a_session_however_it_is_written_is_kept_from_the_cache(front: Front, page: str, cookie: str) -> None:
    front.ask(page)
    assert front.ask(page, Cookie=cookie).cache == ""


@pytest.mark.parametrize("cookie", ["_ga=1", "theme=dark; size=2", "", ";;;", "=", "a=" + "x" * 4000])
def test_a_cookie_that_is_no_session_changes_nothing(front: Front, page: str, cookie: str) -> None:
    first = front.ask(page)
    second = front.ask(page, Cookie=cookie)
    assert second.cache == "HIT"
    assert first.text == second.text


def test_a_name_that_only_looks_like_a_session_leaves_nothing_in_the_cache(front: Front, page: str) -> None:
    assert front.ask(page, Cookie="my-ckan-theme=dark").cache == ""
    assert front.ask(page).cache == "MISS"


@pytest.mark.parametrize("header", FORGED)
def test_no_header_gets_into_a_page_that_others_read(front: Front, page: str, header: str) -> None:
    body = b"4\r\nevil\r\n0\r\n\r\n" if header == "Transfer_Encoding" else None
    front.ask(page, body=body, **{header: FORGED[header]})
    seen = front.ask(page)
    assert (seen.status, seen.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "evil" not in seen.text + str(seen.headers)
    assert "6666" not in seen.text
    assert '<html lang="vi"' in seen.text
    assert seen.text.rstrip().endswith("</html>")


def test_another_host_has_pages_of_its_own(front: Front, page: str) -> None:
    assert front.ask(page, Host="evil.example").cache == "MISS"
    seen = front.ask(page)
    assert seen.cache == "MISS"
    assert "evil.example" not in seen.text + str(seen.headers)


def test_a_body_does_not_ask_for_a_kept_page(front: Front, page: str) -> None:
    assert front.ask(page, body=b"q=evil", Content_Type="application/x-www-form-urlencoded").cache == ""
    assert front.ask(page).cache == "MISS"


def test_a_very_long_address_is_not_kept(front: Front) -> None:
    assert front.ask("/dataset/?q=" + "x" * 900).cache == "MISS"
    assert front.ask("/dataset/?q=" + "x" * 1100).cache == ""


def test_each_language_has_its_page(front: Front, page: str) -> None:
    for path in (page, f"/en{page}", page, f"/en{page}"):
        language = "en" if path.startswith("/en") else "vi"
        assert f'<html lang="{language}"' in front.ask(path).text


@pytest.mark.parametrize("turtle_first", [True, False])
def test_a_page_and_its_data_do_not_take_each_others_place(
    front: Front, page: str, turtle_first: bool
) -> None:
    wanted = {"text/turtle": "text/turtle", "text/html,*/*;q=0.8": "text/html"}
    for accept in sorted(wanted, reverse=turtle_first) * 2:
        assert front.ask(page, Accept=accept).headers["Content-Type"].startswith(wanted[accept])
    mixed = front.ask(page, Accept="text/html;q=0.1, text/turtle")
    assert mixed.headers["Content-Type"].startswith("text/turtle")
    assert "html" in front.ask(page).headers["Content-Type"]


def test_words_of_a_search_are_part_of_its_address(front: Front) -> None:
    first = front.ask("/dataset/?q=khong-co-gi-1")
    second = front.ask("/dataset/?q=khong-co-gi-2")
    assert "khong-co-gi-1" in first.text
    assert "khong-co-gi-1" not in second.text


@pytest.mark.parametrize("path", ["/user/login", "/user/reset"])
def test_a_page_with_a_form_is_each_time_anothers(front: Front, path: str) -> None:
    first, second = front.ask(path), front.ask(path)
    assert (first.cache, second.cache) == ("", "")
    assert first.headers["Cache-Control"] == "private, no-store"
    assert token_of(first.text) != token_of(second.text)


@pytest.mark.parametrize("change", [{"private": True}, {"state": "deleted"}])
def test_a_dataset_that_leaves_the_public_is_gone_after_twice_the_time(
    hurried_front: Front, dataset: Callable[..., Any], act: Callable[..., Any], change: dict[str, Any]
) -> None:
    made = dataset()
    path = f"/dataset/{made['name']}"
    assert hurried_front.ask(path).status == 200
    act("package_patch", id=made["id"], **change)
    time.sleep(2 * KEPT_SECONDS + 1.1)  # nginx counts whole seconds
    # nobody asked meanwhile: the first reader gets no old page either
    assert hurried_front.ask(path).status == 404


def test_an_answer_of_the_api_is_always_fresh(
    front: Front, dataset: Callable[..., Any], act: Callable[..., Any]
) -> None:
    made = dataset()
    path = f"/api/3/action/package_show?id={made['id']}"
    assert json.loads(front.ask(path).text)["result"]["title"] == made["title"]
    act("package_patch", id=made["id"], title="Tên mới của bộ dữ liệu")
    seen = front.ask(path)
    assert json.loads(seen.text)["result"]["title"] == "Tên mới của bộ dữ liệu"
    assert seen.cache == ""


def test_a_file_named_by_its_content_is_kept_for_good(front: Front) -> None:
    page = front.ask("/").text
    path = page.partition('<link href="')[2].partition('"')[0]
    assert path.startswith("/webassets/")
    for _ in range(2):
        style = front.ask(path, Cookie="ckan=gia")
        assert style.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "Set-Cookie" not in style.headers
