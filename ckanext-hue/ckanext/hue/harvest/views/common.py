"""What the harvest's pages share: the blueprint, and finding what a reader may see."""

from __future__ import annotations

import uuid

import ckan.plugins.toolkit as tk
from ckan.types import Response
from flask import Blueprint, abort

from ckanext.hue.harvest import jobs, reports, sources
from ckanext.hue.harvest.errors import JobGone, UnknownSource
from ckanext.hue.harvest.reports import Status
from ckanext.hue.harvest.sources import HarvestSource
from ckanext.hue.pages.forged import refuse_forged_requests

PER_PAGE = 50

harvests = Blueprint("hue_harvest", __name__, url_prefix="/harvest")

harvests.before_request(refuse_forged_requests)


@harvests.after_request
def keep_from_caches(answer: Response) -> Response:
    """These pages are each reader's own."""
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def allow(action: str, values: dict[str, str] | None = None) -> None:
    """Go on only for those who may do this; who is not signed in may do so, others are refused."""
    try:
        tk.check_access(action, {}, values or {})
    except tk.NotAuthorized:
        # A program is told at once: it has no use for a page to sign in.
        is_page = tk.request.method == "GET" and not tk.request.path.endswith((".atom", ".csv", "/state"))
        if tk.current_user.is_anonymous and is_page:
            abort(tk.redirect_to("user.login", came_from=tk.h.url_for(tk.request.path)))
        tk.abort(403, tk._("Only administrators may see and steer the harvesting of data."))


def source_for(action: str, name: str) -> HarvestSource:
    """The source of this name, for those who may do this with it."""
    allow(action, {"name": name})
    try:
        return sources.get(name)
    except UnknownSource:
        return tk.abort(404, tk._("There is no such source."))


def job_for(action: str, name: str, job_id: str) -> tuple[HarvestSource, Status]:
    """A job and its source, for those who may do this with it."""
    source = source_for("hue_source_show", name)
    try:
        job_id = str(uuid.UUID(job_id))
        allow(action, {"id": job_id})
        if jobs.source_of(job_id) == source.id:
            return source, reports.status(job_id)
    except (ValueError, JobGone):
        pass
    return tk.abort(404, tk._("There is no such harvest."))


def may(action: str, **values: str) -> bool:
    """Whether the reader may do this."""
    return tk.h.check_access(action, values)
