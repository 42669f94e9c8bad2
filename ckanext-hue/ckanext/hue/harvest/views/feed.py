"""Results of harvests as Atom feeds, for those who may see them: feed readers send an API token."""

from __future__ import annotations

from collections.abc import Iterable

import ckan.plugins.toolkit as tk
from ckan.types import Response

from ckanext.hue import config
from ckanext.hue.harvest import reports
from ckanext.hue.harvest.actions.reading import visible_owners
from ckanext.hue.harvest.overview import overviews
from ckanext.hue.harvest.reports import Status, waiting_in_words
from ckanext.hue.harvest.states import JOB_STATES
from ckanext.hue.pages import atom
from ckanext.hue.pages.atom import Entry, Feed

from .common import allow, harvests, source_for

ENTRIES = 50


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
    newest_first = sorted(ended, key=lambda status: status.finished, reverse=True)[:ENTRIES]
    feed = Feed(f"{home}/{path}", title, f"{home}/{page}".rstrip("/"), f"{home}/{path}")
    return atom.answer(feed, [_entry(home, status) for status in newest_first])


def _entry(home: str, status: Status) -> Entry:
    job = f"{home}/{status.source_name}/jobs/{status.id}"
    title = f"{status.source_title}: {_outcome(status)}"
    return Entry(job, title, job, status.finished, status.finished, _summary(status))


def _outcome(status: Status) -> str:
    if status.held:
        return waiting_in_words(status)
    if status.state == "finished" and status.failed:
        return f"{status.failed} bảng bị lỗi"
    return tk._(JOB_STATES[status.state])


def _summary(status: Status) -> str:
    counts = (
        f"Danh mục {status.listed or 0} bảng; đã công bố {status.done}, không đổi {status.unchanged or 0},"
        f" không còn mở {status.closed}, vắng mặt {status.gone}, chờ duyệt {status.held},"
        f" lỗi {status.failed}."
    )
    return f"{status.message} {counts}".strip()
