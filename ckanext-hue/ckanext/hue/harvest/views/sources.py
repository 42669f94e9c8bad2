"""Pages of sources: the list, one of them, and what a harvest of it would do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import ckan.plugins.toolkit as tk
from ckan.types import Response

from ckanext.hue import config
from ckanext.hue.harvest import jobs, reports, scheduler
from ckanext.hue.harvest.actions.reading import visible_owners
from ckanext.hue.harvest.actions.shapes import secret_settings, without_secrets
from ckanext.hue.harvest.overview import overview, overviews
from ckanext.hue.harvest.states import ACTIONS
from ckanext.hue.harvesters.kinds import KINDS
from ckanext.hue.pages.paging import asked_page, page_count

from .common import PER_PAGE, allow, harvests, may, source_for

MISSED_LOOKS = 5  # of the scheduler, after which it is taken for away
LEAST_SILENCE = timedelta(minutes=2)


@harvests.route("", strict_slashes=False)
def index() -> str:
    """The sources that the reader may see, with how each stands."""
    organization = tk.request.args.get("organization", "")[:100]
    allow("hue_source_list", {"organization": organization} if organization else {})
    try:
        owners = visible_owners(tk.current_user.name, organization or None)
    except tk.ObjectNotFound:
        tk.abort(404, tk._("Organization not found"))
    found = overviews(owners)
    seen = scheduler.last_seen()
    return tk.render(
        "hue/harvest/index.html",
        {
            "sources": found,
            "agency": organization and found and found[0].agency,
            "seen": seen,
            "asleep": _is_asleep(seen),
            "may_add": may("hue_source_create"),
        },
    )


def _is_asleep(seen: datetime | None) -> bool:
    silence = max(LEAST_SILENCE, MISSED_LOOKS * timedelta(seconds=config.scheduler_tick()))
    return seen is None or datetime.now(UTC) - seen > silence


@harvests.route("/<name>")
def show(name: str) -> str:
    """A source: its settings, its schedule and its harvests."""
    source = source_for("hue_source_show", name)
    page, total = asked_page(), reports.number_of(source.id)
    kind = KINDS.get(source.kind)
    return tk.render(
        "hue/harvest/source.html",
        {
            "found": overview(source),
            "source": source,
            "kind_title": tk._(kind.title) if kind else source.kind,
            "declared": kind.settings if kind else (),
            "settings": without_secrets(source),
            "secrets": secret_settings(source.kind) & set(source.settings),
            "history": reports.history(source.id, PER_PAGE, (page - 1) * PER_PAGE),
            "page": page,
            "pages": page_count(total, PER_PAGE),
            "active": jobs.active_job(source.id),
            "may_change": may("hue_source_update", name=name),
        },
    )


@harvests.route("/<name>/check", methods=["GET", "POST"])
def check(name: str) -> str:
    """What a harvest would do now; the source is asked only when the reader says so."""
    source = source_for("hue_source_check", name)
    findings, problem = None, ""
    if tk.request.method == "POST":
        try:
            findings = tk.get_action("hue_source_check")({}, {"name": name})
        except tk.ValidationError as error:
            problem = " ".join(error.error_summary.values())
    return tk.render(
        "hue/harvest/check.html",
        {"source": source, "findings": findings, "problem": problem, "actions": ACTIONS},
    )


@harvests.route("/<name>/pause", methods=["POST"])
def pause(name: str) -> Response:
    """Pause a source."""
    source = source_for("hue_source_pause", name)
    tk.get_action("hue_source_pause")({}, {"name": name})
    tk.h.flash_success(tk._("The source is paused."))
    return tk.redirect_to("hue_harvest.show", name=source.name)


@harvests.route("/<name>/resume", methods=["POST"])
def resume(name: str) -> Response:
    """Let a paused source go on."""
    source = source_for("hue_source_resume", name)
    tk.get_action("hue_source_resume")({}, {"name": name})
    tk.h.flash_success(tk._("The source goes on."))
    return tk.redirect_to("hue_harvest.show", name=source.name)


@harvests.route("/<name>/remove", methods=["GET", "POST"])
def remove(name: str) -> str | Response:
    """Ask whether to forget a source, then do so."""
    source = source_for("hue_source_delete", name)
    if tk.request.method == "GET":
        return tk.render("hue/harvest/remove.html", {"source": source, "found": overview(source)})
    tk.get_action("hue_source_delete")({}, {"name": name})
    tk.h.flash_success(tk._("The source was removed; its datasets stay published."))
    return tk.redirect_to("hue_harvest.index")
