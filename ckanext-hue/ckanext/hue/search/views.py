"""Suggestions for the search box: the same for everybody, so that caches may keep them (caching.py)."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import Response
from flask import Blueprint, jsonify

searching = Blueprint("hue_searching", __name__)


@searching.route("/search/suggest")
def suggest() -> Response:
    """The action's answer for an anonymous reader, whoever asks."""
    answer = tk.get_action("hue_search_suggest")({"user": ""}, {"q": tk.request.args.get("q", "")})
    return jsonify(answer)
