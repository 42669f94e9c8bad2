"""What people read when something goes wrong: pages that help on, even when nothing else answers."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from sqlalchemy import create_engine

NOWHERE = "postgresql://ckan@127.0.0.1:1/ckan"


@pytest.fixture
def without_database() -> Iterator[None]:
    """PostgreSQL does not answer; nobody listens on port 1."""
    engine = model.Session.get_bind()
    model.Session.remove()
    model.Session.configure(bind=create_engine(NOWHERE))
    try:
        yield
    finally:
        model.Session.remove()
        model.Session.configure(bind=engine)


@pytest.fixture
def without_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """Solr does not answer."""
    monkeypatch.setitem(tk.config, "solr_url", "http://127.0.0.1:1/solr/ckan")


def said(answer: Any, status: int) -> str:
    assert answer.status_code == status
    assert answer.mimetype == "text/html"
    page = answer.get_data(as_text=True)
    assert page.count("<h1") == 1
    return page


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/khong-co-trang-nay", "Không tìm thấy trang này"),
        ("/dataset/khong-co", "Không tìm thấy trang này"),
        ("/en/khong-co-trang-nay", "This page is not there"),
    ],
)
def test_what_is_not_there_leads_on(client: Any, path: str, sentence: str) -> None:
    page = said(client.get(path), 404)
    language = "/en" if path.startswith("/en/") else ""
    assert sentence in page
    assert 'role="search"' in page
    for way in ("/dataset/", "/group/", "/organization/", "/guide"):
        assert f'href="{language}{way}"' in page


def test_a_page_for_agencies_says_how_to_sign_in(client: Any) -> None:
    page = said(client.get("/user/register"), 403)
    assert "Bạn không có quyền xem trang này" in page
    assert 'href="/user/login' in page


@pytest.mark.parametrize(
    ("path", "language", "sentence"),
    [
        ("/dataset/", "vi", "Cổng đang gặp sự cố"),
        ("/terms", "vi", "Cổng đang gặp sự cố"),
        ("/en/dataset/", "en", "Something went wrong on our side"),
    ],
)
def test_without_a_database_people_read_what_happened(
    client: Any, without_database: None, path: str, language: str, sentence: str
) -> None:
    page = said(client.get(path), 500)
    assert f'lang="{language}"' in page
    assert sentence in page
    assert "Traceback" not in page
    assert NOWHERE not in page


def test_without_a_database_signed_in_people_read_it_too(signed_in: Callable[[str], Any]) -> None:
    name = f"nguoi-{uuid.uuid4().hex[:10]}"
    site = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    tk.get_action("user_create")(
        {"user": site, "ignore_auth": True},
        {"name": name, "email": f"{name}@example.vn", "password": "mat-khau-thu-1"},
    )
    reader = signed_in(name)
    engine = model.Session.get_bind()
    model.Session.remove()
    model.Session.configure(bind=create_engine(NOWHERE))
    try:
        answer = reader.get("/dashboard/datasets")
    finally:
        model.Session.remove()
        model.Session.configure(bind=engine)
    assert "sự cố" in said(answer, 500)


def test_programs_are_told_of_the_fault_too(client: Any, without_database: None) -> None:
    assert client.get("/api/3/action/package_list").status_code == 500


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/terms", 200),
        ("/guide", 200),
        ("/about", 200),
        ("/developers", 200),
        ("/", 503),
        ("/search/suggest?q=du+lich", 503),
        ("/dataset/", 500),  # CKAN's own answer
    ],
)
def test_without_search_pages_do_what_they_can(
    client: Any, without_search: None, path: str, status: int
) -> None:
    answer = client.get(path)
    page = said(answer, status)
    assert answer.headers.get("Retry-After") == ("60" if status == 503 else None)
    assert "Traceback" not in page
    assert "127.0.0.1:1" not in page


def test_a_dataset_is_read_without_the_search(
    client: Any, dataset: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = dataset()
    monkeypatch.setitem(tk.config, "solr_url", "http://127.0.0.1:1/solr/ckan")
    assert made["title"] in said(client.get(f"/dataset/{made['name']}"), 200)


def test_programs_are_told_that_the_search_is_away(client: Any, without_search: None) -> None:
    error = client.get("/api/3/action/hue_search_suggest?q=du+lich").get_json()["error"]
    assert error["__type"] == "Search Connection Error"
