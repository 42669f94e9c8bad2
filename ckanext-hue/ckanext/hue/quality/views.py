"""`/quality` and `/organization/NAME/quality`: how good metadata are, and what to do about it."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import model
from flask import Blueprint

from ckanext.hue.pages.paging import asked_page, page_count

from . import overview
from .overview import Agency

PER_PAGE = 50
LATE_SHOWN = 50

quality = Blueprint("hue_quality", __name__)

_SORTS = {
    "title": lambda agency: agency.title.casefold(),
    "datasets": lambda agency: agency.sums.datasets,
    "median": lambda agency: agency.sums.median,
    "late": lambda agency: agency.sums.late,
}


@quality.route("/quality")
def portal() -> str:
    """The whole portal: median, ratings, agencies, and datasets whose update is late."""
    asked = tk.request.args.get("sort", "")
    sort = asked if asked in _SORTS else "median"
    descending = tk.request.args.get("order", "desc") != "asc"
    return tk.render(
        "hue/quality/portal.html",
        {
            "sums": overview.sums(),
            "ratings": overview.by_rating(),
            "agencies": _sorted(overview.agencies(), sort, descending=descending),
            "sort": sort,
            "descending": descending,
            "late": overview.datasets(order="late", late=True, limit=LATE_SHOWN),
        },
    )


@quality.route("/organization/<name>/quality")
def agency(name: str) -> str:
    """The datasets of an agency, those first that need it most, with what to do."""
    found = model.Group.get(name)
    if found is None or not found.is_organization or found.state != model.State.ACTIVE:
        return tk.abort(404, tk._("There is no such agency."))
    sums = overview.sums(found.id)
    page = asked_page()
    return tk.render(
        "hue/quality/agency.html",
        {
            "agency": found,
            "sums": sums,
            "ratings": overview.by_rating(found.id),
            "datasets": overview.datasets(agency=found.id, limit=PER_PAGE, offset=(page - 1) * PER_PAGE),
            "page": page,
            "pages": page_count(sums.datasets, PER_PAGE),
        },
    )


def _sorted(agencies: list[Agency], sort: str, *, descending: bool) -> list[Agency]:
    return sorted(agencies, key=_SORTS[sort], reverse=descending)
