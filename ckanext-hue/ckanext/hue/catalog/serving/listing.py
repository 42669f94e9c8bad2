"""Which datasets stand on a page: by their place, by when they changed, or by a search."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.search import SearchError, SearchQueryError

from ckanext.hue import config
from ckanext.hue.catalog.formats import Format
from ckanext.hue.catalog.fragments import stored
from ckanext.hue.catalog.fragments.making import digest
from ckanext.hue.catalog.fragments.store import State
from ckanext.hue.catalog.fragments.stored import Change

from .pages import Paging
from .questions import Question, Refused

# What a transaction wrote before that moment may have become visible after it.
OVERLAP = timedelta(minutes=1)
_KINDS = "+dataset_type:(dataset OR dataset_series)"


@dataclass(frozen=True, slots=True)
class Listing:
    """What a page holds; `members` are empty when only hashes were asked for."""

    dataset_ids: list[str]
    hashes: list[bytes]
    members: list[bytes]
    paging: Paging
    removed: list[Change] = field(default_factory=list)

    def tag(self) -> bytes:
        """A hash of all that the page says beside the catalogue's head."""
        told = [f"{one.dataset_id} {one.moment}".encode() for one in self.removed]
        return digest(*self.hashes, repr(self.paging).encode(), *told)


def of(asked: Question, state: State, format: Format | None) -> Listing:
    """The page that is asked for; without a format only what tells whether it changed. Raises Refused."""
    if asked.searches:
        return _found(asked, format)
    if asked.since:
        return _changed(asked, asked.since, format)
    return _numbered(asked, state, format)


def pages(count: int) -> int:
    return max(1, -(-count // config.catalog_page()))


def _numbered(asked: Question, state: State, format: Format | None) -> Listing:
    size = config.catalog_page()
    found = stored.numbered((asked.page - 1) * size + 1, asked.page * size, format)
    return _listing(found, _by_pages(asked, pages(state.last_number), state.total, {}))


def _found(asked: Question, format: Format | None) -> Listing:
    ids, total = _search(asked)
    kept = {name: value for name, value in (("q", asked.q), ("fq", asked.fq)) if value}
    if asked.since:
        kept["modified_since"] = asked.since.isoformat()
    return _listing(stored.chosen(ids, format), _by_pages(asked, pages(total), total, kept))


def _by_pages(asked: Question, last: int, total: int, kept: dict[str, str]) -> Paging:
    numbers = {"first": 1, "previous": min(asked.page - 1, last), "next": asked.page + 1, "last": last}
    links = {name: {**kept, "page": str(number)} for name, number in numbers.items() if 1 <= number <= last}
    return Paging({**kept, "page": str(asked.page)}, links, total)


def _listing(found: list[stored.Stored], paging: Paging) -> Listing:
    return Listing(
        [one.dataset_id for one in found],
        [one.hash for one in found],
        [one.member for one in found if one.member],
        paging,
    )


def _search(asked: Question) -> tuple[list[str], int]:
    filters = [_KINDS]
    if asked.since:
        since = asked.since.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        filters.append(f"metadata_modified:[{since} TO *]")
    # As anybody: what is answered here may be kept and passed on.
    size = config.catalog_page()
    context: Any = {"user": "", "auth_user_obj": None, "ignore_auth": False}
    question = {
        "q": asked.q or "*:*",
        "fq": asked.fq,
        "fq_list": filters,
        "fl": "id",
        "sort": "metadata_modified desc, id asc",
        "rows": size,
        "start": (asked.page - 1) * size,
    }
    try:
        found = tk.get_action("package_search")(context, question)
    except (SearchError, SearchQueryError, tk.ValidationError) as error:
        raise Refused(tk._("q, fq: cổng không hiểu câu tìm kiếm này.")) from error
    return [one["id"] for one in found["results"]], found["count"]


def _changed(asked: Question, since: datetime, format: Format | None) -> Listing:
    size, start = config.catalog_page(), since if asked.after else _earlier(since)
    found = stored.changes(start, asked.after, size + 1, format)
    shown = found[:size]
    links: dict[str, dict[str, str]] = {}
    if len(found) > size:
        links["next"] = behind(shown[-1])
    current = {"modified_since": since.isoformat()} | ({"after": asked.after} if asked.after else {})
    datasets = [one for one in shown if one.hash]
    return Listing(
        [one.dataset_id for one in datasets],
        [one.hash for one in datasets if one.hash],
        [one.member for one in datasets if one.member],
        Paging(current, links),
        [one for one in shown if not one.hash],
    )


def removals(since: datetime, after: str) -> tuple[list[Change], Paging]:
    """A page of what left the catalogue, and how the pages follow one another."""
    size = config.catalog_page()
    found = stored.removals(since if after else _earlier(since), after, size + 1)
    shown = found[:size]
    links = {"next": behind(shown[-1])} if len(found) > size else {}
    current = {"modified_since": since.isoformat()} | ({"after": after} if after else {})
    return shown, Paging(current, links)


def behind(change: Change) -> dict[str, str]:
    """The parameters of the page that begins behind this one."""
    return {"modified_since": change.moment.astimezone(UTC).isoformat(), "after": change.dataset_id}


def _earlier(moment: datetime) -> datetime:
    return moment - OVERLAP if moment - datetime.min.replace(tzinfo=UTC) > OVERLAP else moment
