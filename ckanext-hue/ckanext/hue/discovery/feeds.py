"""The newest datasets as Atom feeds: all, of an agency, a field, a keyword, or what a search finds.

These take the places of CKAN's own feeds, whose entries lead to the API instead of a page, whose language is
said to be English, whose links to further parts lose the search, and which one control character breaks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Response

from ckanext.hue import config
from ckanext.hue.catalog import addresses
from ckanext.hue.pages import atom
from ckanext.hue.pages.atom import Entry, Feed
from ckanext.hue.pages.paging import asked_page, page_count
from ckanext.hue.search import facets

from . import about, places
from .wording import PREVIEW, described, shortened

ENTRIES = 50  # of one part
MOST_PARTS = 200  # that readers may go through: Solr counts its way to each
MAX_WORDS = 500  # characters of what is searched for
MAX_FILTERS = 20
MAX_FILTER = 200  # characters


def of_all() -> Response:
    """All public datasets."""
    return _answer("dataset", f"{addresses.catalog()}#feed", _title(""), places.DATASETS, {})


def of_agency(reference: str) -> Response:
    """Those of an agency, by its name or id."""
    found = _group(reference, is_agency=True)
    name = f"organization/{found.name}"
    title, page = _title(found.display_name), places.agency(found.name)
    return _answer(name, f"{addresses.agency(found.id)}#feed", title, page, {"organization": [found.name]})


def of_field(reference: str) -> Response:
    """Those of a field, by its name or id."""
    found = _group(reference, is_agency=False)
    name = f"group/{found.name}"
    title, page = _title(found.display_name), places.field(found.name)
    feed_id = f"{addresses.concept('fields', found.name)}#feed"
    return _answer(name, feed_id, title, page, {"groups": [found.name]})


def of_keyword(keyword: str) -> Response:
    """Those with a keyword."""
    _refuse_long([keyword])
    page = f"{places.DATASETS}?{urlencode({'tags': keyword})}"
    path = places.quoted(keyword)
    return _answer(f"tag/{path}", _feed_address(f"tag/{path}"), _title(keyword), page, {"tags": [keyword]})


def of_search(arguments: Iterable[tuple[str, str]]) -> Response:
    """What a search finds. arguments: those of the search page, `q` and values of facets."""
    pairs = [(name, value) for name, value in arguments if value and name != "page"]
    words = next((value for name, value in pairs if name == "q"), "")
    filters: dict[str, list[str]] = {}
    for name, value in pairs:
        if name != "q":
            filters.setdefault(name, []).append(value)
    _refuse_strange(words, filters)
    asked = f"?{urlencode(pairs)}" if pairs else ""
    chosen = (_name(name, value) for name, values in filters.items() for value in values)
    named = ", ".join(filter(None, (words, *chosen)))
    page = f"{places.DATASETS}{asked}"
    return _answer("custom", _feed_address("custom") + asked, _title(named), page, filters, words, asked)


def search_address(words: str, filters: Iterable[tuple[str, str]]) -> str:
    """The path of the feed of a search."""
    known = [("q", words), *((name, value) for name, value in filters if name in facets.filters())]
    asked = urlencode([(name, value) for name, value in known if value])
    return "/feeds/custom.atom" + (f"?{asked}" if asked else "")


def _answer(
    name: str,
    feed_id: str,
    title: str,
    page: str,
    filters: Mapping[str, list[str]],
    words: str = "",
    asked: str = "",
) -> Response:
    number = asked_page()
    if number > MOST_PARTS:
        tk.abort(404)
    found = tk.get_action("package_search")(
        {"user": "", "ignore_auth": False},
        {
            "q": words,
            "fq_list": [_filter(key, value) for key, values in filters.items() for value in values],
            "sort": "metadata_modified desc, id asc",
            "rows": ENTRIES,
            "start": (number - 1) * ENTRIES,
            "facet": "false",
        },
    )
    own = f"{_feed_address(name)}{asked}"
    feed = Feed(feed_id, title, places.page(page), _part(own, number), _more(own, number, found["count"]))
    return atom.answer(feed, [_entry(dataset) for dataset in found["results"]])


def _entry(dataset: Mapping[str, Any]) -> Entry:
    title, agency = about.title(dataset), about.agency_name(dataset)
    return Entry(
        id=addresses.dataset(dataset["id"]),
        title=title,
        page=places.page(places.dataset(dataset["name"])),
        updated=_moment(dataset["metadata_modified"]),
        published=_moment(dataset["metadata_created"]),
        text=shortened(described(about.plain(dataset.get("notes")), title, agency), 5 * PREVIEW),
        author=agency,
        categories=[
            *((group["name"], group.get("display_name") or group["name"]) for group in dataset["groups"]),
            *((tag["name"], tag.get("display_name") or tag["name"]) for tag in dataset["tags"]),
        ],
    )


def _more(own: str, number: int, count: int) -> dict[str, str]:
    last = min(page_count(count, ENTRIES), MOST_PARTS)
    if last == 1:
        return {}
    parts = {"first": 1, "previous": number - 1, "next": number + 1, "last": last}
    return {relation: _part(own, part) for relation, part in parts.items() if 1 <= part <= last}


def _part(own: str, number: int) -> str:
    return own if number == 1 else f"{own}{'&' if '?' in own else '?'}page={number}"


def _feed_address(name: str) -> str:
    return places.page(f"/feeds/{name}.atom")


def _title(what: str) -> str:
    site = config.site_title()
    if what:
        return tk._("{what} - New datasets - {site}").format(what=what, site=site)
    return tk._("New datasets - {site}").format(site=site)


def _group(reference: str, *, is_agency: bool) -> model.Group:
    found = model.Group.get(reference)
    if found is None or found.state != model.State.ACTIVE or found.is_organization != is_agency:
        return tk.abort(404)
    return found


def _name(facet: str, value: str) -> str:
    """How people call what a search is narrowed by."""
    found = model.Group.get(value) if facet in ("groups", "organization") else None
    return found.display_name if found and found.state == model.State.ACTIVE else value


def _filter(name: str, value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{name}:"{escaped}"'


def _refuse_strange(words: str, filters: Mapping[str, list[str]]) -> None:
    known = facets.filters()
    if strange := [name for name in filters if name not in known]:
        tk.abort(400, tk._("Searches cannot be narrowed by “{name}”.").format(name=strange[0][:MAX_FILTER]))
    values = [value for each in filters.values() for value in each]
    if len(words) > MAX_WORDS or len(values) > MAX_FILTERS:
        tk.abort(400, tk._("The search is too long."))
    _refuse_long(values)


def _refuse_long(values: Iterable[str]) -> None:
    if any(len(value) > MAX_FILTER for value in values):
        tk.abort(400, tk._("The search is too long."))


def _moment(text: str) -> datetime:
    """A moment of CKAN's own: UTC without an offset."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
