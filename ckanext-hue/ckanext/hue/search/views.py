"""Suggestions for the search box: the same for everybody, so that they can be kept for a minute."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import Response
from flask import Blueprint, jsonify
from flask.blueprints import BlueprintSetupState

KEPT_SECONDS = 60

searching = Blueprint("hue_searching", __name__)


@searching.route("/search/suggest")
def suggest() -> Response:
    """The action's answer for an anonymous reader, whoever asks."""
    answer = tk.get_action("hue_search_suggest")({"user": ""}, {"q": tk.request.args.get("q", "")})
    return jsonify(answer)


@searching.record_once
def _has_the_last_word(state: BlueprintSetupState) -> None:
    """CKAN gives every answer the age of its pages; what stands first is run after it."""
    state.app.after_request_funcs.setdefault(None, []).insert(0, _may_be_kept)


def _may_be_kept(response: Response) -> Response:
    if tk.request.endpoint == "hue_searching.suggest" and response.status_code == 200:
        response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return response
