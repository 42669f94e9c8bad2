"""Results of harvests as Atom feeds, for those who may see them: feed readers send an API token."""

from __future__ import annotations

import re
from collections.abc import Iterable

import ckan.plugins.toolkit as tk
from ckan.types import Response
from feedgen.feed import FeedGenerator
from flask import Response as FlaskResponse

from ckanext.hue import config
from ckanext.hue.harvest import reports
from ckanext.hue.harvest.actions.reading import visible_owners
from ckanext.hue.harvest.overview import overviews
from ckanext.hue.harvest.reports import Status
from ckanext.hue.harvest.states import JOB_STATES

from .common import allow, harvests, source_for

ENTRIES = 50
# What XML cannot hold.
_UNFIT = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@harvests.route("/feed.atom")
def feed() -> Response:
    """The newest harvest of each source that the reader may see."""
    allow("hue_source_list")
    found = overviews(visible_owners(tk.current_user.name))
    latest = [each.latest for each in found if each.latest and each.latest.over]
    return _answer("feed.atom", "", tk._("Results of harvests"), latest)


@harvests.route("/<name>/feed.atom")
def source_feed(name: str) -> Response:
    """The newest harvests of a source that are over."""
    source = source_for("hue_harvest_list", name)
    title = tk._("Results of harvests: {title}").format(title=source.title)
    ended = [status for status in reports.history(source.id, ENTRIES) if status.over]
    return _answer(f"{source.name}/feed.atom", source.name, title, ended)


def _answer(path: str, page: str, title: str, ended: Iterable[Status]) -> Response:
    home = f"{config.site_url()}/harvest"
    feed = FeedGenerator()
    feed.id(f"{home}/{path}")
    feed.title(_fit(title))
    feed.author({"name": _fit(config.publisher())})
    feed.language("vi")
    feed.link(href=f"{home}/{page}".rstrip("/"), rel="alternate")
    feed.link(href=f"{home}/{path}", rel="self")
    newest_first = sorted(ended, key=lambda status: status.finished, reverse=True)[:ENTRIES]
    if newest_first:
        feed.updated(newest_first[0].finished)
    for status in newest_first:
        entry = feed.add_entry(order="append")
        entry.id(f"{home}/{status.source_name}/jobs/{status.id}")
        entry.link(href=f"{home}/{status.source_name}/jobs/{status.id}")
        entry.title(_fit(f"{status.source_title}: {_outcome(status)}"))
        entry.updated(status.finished)
        entry.published(status.finished)
        entry.content(_fit(_summary(status)), type="text")
    return FlaskResponse(feed.atom_str(pretty=True), mimetype="application/atom+xml")


def _outcome(status: Status) -> str:
    if status.held:
        return f"{status.held} bảng chờ duyệt rút"
    if status.state == "finished" and status.failed:
        return f"{status.failed} bảng bị lỗi"
    return JOB_STATES[status.state]


def _summary(status: Status) -> str:
    counts = (
        f"Danh mục {status.listed or 0} bảng; đã công bố {status.done}, không đổi {status.unchanged or 0},"
        f" không còn mở {status.closed}, vắng mặt {status.gone}, chờ duyệt {status.held},"
        f" lỗi {status.failed}."
    )
    return f"{status.message} {counts}".strip()


def _fit(text: str) -> str:
    return _UNFIT.sub(" ", text)
