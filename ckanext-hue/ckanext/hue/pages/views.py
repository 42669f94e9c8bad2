"""Small pages beside those of datasets: citations as files."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import Response
from flask import Blueprint
from flask import Response as FlaskResponse

from ckanext.hue.tables.files import access

from . import citing

pages = Blueprint("hue_page", __name__)


@pages.route("/dataset/<name>/citation.<extension>")
def citation(name: str, extension: str) -> Response:
    """How a dataset is cited, for programs that keep references."""
    style = citing.STYLES.get(extension)
    found = access.dataset(name) if style else None
    if style is None or found is None:
        return tk.abort(404)
    dataset, public = found
    if not public:
        tk.request.environ["__no_cache__"] = True  # CKAN adds "public" to all that does not say so
    answer = FlaskResponse(style.write(dataset), content_type=f"{style.media_type}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{dataset["name"]}.{style.extension}"'
    return answer
