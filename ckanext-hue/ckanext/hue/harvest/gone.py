"""Pages of archived datasets say that they are gone for good, not that they never were."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import model
from flask import Response

NOT_FOUND, GONE = 404, 410


def answer_gone(response: Response) -> Response:
    """Answer 410 instead of 404 for a page of an archived dataset, or of one of its resources."""
    if response.status_code != NOT_FOUND or not _names_an_archived(_dataset_of(tk.request.path)):
        return response
    page = tk.render("error_document_template.html", {"code": GONE, "content": ""})
    return Response(page, GONE, mimetype="text/html")


def _dataset_of(path: str) -> str:
    """The name or id in `/dataset/NAME`, `/dataset/NAME.ttl`, `/dataset/NAME/resource/ID`; else ""."""
    _, kind, name, *_ = [*path.split("/"), "", ""]
    return name.partition(".")[0] if kind == "dataset" else ""


def _names_an_archived(name_or_id: str) -> bool:
    dataset = model.Package.get(name_or_id) if name_or_id else None
    return dataset is not None and is_archived(dataset)


def is_archived(dataset: model.Package) -> bool:
    """Whether a dataset was public until it was archived."""
    return (
        dataset.state == model.State.DELETED
        and not dataset.private
        and dataset.extras.get("harvest_state") == "archived"
    )
