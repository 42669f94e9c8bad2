"""Pages of a harvest: how it goes, what it did with each table, which rows it left out."""

from __future__ import annotations

from urllib.parse import quote

import ckan.plugins.toolkit as tk
from ckan.types import Response
from flask import Response as FlaskResponse
from flask import stream_with_context

from ckanext.hue.harvest import jobs, left_out, reports
from ckanext.hue.harvest.states import ITEM_STATES
from ckanext.hue.pages.paging import asked_page, page_count
from ckanext.hue.slug import slugify_vi
from ckanext.hue.tables.uploads import report

from .common import PER_PAGE, harvests, job_for, may

MAX_REMOTE_ID = 500


@harvests.route("/<name>/jobs/<job_id>")
def job(name: str, job_id: str) -> str:
    """A harvest, live while it goes on, and its report; `state` chooses tables of one state."""
    source, status = job_for("hue_harvest_show", name, job_id)
    states = reports.counts(status.id)
    asked = tk.request.args.get("state", "")
    chosen = asked if asked in ITEM_STATES else ""
    total = states.get(chosen, 0) if chosen else sum(states.values())
    page = asked_page()
    lines = reports.report(
        status.id, states=(chosen,) if chosen else (), limit=PER_PAGE, offset=(page - 1) * PER_PAGE
    )
    return tk.render(
        "hue/harvest/job.html",
        {
            "source": source,
            "status": status,
            "newest": jobs.is_newest(status.id),
            "states": {state: states[state] for state in ITEM_STATES if state in states},
            "chosen": chosen,
            "lines": lines,
            "total": total,
            "page": page,
            "pages": page_count(total, PER_PAGE),
            "may_steer": may("hue_harvest_cancel", id=status.id),
        },
    )


@harvests.route("/<name>/jobs/<job_id>/state")
def state(name: str, job_id: str) -> str:
    """How a harvest stands, for the script that keeps the page up to date."""
    source, status = job_for("hue_harvest_show", name, job_id)
    return tk.render("hue/harvest/job_state.html", {"source": source, "status": status})


@harvests.route("/<name>/jobs/<job_id>/rejected")
def rejected(name: str, job_id: str) -> str:
    """The rows that a harvest left out of one table (`table`), list by list (`list`)."""
    source, status = job_for("hue_harvest_quarantine", name, job_id)
    table, chosen = _left_out(status.id)
    page = asked_page()
    rows = (
        report.bad_rows(chosen.resource_id, chosen.version, PER_PAGE, (page - 1) * PER_PAGE) if chosen else []
    )
    return tk.render(
        "hue/harvest/rejected.html",
        {
            "source": source,
            "status": status,
            "table": table,
            "chosen": chosen,
            "rows": rows,
            "page": page,
            "pages": page_count(chosen.values if chosen else 0, PER_PAGE),
        },
    )


@harvests.route("/<name>/jobs/<job_id>/rejected.csv")
def rejected_csv(name: str, job_id: str) -> Response:
    """The rows that a harvest left out of one list, as CSV for spreadsheets."""
    _, status = job_for("hue_harvest_quarantine", name, job_id)
    table, chosen = _left_out(status.id)
    if chosen is None:
        return tk.abort(404, tk._("No rows were left out."))
    lines = report.bad_rows_as_csv(chosen.resource_id, chosen.version)
    file = f"hang-loi-{slugify_vi(table.title, 60)}.csv"
    return FlaskResponse(
        stream_with_context(line.encode(errors="replace") for line in lines),
        mimetype="text/csv",
        headers={"Content-Disposition": f"attachment; filename={quote(file)}"},
    )


def _left_out(job_id: str) -> tuple[left_out.Table, left_out.LeftOut | None]:
    """The table that the address asks for, and of its lists the one asked for, else the first."""
    remote_id = tk.request.args.get("table", "")
    table = left_out.of_table(job_id, remote_id) if 0 < len(remote_id) <= MAX_REMOTE_ID else None
    if table is None:
        return tk.abort(404, tk._("The harvest did not deal with this table."))
    asked = tk.request.args.get("list")
    return table, next((each for each in table.lists if asked in (None, each.resource_id)), None)
