"""No page shows a word of the other language: a reader and an administrator visit every kind of page.

A text is in English when a catalogue has another text for it, or when it holds a word that occurs in msgids
and in no Vietnamese text. It is in Vietnamese when it has Vietnamese letters and is no datum or name.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polib
import pytest
from playwright.sync_api import Browser, BrowserContext

PASSWORD = "mat-khau-thu-1"
LEAST, LONG = 3, 40  # characters of what may be a part of a datum: marked as cut off, not marked
I18N = Path(__file__).parents[2] / "ckanext-hue" / "ckanext" / "hue" / "i18n"

TEXTS = """() => {
  const root = document.documentElement;
  const skipped = new Set(['SCRIPT', 'STYLE', 'TEMPLATE', 'NOSCRIPT', 'CODE', 'PRE', 'KBD', 'TEXTAREA']);
  const passed = node => skipped.has(node.tagName) || node.lang && node !== root;
  const read = ['title', 'placeholder', 'aria-label', 'aria-description', 'alt', 'data-module-content'];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT, {
    acceptNode: node =>
      node.nodeType === 1 && passed(node) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  });
  const found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.nodeType === 3) { found.push(node.textContent); continue; }
    read.forEach(name => found.push(node.getAttribute(name)));
    if (node.tagName === 'INPUT' && ['submit', 'button', 'reset'].includes(node.type)) found.push(node.value);
  }
  return [...new Set(found.filter(Boolean).map(text => text.trim().replace(/\\s+/g, ' ')).filter(Boolean))];
}"""

READER = {
    "home": "/",
    "about": "/about",
    "terms": "/terms",
    "guide": "/guide",
    "guide for agencies": "/guide/agencies",
    "accessibility": "/accessibility",
    "developers": "/developers",
    "search": "/dataset/",
    "search with words": "/dataset/?q=di+tich&sort=title_string+asc",
    "search without results": "/dataset/?q=khongcoketquanao",
    "dataset": "{sample.dataset_path}",
    "table": "{sample.table_path}",
    "table without rows": "{sample.table_path}?q=khongcoketquanao",
    "file": "{sample.file_path}",
    "history of a dataset": "/dataset/activity/{sample.dataset}",
    "API of a table": "/datastore/api_info/{sample.resource}",
    "fields": "/group/",
    "field": "/group/{sample.field}",
    "about a field": "/group/about/{sample.field}",
    "history of a field": "/group/activity/{sample.field}",
    "people of a field": "/group/members/{sample.field}",
    "agencies": "/organization/",
    "agency": "/organization/{sample.agency}",
    "about an agency": "/organization/about/{sample.agency}",
    "history of an agency": "/organization/activity/{sample.agency}",
    "people of an agency": "/organization/members/{sample.agency}",
    "quality": "/quality",
    "quality of an agency": "/organization/{sample.agency}/quality",
    "vocabulary": "/doc/concept/frequencies.html",
    "sign in": "/user/login",
    "signed out": "/user/logged_out_redirect",
    "lost password": "/user/reset",
    "wrong link to a new password": "/user/reset/khong-co?key=x",
    "nothing there": "/khong-co",
    "no such dataset": "/dataset/khong-co",
    "not allowed": "/user/register",
    "sign in first": "/dataset/new",
    "bad address": "/dataset/?page=99999999999",
    "bad filter": "/download/{sample.resource}.csv?filters=x",
    "bad order": "/download/{sample.resource}.csv?sort=khong-co",
}
ADMINISTRATOR = {
    "news": "/dashboard/",
    "own datasets": "/dashboard/datasets",
    "own fields": "/dashboard/groups",
    "own agencies": "/dashboard/organizations",
    "administration": "/ckan-admin/",
    "administration: activity": "/ckan-admin/activities",
    "administration: settings": "/ckan-admin/config",
    "administration: reset": "/ckan-admin/reset_config",
    "administration: trash": "/ckan-admin/trash",
    "administration: purge": "/ckan-admin/trash?name=package",
    "users": "/user/",
    "user": "/user/{user}",
    "change a user": "/user/edit/{user}",
    "history of a user": "/user/activity/{user}",
    "tokens": "/user/{user}/api-tokens",
    "followers of a user": "/user/followers/{user}",
    "delete a user": "/user/delete/{user}",
    "new dataset": "/dataset/new",
    "dataset": "{sample.dataset_path}",
    "change a dataset": "/dataset/edit/{sample.dataset}",
    "resources": "/dataset/resources/{sample.dataset}",
    "fields of a dataset": "/dataset/groups/{sample.dataset}",
    "delete a dataset": "/dataset/delete/{sample.dataset}",
    "history of a dataset": "/dataset/activity/{sample.dataset}",
    "followers of a dataset": "/dataset/followers/{sample.dataset}",
    "new resource": "/dataset/{sample.dataset}/resource/new",
    "table": "{sample.table_path}",
    "change a resource": "{sample.table_path}/edit",
    "views": "{sample.table_path}/views",
    "new view": "{sample.table_path}/new_view?view_type=datatables_view",
    "delete a resource": "{sample.table_path}/delete",
    "upload": "{sample.table_path}/upload",
    "data dictionary": "/dataset/{sample.dataset}/dictionary/{sample.resource}",
    "no changes": "/dataset/changes_multiple?new_id=x&old_id=y",
    "new field": "/group/new",
    "change a field": "/group/edit/{sample.field}",
    "members of a field": "/group/manage_members/{sample.field}",
    "new member of a field": "/group/member_new/{sample.field}",
    "remove a member of a field": "/group/member_delete/{sample.field}?user={user}",
    "delete a field": "/group/delete/{sample.field}",
    "no datasets to choose": "/group/bulk_process/{sample.field}",
    "new agency": "/organization/new",
    "change an agency": "/organization/edit/{sample.agency}",
    "members of an agency": "/organization/manage_members/{sample.agency}",
    "new member of an agency": "/organization/member_new/{sample.agency}",
    "remove a member of an agency": "/organization/member_delete/{sample.agency}?user={user}",
    "many datasets": "/organization/bulk_process/{sample.agency}",
    "delete an agency": "/organization/delete/{sample.agency}",
    "sources": "/harvest",
    "new source": "/harvest/_new",
    "new source: platform": "/harvest/_new?kind=platform",
    "new source: warehouse": "/harvest/_new?kind=warehouse",
    "new source: files": "/harvest/_new?kind=files",
    "new source: DCAT": "/harvest/_new?kind=dcat",
    "new source: CKAN": "/harvest/_new?kind=ckan",
    "source": "/harvest/{source}",
    "change a source": "/harvest/{source}/settings",
    "dry run": "/harvest/{source}/check",
    "remove a source": "/harvest/{source}/remove",
}

WORD = re.compile(r"(?<!\w)[A-Za-z]{3,}(?!\w)")
NO_PROSE = re.compile(r"https?://\S+|\S+@\S+|\S*[_/=]\S*")  # addresses, names in programs
MARKUP = re.compile(r"<[^>]+>|%\(\w+\)[a-z]|\{[^{}]*\}|%[sd]")
LETTERS = re.compile("[À-ÖØ-öø-ỹ]")
EXAMPLE = re.compile(r"^(Ví dụ|Example): .*")  # a value as one would write it
# What stands in both languages: a menu of Excel, numbers of documents, values of settings and of contracts.
NAMES = re.compile(
    r"Data → From Text/CSV|\bHuế\b|\d+/\d{4}/[\w-]+|Quyết định(?= \d)"
    r"|page-from-0|^page$|page(?=: )|verify-\w+|\([\w.]+(, [\w.]+)+\)"
    r"|\b(code|public|text|info\.title|result\.\w+)\b|\borganization:"
)


def catalogue() -> dict[str, str]:
    """The Vietnamese text of each msgid, of CKAN's catalogue and ours over it."""
    spec = find_spec("ckan")
    assert spec and spec.submodule_search_locations
    core = Path(spec.submodule_search_locations[0]) / "i18n" / "vi" / "LC_MESSAGES" / "ckan.po"
    texts: dict[str, str] = {}
    for file in (core, I18N / "vi" / "LC_MESSAGES" / "ckanext-hue.po"):
        for entry in polib.pofile(str(file)):
            if entry.translated():
                text = entry.msgstr_plural[0] if entry.msgid_plural else entry.msgstr
                texts.update({msgid: text for msgid in (entry.msgid, entry.msgid_plural) if msgid})
    return texts


