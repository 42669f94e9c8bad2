"""`/dataset/NAME/report`, where readers report errors, and `/dataset/NAME/reports`, where agencies answer."""

from __future__ import annotations

from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Response
from flask import Blueprint

from ckanext.hue.pages.forged import refuse_forged_requests
from ckanext.hue.pages.paging import asked_page, page_count
from ckanext.hue.tables.files import access

from . import helpers, records

PER_PAGE = 25
MOST_RESOURCES = 500  # to choose from
TRAP = "website"  # a field that people do not see; programs fill it in

reports = Blueprint("hue_report", __name__, url_prefix="/dataset/<name>")
reports.before_request(refuse_forged_requests)
Errors = dict[str, list[str]]


@reports.after_request
def keep_nowhere(response: Response) -> Response:
    """Forms bear a token of their reader's, and reports are for few."""
    response.headers["Cache-Control"] = "private, no-store"
    return response


@reports.route("/report", methods=["GET", "POST"])
def form(name: str) -> str | Response:
    """Say what is wrong with the data."""
    dataset = _dataset(name)
    if not helpers.hue_may_report(dataset):
        return tk.abort(404)
    written = {key: tk.request.form.get(key, "") for key in ("kind", "text", "resource_id", "place", "email")}
    errors: Errors = {}
    if tk.request.method == "POST":
        # Who fell into the trap is told what everybody is told.
        errors = {} if tk.request.form.get(TRAP) else _create(dataset, written)
        if not errors:
            return tk.redirect_to("hue_report.sent", name=dataset["name"])
    else:
        written["resource_id"] = tk.request.args.get("resource", "")
    return tk.render(
        "hue/reports/form.html",
        {
            "pkg_dict": dataset,
            "resources": (dataset.get("resources") or [])[:MOST_RESOURCES],
            "data": written,
            "errors": errors,
            "trap": TRAP,
        },
    )


@reports.route("/report/sent")
def sent(name: str) -> str:
    """Thanks."""
    return tk.render("hue/reports/sent.html", {"pkg_dict": _dataset(name)})


@reports.route("/reports")
def manage(name: str) -> str:
    """The reports about a dataset, for those who may change it."""
    return _managed(_dataset(name), {}, "")


@reports.route("/reports/<report_id>", methods=["POST"])
def update(name: str, report_id: str) -> str | Response:
    """Say what became of a report."""
    dataset = _dataset(name)
    report = records.get(report_id)
    if report is None or report.dataset_id != dataset["id"]:
        return tk.abort(404)
    given = {
        "id": report.id,
        "state": tk.request.form.get("state", "done"),
        "answer": tk.request.form.get("answer", ""),
    }
    try:
        tk.get_action("hue_report_update")({}, given)
    except tk.NotAuthorized:
        return tk.abort(403)
    except tk.ValidationError as error:
        return _managed(dataset, cast(Errors, error.error_dict), report.id)
    tk.h.flash_success(tk._("The report was saved."))
    return tk.redirect_to("hue_report.manage", name=dataset["name"])


def _managed(dataset: dict[str, Any], errors: Errors, wrong: str) -> str:
    page = asked_page()
    try:
        found = tk.get_action("hue_report_list")(
            {}, {"id": dataset["id"], "limit": PER_PAGE, "offset": (page - 1) * PER_PAGE}
        )
    except tk.NotAuthorized:
        return tk.abort(403)
    resources = {each["id"]: each for each in dataset.get("resources") or ()}
    return tk.render(
        "hue/reports/manage.html",
        {
            "pkg_dict": dataset,
            "pkg": model.Package.get(dataset["id"]),
            "resources": resources,
            "states": found["states"],
            "reports": found["reports"],
            "errors": errors,
            "wrong": wrong,
            "page": page,
            "pages": page_count(sum(found["states"].values()), PER_PAGE),
        },
    )


def _create(dataset: dict[str, Any], written: dict[str, str]) -> Errors:
    given = {key: value for key, value in written.items() if value}
    try:
        tk.get_action("hue_report_create")({}, {**given, "id": dataset["id"]})
    except tk.ValidationError as error:
        return cast(Errors, error.error_dict)
    return {}


def _dataset(name: str) -> dict[str, Any]:
    found = access.dataset(name)
    return found[0] if found else tk.abort(404, tk._("Dataset not found"))
