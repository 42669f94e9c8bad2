"""Suggestions for the search box: the same for everybody, so that they can be kept for a minute."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import Response
from flask import Blueprint, jsonify

KEPT_SECONDS = 60

searching = Blueprint("hue_searching", __name__)


@searching.route("/search/suggest")
def suggest() -> Response:
    """The action's answer for an anonymous reader, whoever asks."""
    answer = tk.get_action("hue_search_suggest")({"user": ""}, {"q": tk.request.args.get("q", "")})
    return jsonify(answer)


@searching.after_app_request
def kept(response: Response) -> Response:
    """After CKAN, which gives every answer the age that the pages have."""
    if tk.request.endpoint == "hue_searching.suggest" and response.status_code == 200:
        response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return response
