"""Atom feeds (RFC 4287): one way to write them, for whatever is listed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import ckan.plugins.toolkit as tk
from ckan.types import Response
from feedgen.feed import FeedGenerator
from flask import Response as FlaskResponse

from ckanext.hue import config

MEDIA_TYPE = "application/atom+xml"
# What XML cannot hold.
_UNFIT = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# A feed must say when it changed, also one that never held anything.
_NEVER = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is listed. `id` never changes; `page` is where people read of it.

    `categories` are pairs of a term and how it reads; moments have an offset.
    """

    id: str
    title: str
    page: str
    updated: datetime
    published: datetime
    text: str
    author: str = ""
    categories: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """What all entries have in common. `address` is the feed's own; `more` leads to its other parts, by
    relation (`next`, `previous`, `first`, `last`)."""

    id: str
    title: str
    page: str
    address: str
    more: Mapping[str, str] = field(default_factory=dict)


def answer(feed: Feed, entries: Sequence[Entry]) -> Response:
    """The feed with these entries, in their order; 304 to who has it already."""
    response = FlaskResponse(write(feed, entries), mimetype=MEDIA_TYPE)
    response.add_etag()
    response.make_conditional(tk.request.environ)
    return response


def write(feed: Feed, entries: Sequence[Entry]) -> bytes:
    """The feed as XML; characters that XML cannot hold become spaces."""
    made = FeedGenerator()
    made.id(feed.id)
    made.title(_fit(feed.title))
    made.author({"name": _fit(config.publisher())})
    made.language(config.language())
    made.link(href=feed.page, rel="alternate", type="text/html")
    made.link(href=feed.address, rel="self", type=MEDIA_TYPE)
    for relation, address in feed.more.items():
        made.link(href=address, rel=relation, type=MEDIA_TYPE)
    made.updated(_updated(entries))
    for entry in entries:
        _add(made, entry)
    return made.atom_str(pretty=True)


def _updated(entries: Sequence[Entry]) -> datetime:
    return max((entry.updated for entry in entries), default=_NEVER)


def _add(made: FeedGenerator, entry: Entry) -> None:
    added = made.add_entry(order="append")
    added.id(entry.id)
    added.link(href=entry.page, rel="alternate", type="text/html")
    added.title(_fit(entry.title))
    added.updated(entry.updated)
    added.published(entry.published)
    added.content(_fit(entry.text), type="text")
    if entry.author:
        added.author({"name": _fit(entry.author)})
    for term, label in entry.categories:
        added.category(term=_fit(term), label=_fit(label))


def _fit(text: str) -> str:
    return _UNFIT.sub(" ", text)
