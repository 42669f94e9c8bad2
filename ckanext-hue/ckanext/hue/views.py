"""Pages of the portal beyond CKAN's own, and what no page takes."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from flask import Blueprint

MAX_PAGE_DIGITS = 9  # a larger page number does not fit PostgreSQL's OFFSET

hue = Blueprint("hue", __name__)


@hue.before_app_request
def refuse_unreadable_addresses() -> None:
    """Answer 400 to what would fail CKAN's own pages: PostgreSQL takes no NUL, and no endless page number."""
    arguments = tk.request.args
    if any("\x00" in value for _, value in arguments.items(multi=True)):
        tk.abort(400)
    if len(arguments.get("page", "")) > MAX_PAGE_DIGITS and arguments["page"].isdecimal():
        tk.abort(400)


@hue.route("/developers")
def developers() -> str:
    """How programs read the portal: CKAN's API, the DataStore's and DCAT."""
    return tk.render("hue/developers.html")
