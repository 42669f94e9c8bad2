"""Pages of archived datasets say that they are gone for good, not that they never were."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import model
from flask import Response

NOT_FOUND, GONE = 404, 410
_PAGES = ("dataset", "dataset_resource")


def answer_gone(response: Response) -> Response:
    """Answer 410 instead of 404 for a page of an archived dataset, or of one of its resources."""
    if response.status_code != NOT_FOUND or tk.request.blueprint not in _PAGES:
        return response
    if not _is_archived((tk.request.view_args or {}).get("id", "")):
        return response
    reason = tk._("The source stopped supplying this dataset, and the portal has archived it.")
    page = tk.render("error_document_template.html", {"code": GONE, "content": reason})
    return Response(page, GONE, mimetype="text/html")


def _is_archived(name_or_id: str) -> bool:
    dataset = model.Package.get(name_or_id)
    return (
        dataset is not None
        and dataset.state == model.State.DELETED
        and not dataset.private
        and dataset.extras.get("harvest_state") == "archived"
    )