TRANSLATED = {msgid for msgid, text in catalogue().items() if msgid != text}
IN_VIETNAMESE = {
    word.lower() for text in catalogue().values() for word in WORD.findall(MARKUP.sub(" ", text))
}
IN_ENGLISH = {
    word.lower() for text in TRANSLATED for word in WORD.findall(MARKUP.sub(" ", text))
} - IN_VIETNAMESE


def english_in(text: str) -> list[str]:
    """The English words of a text, or the whole of it."""
    if text in TRANSLATED:
        return [text]
    prose = NO_PROSE.sub(" ", NAMES.sub(" ", EXAMPLE.sub(" ", text)))
    return [word for word in WORD.findall(prose) if word.lower() in IN_ENGLISH]


def without(text: str, data: list[str]) -> str:
    """A text without what is data in it, also where the page cuts a datum off."""
    for datum in data:
        if datum in text:
            text = text.replace(datum, " ")
    cut = re.split(r"…|\.\.\.$", text)[0].strip()
    part = len(cut) > LEAST and (cut != text or len(cut) > LONG) and any(cut in datum for datum in data)
    return " " if part else text


def vietnamese_in(text: str, data: list[str]) -> list[str]:
    """The words with Vietnamese letters that are no data."""
    left = without(EXAMPLE.sub(" ", text), data) if LETTERS.search(text) else ""
    return [word for word in NAMES.sub(" ", left).split() if LETTERS.search(word)]


