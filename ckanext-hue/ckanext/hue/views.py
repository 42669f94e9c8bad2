"""Pages of the portal beyond CKAN's own, and what no page takes."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import ckan.plugins.toolkit as tk
from ckan.lib.search import SearchError, SearchQueryError
from ckan.lib.search.common import SolrConnectionError
from flask import Blueprint, Response
from rdflib.plugin import PluginException
from werkzeug.datastructures import MultiDict

from ckanext.datastore.blueprint import DUMP_FORMATS

from .catalog.serving.identifiers import identifiers
from .catalog.serving.views import catalogue
from .discovery.views import discovery
from .explorer.views import explorer
from .harvest import gone
from .harvest.views import harvests
from .pages.views import pages
from .quality.views import quality
from .reports.views import reports
from .search.views import searching
from .tables.files.views import downloads
from .tables.uploads.views import uploads

__all__ = [
    "catalogue",
    "discovery",
    "downloads",
    "explorer",
    "harvests",
    "hue",
    "identifiers",
    "pages",
    "quality",
    "reports",
    "searching",
    "uploads",
]

log = logging.getLogger(__name__)

MAX_PAGE_DIGITS = 9  # a larger page number does not fit PostgreSQL's OFFSET

hue = Blueprint("hue", __name__)


@hue.before_app_request
def refuse_unreadable_addresses() -> None:
    """Answer 400 to what would fail CKAN's own pages: PostgreSQL takes no NUL, and no endless page number."""
    arguments = tk.request.args
    if any("\x00" in text for text in (tk.request.path, *arguments, *_all_values(arguments))):
        tk.abort(400)
    if tk.request.endpoint == "datastore.dump" and arguments.get("format", "csv") not in DUMP_FORMATS:
        tk.abort(400)
    if tk.request.endpoint == "group.bulk_process":  # CKAN has it for agencies only, and fails for fields
        tk.abort(404)
    if tk.request.is_json and b"\\u0000" in tk.request.get_data():
        tk.abort(400)
    if len(arguments.get("page", "")) > MAX_PAGE_DIGITS and arguments["page"].isdecimal():
        tk.abort(400)


def _all_values(arguments: MultiDict[str, str]) -> list[str]:
    return [value for _, value in arguments.items(multi=True)]


@hue.app_errorhandler(tk.ValidationError)
@hue.app_errorhandler(SearchError)
@hue.app_errorhandler(SearchQueryError)
def refused(error: Exception) -> tuple[str, int]:
    """What an action refuses outside the API is the asker's mistake, not a fault of the portal."""
    log.info("Refused: %s", error)
    return _error_page(400, tk._("The address holds a value that cannot be used."))


@hue.app_errorhandler(SolrConnectionError)
def without_search(error: Exception) -> tuple[str, int, dict[str, str]]:
    """A page that is nothing without the search engine, while that does not answer."""
    log.warning("The search engine does not answer: %s", error)
    return *_error_page(503, ""), {"Retry-After": "60"}


@hue.app_errorhandler(tk.ObjectNotFound)
def missing(error: Exception) -> tuple[str, int]:
    """CKAN looks some things up without expecting that they may not be there."""
    log.info("Not there: %s", error)
    return _error_page(404, "")


@hue.after_app_request
def archived(response: Response) -> Response:
    return gone.answer_gone(response)


@hue.app_errorhandler(PluginException)
def unknown_format(error: PluginException) -> tuple[str, int]:
    """An RDF format that nobody knows has no page."""
    log.info("Unknown RDF format: %s", error)
    return _error_page(404, tk._("There is no such format."))


def _error_page(code: int, content: str) -> tuple[str, int]:
    return tk.render("error_document_template.html", {"code": code, "content": content}), code


@hue.route("/developers")
def developers() -> str:
    """How programs read the portal: CKAN's API, the DataStore's and DCAT."""
    return tk.render("hue/developers.html")


@hue.route("/terms")
def terms() -> str:
    """What one may do with the data, and on which legal basis."""
    return _text("terms")


@hue.route("/guide")
def guide() -> str:
    """How people find, read and download data."""
    return _text("guide")


@hue.route("/guide/agencies")
def agencies_guide() -> str:
    """How an agency publishes data."""
    return _text("agencies", above=[("hue.guide", tk._("How to use the portal"))])


@hue.route("/accessibility")
def accessibility() -> str:
    """What the portal does to be usable by everyone, and what is missing."""
    return _text("accessibility")


def _text(name: str, above: Sequence[tuple[str, str]] = ()) -> str:
    """A page that is one long text. above: (route, title) of the pages above it."""
    return tk.render("hue/prose/page.html", {"name": name, "route": tk.request.endpoint, "above": above})
