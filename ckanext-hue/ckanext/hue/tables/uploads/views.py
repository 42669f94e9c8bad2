"""Pages about uploads: how a load stands, its report, the rows it left out, and loading a file again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import ckan.plugins.toolkit as tk
from ckan.types import Response
from flask import Blueprint, stream_with_context
from flask import Response as FlaskResponse

from ckanext.hue.pages.forged import refuse_forged_requests
from ckanext.hue.pages.paging import asked_page, page_count
from ckanext.hue.slug import slugify_vi

from . import helpers, jobs, records, report

PER_PAGE = 50
HISTORY = 10

uploads = Blueprint("hue_uploads", __name__, url_prefix="/dataset/<id>/resource/<resource_id>/upload")
uploads.before_request(refuse_forged_requests)


@uploads.route("")
def show(id: str, resource_id: str) -> str:
    """The report of the newest upload, or of an older one (`upload`)."""
    dataset, resource = _editable(id, resource_id)
    upload = _asked_for(resource_id)
    found = upload.report.get("findings", [])
    version = upload.report.get("version")
    bad = report.bad_values(resource_id, version) if version else 0
    page, bad_page = asked_page(), asked_page("bad_page")
    bad_rows = report.bad_rows(resource_id, version, PER_PAGE, (bad_page - 1) * PER_PAGE) if version else []
    return tk.render(
        "hue/tables/report.html",
        {
            "pkg_dict": dataset,
            "resource": resource,
            "upload": upload,
            "state": records.state_seen(upload),
            "findings": found[(page - 1) * PER_PAGE : page * PER_PAGE],
            "findings_total": len(found),
            "page": page,
            "pages": page_count(len(found), PER_PAGE),
            "bad_rows": bad_rows,
            "bad_total": bad,
            "bad_page": bad_page,
            "bad_pages": page_count(bad, PER_PAGE),
            "history": records.history(resource_id, HISTORY),
        },
    )


@uploads.route("/state")
def state(id: str, resource_id: str) -> str:
    """The notice on the resource's page, for the script that keeps it up to date."""
    dataset, resource = _readable(id, resource_id)
    upload = records.latest(resource_id)
    if upload:
        jobs.nudge(upload)
    load = helpers.hue_load_state(resource)
    return tk.render("hue/tables/load_state.html", {"pkg": dataset, "res": resource, "load": load})


@uploads.route("/rejected.csv")
def rejected(id: str, resource_id: str) -> Response:
    """The rows that were left out, as CSV for spreadsheets."""
    _, resource = _editable(id, resource_id)
    upload = _asked_for(resource_id)
    version = upload.report.get("version")
    if not version or not report.bad_values(resource_id, version):
        tk.abort(404, tk._("No rows were left out."))
    name = f"hang-loi-{slugify_vi(resource.get('name') or upload.name, 60)}.csv"
    return FlaskResponse(
        stream_with_context(_encoded(report.bad_rows_as_csv(resource_id, version))),
        mimetype="text/csv",
        headers={
            "Content-Disposition": f"attachment; filename={quote(name)}",
            "Cache-Control": "private, no-store",
        },
    )


@uploads.route("/reload", methods=["POST"])
def reload(id: str, resource_id: str) -> Response:
    """Load the file again, as the data dictionary now says."""
    dataset, _ = _editable(id, resource_id)
    try:
        tk.get_action("hue_upload_reload")({}, {"resource_id": resource_id})
    except tk.ObjectNotFound:
        tk.abort(404, tk._("No table was uploaded to this resource."))
    tk.h.flash_success(tk._("The file is being loaded again."))
    return tk.redirect_to(f"{dataset['type']}_resource.read", id=dataset["name"], resource_id=resource_id)


def _encoded(lines: Iterator[str]) -> Iterator[bytes]:
    return (line.encode(errors="replace") for line in lines)


def _readable(id: str, resource_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The dataset and its resource, for those who may see them; others get «not found»."""
    try:
        dataset = tk.get_action("package_show")({}, {"id": id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        tk.abort(404, tk._("Dataset not found"))
    for resource in dataset["resources"]:
        if resource["id"] == resource_id:
            return dataset, resource
    return tk.abort(404, tk._("Resource not found"))


def _editable(id: str, resource_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """As `_readable`, for those who may change the resource."""
    found = _readable(id, resource_id)
    try:
        tk.check_access("hue_upload_show", {}, {"resource_id": resource_id})
    except tk.NotAuthorized:
        tk.abort(403, tk._("Only those who may change this table see how loading it went."))
    return found


def _asked_for(resource_id: str) -> records.Upload:
    known = records.history(resource_id)
    asked = tk.request.args.get("upload")
    for upload in known:
        if asked is None or upload.id == asked:
            return upload
    return tk.abort(404, tk._("No table was uploaded to this resource."))