@pytest.fixture(scope="module")
def names(application: Any, portal: str, sample: Any) -> dict[str, Any]:
    """What the addresses name: the sample, an administrator and a harvest source."""
    from ckanext.hue.quality import jobs

    mark = uuid.uuid4().hex[:8]
    with application.test_request_context():
        import ckan.plugins.toolkit as tk

        site = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]

        def act(action: str, /, **values: Any) -> dict[str, Any]:
            return tk.get_action(action)({"ignore_auth": True, "user": site}, values)

        user = act(
            "user_create",
            name=f"ngon-ngu-{mark}",
            email=f"{mark}@example.vn",
            password=PASSWORD,
            sysadmin=True,
        )
        deleted = act(
            "package_create",
            name=f"da-xoa-{mark}",
            title="Danh mục thủ tục hành chính thực hiện theo cơ chế một cửa, một cửa liên thông các cấp",
            notes="Bộ dữ liệu đã xóa.",
            owner_org=sample.agency,
            license_id="cc-by-4.0",
            no_personal_data=True,
        )
        act("package_delete", id=deleted["id"])
        source = act(
            "hue_source_create",
            name=f"nguon-{mark}",
            title="Nguồn thử",
            kind="platform",
            url="http://127.0.0.1:9/",
            no_personal_data=True,
        )
        jobs.run()
    return {"sample": sample, "user": user["name"], "source": source["name"]}


