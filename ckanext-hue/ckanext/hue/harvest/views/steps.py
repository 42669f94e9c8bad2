"""What people do with harvests from their pages; what cannot be taken back is asked first."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import Response

from ckanext.hue.harvest import reports
from ckanext.hue.pages.paging import asked_page, page_count

from .common import PER_PAGE, harvests, job_for, source_for


@harvests.route("/<name>/run", methods=["POST"])
def run(name: str) -> Response:
    """Harvest a source now, and show how it goes."""
    source = source_for("hue_harvest_run", name)
    try:
        job = tk.get_action("hue_harvest_run")({}, {"name": name})
    except tk.ValidationError as error:
        _say(error)
        return tk.redirect_to("hue_harvest.show", name=source.name)
    return tk.redirect_to("hue_harvest.job", name=source.name, job_id=job["id"])


@harvests.route("/<name>/jobs/<job_id>/cancel", methods=["GET", "POST"])
def cancel(name: str, job_id: str) -> str | Response:
    """End a harvest that goes on."""
    source, status = job_for("hue_harvest_cancel", name, job_id)
    if tk.request.method == "GET":
        return tk.render("hue/harvest/cancel.html", {"source": source, "status": status})
    return _done("hue_harvest_cancel", name, status.id, tk._("The harvest was cancelled."))


@harvests.route("/<name>/jobs/<job_id>/retry", methods=["POST"])
def retry(name: str, job_id: str) -> Response:
    """Try the failed tables again."""
    _, status = job_for("hue_harvest_retry", name, job_id)
    return _done("hue_harvest_retry", name, status.id, tk._("The failed tables are tried again."))


@harvests.route("/<name>/jobs/<job_id>/approve", methods=["GET", "POST"])
def approve(name: str, job_id: str) -> str | Response:
    """Agree to what waits for it, after the reader has seen what that is."""
    source, status = job_for("hue_harvest_approve", name, job_id)
    if tk.request.method == "POST":
        return _done(
            "hue_harvest_approve", name, status.id, tk._("What you approved is being done."), **_chosen()
        )
    page = asked_page()
    start = (page - 1) * PER_PAGE
    return tk.render(
        "hue/harvest/approve.html",
        {
            "source": source,
            "status": status,
            "gone": reports.held_gone(status.id, PER_PAGE, start),
            "personal": reports.held_personal(status.id, PER_PAGE, start),
            "page": page,
            "pages": page_count(max(status.held_gone, status.held_personal), PER_PAGE),
        },
    )


@harvests.route("/<name>/jobs/<job_id>/reject", methods=["POST"])
def reject(name: str, job_id: str) -> Response:
    """Keep what waits for approval as it is."""
    _, status = job_for("hue_harvest_reject", name, job_id)
    return _done("hue_harvest_reject", name, status.id, tk._("The datasets stay as they are."), **_chosen())


def _chosen() -> dict[str, str]:
    """What the form asks for: some kind of what waits, or one table."""
    return {field: value for field in ("what", "remote_id") if (value := tk.request.form.get(field))}


def _done(action: str, name: str, job_id: str, said: str, **chosen: str) -> Response:
    try:
        tk.get_action(action)({}, {"id": job_id, **chosen})
        tk.h.flash_success(said)
    except tk.ValidationError as error:
        _say(error)
    return tk.redirect_to("hue_harvest.job", name=name, job_id=job_id)


def _say(error: tk.ValidationError) -> None:
    for reason in error.error_summary.values():
        tk.h.flash_error(reason)
