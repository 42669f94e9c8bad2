"""What each answer of CKAN's own says of who may keep it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import ckan.plugins.toolkit as tk
import pysolr
import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from ckanext.hue import caching

Open = Callable[[str], Any]
LIVE = "public, max-age=0, s-maxage=4, stale-while-revalidate=4, stale-if-error=60"
SETTLED = "public, max-age=0, s-maxage=60, stale-while-revalidate=60, stale-if-error=86400"


@pytest.fixture(autouse=True)
def kept_for_seconds(application: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tk.config, "ckanext.hue.pages.shared_seconds", 4)


@pytest.fixture
def paths(dataset: Callable[..., dict[str, Any]]) -> list[str]:
    """Pages of every kind that is for everybody."""
    name = dataset(resources=[{"name": "Tệp", "url": "https://so.example.vn/tep.pdf"}])
    table = name["resources"][0]["id"]
    of_dataset, agency = f"/dataset/{name['name']}", "/organization/co-quan-thu"
    return [
        *("/", "/en", "/dataset/", "/dataset/?q=hue", "/organization/", "/group/", "/quality", "/developers"),
        *(of_dataset, f"{of_dataset}/resource/{table}", f"/dataset/activity/{name['name']}"),
        *(agency, f"{agency}/quality", "/organization/about/co-quan-thu"),
        "/organization/activity/co-quan-thu",
    ]


def test_pages_for_everybody_set_no_cookie_and_bear_no_token(signed_in: Open, paths: list[str]) -> None:
    for path in [*paths, "/about", "/khong-co", "/dataset/khong-co", "/robots.txt", "/feeds/dataset.atom"]:
        answer = signed_in("").get(path)
        assert "Set-Cookie" not in answer.headers, path
        assert "csrf" not in answer.get_data(as_text=True), path


def test_pages_for_everybody_may_be_kept_for_seconds(signed_in: Open, paths: list[str]) -> None:
    for path in paths:
        answer = signed_in("").get(path)
        assert (path, answer.status_code, answer.headers["Cache-Control"]) == (path, 200, LIVE)
    assert signed_in("").get("/about").headers["Cache-Control"] == SETTLED


def test_every_page_that_may_be_kept_exists(application: Any) -> None:
    known = set(application._wsgi_app.view_functions)
    soon = {"hue.terms", "hue.guide", "hue.agencies_guide", "hue.accessibility"}
    assert set(caching.PUBLIC_PAGES) - known <= soon


@pytest.mark.parametrize("path", ["/dataset/khong-co", "/khong-co", "/dataset/?page=" + "9" * 12])
def test_an_error_is_not_kept(signed_in: Open, path: str) -> None:
    answer = signed_in("").get(path)
    assert answer.status_code in (400, 404)
    assert "s-maxage" not in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/user/login", "/user/reset"])
def test_a_form_is_for_one_reader(signed_in: Open, path: str) -> None:
    assert signed_in("").get(path).headers["Cache-Control"] == caching.PRIVATE


@pytest.mark.parametrize(
    "path", ["/", "/dataset/", "/about", "/dashboard/datasets", "/api/3/action/package_list", "/catalog.ttl"]
)
def test_what_somebody_sees_who_signed_in_is_theirs_alone(
    signed_in: Open, act: Callable[..., Any], person: Callable[[], str], path: str
) -> None:
    assert signed_in(person()).get(path).headers["Cache-Control"] == caching.PRIVATE


@pytest.mark.parametrize("token", ["sai", "Bearer sai", ""])
def test_an_answer_to_a_token_is_for_who_has_it(signed_in: Open, token: str) -> None:
    for path in ("/dataset/", "/api/3/action/package_search"):
        assert signed_in("").get(path, Authorization=token).headers["Cache-Control"] == caching.PRIVATE


def test_nobody_keeps_the_apis_answers_unasked(signed_in: Open) -> None:
    said = signed_in("").get("/api/3/action/package_search?q=hue").headers["Cache-Control"]
    assert "s-maxage" not in said
    assert "max-age=0" in said


def test_what_is_sent_is_answered_for_the_sender_alone(signed_in: Open) -> None:
    assert signed_in("").post_bare("/api/3/action/package_search").headers["Cache-Control"] == caching.PRIVATE


def test_a_changed_page_has_another_tag(signed_in: Open, act: Callable[..., Any], dataset: Any) -> None:
    made = dataset()
    path = f"/dataset/{made['name']}"
    first = signed_in("").get(path)
    same = signed_in("").get(path, **{"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    act("package_patch", id=made["id"], title="Tên khác")
    changed = signed_in("").get(path, **{"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_pages_need_few_questions(application: Any, signed_in: Open, paths: list[str]) -> None:
    """Statements of SQL and requests to Solr of a page, looked at before; few finds ask for other words."""
    most = {"/": (2, 1), "/dataset/": (3, 1), "/dataset/?q=hue": (3, 2), "/about": (1, 0)}
    for path, (sql, solr) in most.items():
        signed_in("").get(path)
        with counted() as counts:
            signed_in("").get(path)
        assert counts["sql"] <= sql, path
        assert counts["solr"] <= solr, path


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Count statements of SQL and requests to Solr while the block runs."""
    counts: Counter[str] = Counter()
    plain = pysolr.Solr._send_request

    def to_solr(self: pysolr.Solr, *given: Any, **named: Any) -> Any:
        counts["solr"] += 1
        return plain(self, *given, **named)

    def to_sql(*_: Any) -> None:
        counts["sql"] += 1

    event.listen(Engine, "before_cursor_execute", to_sql)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pysolr.Solr, "_send_request", to_solr)
        try:
            yield counts
        finally:
            event.remove(Engine, "before_cursor_execute", to_sql)