@pytest.fixture(scope="module")
def data(application: Any, names: dict[str, Any]) -> list[str]:
    """All that is data: titles, descriptions, names of people and places; the longest first."""
    import ckan.plugins.toolkit as tk
    from ckan import model
    from sqlalchemy import text

    from ckanext.hue import config
    from ckanext.hue.metadata import units

    with application.test_request_context():
        found = model.Session.execute(
            text(
                "SELECT unnest(ARRAY[title, notes]) FROM package"
                ' UNION SELECT unnest(ARRAY[title, description]) FROM "group"'
                " UNION SELECT unnest(ARRAY[name, description, format]) FROM resource"
                ' UNION SELECT name FROM tag UNION SELECT fullname FROM "user"'
                " UNION SELECT title FROM hue_harvest_source"
            )
        ).scalars()
        kept = {each for value in found if value for each in (value, *value.split("\n"))}
        kept |= {config.site_title(), config.site_description(), config.publisher(), "Tiếng Việt"}
        for unit in (*units.provinces(), *units.home_units()):
            kept |= {unit.name, units.label(unit)}
        slugs = set(model.Session.execute(text("SELECT name FROM \"group\" WHERE name LIKE '%-%'")).scalars())
        table = tk.get_action("datastore_search")(
            {"ignore_auth": True}, {"resource_id": names["sample"].resource, "limit": 100}
        )
    kept |= {str(value) for row in table["records"] for value in row.values()}
    kept |= {text for field in table["fields"] for text in field.get("info", {}).values() if text}
    normal = {unicodedata.normalize("NFC", re.sub(r"\s+", " ", each)).strip() for each in kept}
    return sorted({each for each in normal if LETTERS.search(each)} | slugs, key=len, reverse=True)


@pytest.fixture(scope="module")
def windows(portal: str, chromium: Browser, names: dict[str, Any]) -> Iterator[dict[str, BrowserContext]]:
    """A reader's window and an administrator's."""
    opened = {who: chromium.new_context(base_url=portal) for who in ("reader", "administrator")}
    pages = {who: context.new_page() for who, context in opened.items()}
    page = pages["administrator"]
    page.goto("/user/login")
    page.locator("#field-login").fill(names["user"])
    page.locator("#field-password").fill(PASSWORD)
    page.locator("#field-password").press("Enter")
    page.wait_for_url(re.compile("/(dashboard|dataset|user)"))
    yield opened
    for context in opened.values():
        context.close()


@pytest.fixture
def texts(windows: dict[str, BrowserContext], names: dict[str, Any]) -> Callable[[str, str], list[str]]:
    """All that a page says to one of the two: its texts, titles, names for screen readers."""

    def of(who: str, path: str) -> list[str]:
        page = windows[who].pages[0]
        answer = page.goto(path.format(**names), wait_until="load")
        assert answer
        assert answer.status < 500
        return [unicodedata.normalize("NFC", text) for text in page.evaluate(TEXTS)]

    return of


PAGES = [("reader", name) for name in READER] + [("administrator", name) for name in ADMINISTRATOR]


def path_of(who: str, name: str) -> str:
    return (READER if who == "reader" else ADMINISTRATOR)[name]


@pytest.mark.parametrize(("who", "name"), PAGES)
def test_a_vietnamese_page_has_no_english_words(texts: Any, data: list[str], who: str, name: str) -> None:
    said = {text: english_in(without(text, data)) for text in texts(who, path_of(who, name))}
    assert {text: words for text, words in said.items() if words} == {}


@pytest.mark.parametrize(("who", "name"), PAGES)
def test_an_english_page_has_no_vietnamese_words(texts: Any, data: list[str], who: str, name: str) -> None:
    said = {text: vietnamese_in(text, data) for text in texts(who, f"/en{path_of(who, name)}")}
    assert {text: words for text, words in said.items() if words} == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("New Package", ["New", "Package"]),
        ("1 members", ["members"]),
        ("Search", ["Search"]),
        ("địa chỉ, ví dụ fq: organization:so-y-te.", []),
        ("địa chỉ, ví dụ fq: organization: .", []),
        ("Xem API của CKAN, tải CSV hoặc JSON", []),
        ("https://example.org/new/package", []),
        ("Ví dụ: Department of Tourism", []),
    ],
)
def test_english_is_told_from_vietnamese(text: str, found: list[str]) -> None:
    assert english_in(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Đã xong", ["Đã"]),
        ("Members - Du lịch", []),
        ("Trung tâm Bảo...", []),
        ("Under Quyết định 20/2020/QĐ-TTg", []),
    ],
)
def test_vietnamese_is_told_from_data(text: str, found: list[str]) -> None:
    assert vietnamese_in(text, ["Trung tâm Bảo tồn Di tích Cố đô Huế", "Du lịch"]) == found
