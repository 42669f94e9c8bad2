"""Addresses of the explorer: parts of its page, points for maps, pages for other sites' frames."""

from __future__ import annotations

import json
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context
from flask import Blueprint, Response, send_file
from werkzeug.exceptions import NotFound

from ckanext.hue import config
from ckanext.hue.tables.files.errors import FileError, NoTable

from . import columns, places, profiles, rows
from . import state as states
from .view import View, view

MAX_ROW = 2**31 - 1

explorer = Blueprint("hue_explorer", __name__)


@explorer.route("/explorer/<resource_id>/panel")
def panel(resource_id: str) -> str:
    """The explorer as its own part of the page, for the script that exchanges it."""
    return tk.render("hue/explorer/panel.html", {"view": _view(resource_id)})


@explorer.route("/explorer/<resource_id>/points.geojson")
def points(resource_id: str) -> Response:
    """The rows that the address asks for, as GeoJSON points with a name each."""
    _check(resource_id, _reader())
    try:
        known = columns.of_table(resource_id)
        state = states.read(tk.request.args, known)
        limit = config.query_timeout()
        place = places.place_of(known, _profile(resource_id, known))
        if place is None:
            raise NotFound
        found = places.points(resource_id, state, place, limit)
    except (tk.ObjectNotFound, NoTable) as error:
        raise NotFound from error
    except tk.ValidationError as error:
        return _refusal(" ".join(error.error_summary.values()))
    except FileError as error:
        return _refusal(str(error))
    return Response(json.dumps(found, ensure_ascii=False), mimetype="application/geo+json")


@explorer.route("/explorer/<resource_id>/row/<int:row_id>")
def row(resource_id: str, row_id: int) -> str:
    """What the popup of a map tells of a row."""
    _check(resource_id, _reader())
    if row_id > MAX_ROW:
        raise NotFound
    try:
        known = columns.of_table(resource_id)
    except (tk.ObjectNotFound, tk.ValidationError, NoTable) as error:
        raise NotFound from error
    limit = config.query_timeout()
    shown = places.popup_columns(known, places.place_of(known, _profile(resource_id, known)))
    try:
        cells = rows.one(resource_id, shown, row_id, limit)
    except tk.ValidationError as error:
        return tk.abort(503, " ".join(error.error_summary.values()))
    if cells is None:
        raise NotFound
    title = places.title_column(known)
    return tk.render(
        "hue/explorer/popup.html", {"fields": list(zip(shown, cells, strict=True)), "title": title}
    )


@explorer.route("/explorer/boundaries.geojson")
def boundaries() -> Response:
    """The boundaries that maps are drawn on, where the operator gave some."""
    if not config.boundaries():
        raise NotFound
    return send_file(config.boundaries(), mimetype="application/geo+json", conditional=True)


@explorer.route("/dataset/<dataset>/resource/<resource_id>/embed")
def embed(dataset: str, resource_id: str) -> str:
    """The explorer's chosen tab alone, for frames of other sites: only what everybody may see."""
    resource = model.Session.get(model.Resource, resource_id)
    package = model.Session.get(model.Package, resource.package_id) if resource else None
    if package is None or dataset not in (package.name, package.id):
        raise NotFound
    shown = _view(resource_id, Context(user="", ignore_auth=False), embedded=True)
    return tk.render("hue/explorer/embed.html", {"view": shown})


def _view(resource_id: str, reader: Context | None = None, *, embedded: bool = False) -> View:
    _check(resource_id, reader or _reader())
    found = view(resource_id, tk.request.args, embedded=embedded)
    if found is None:
        raise NotFound
    return found


def _profile(resource_id: str, known: dict[str, columns.Column]) -> dict[str, Any] | None:
    limit = config.query_timeout()
    return profiles.at_hand(resource_id, known, rows.total_of(resource_id, limit), limit)


def _check(resource_id: str, reader: Context) -> None:
    """Answer 404 to whoever may not read the table: to them it is not there."""
    try:
        tk.check_access("datastore_search", reader, {"resource_id": resource_id})
    except (tk.NotAuthorized, tk.ObjectNotFound) as error:
        raise NotFound from error


def _reader() -> Context:
    return Context(user=tk.current_user.name, auth_user_obj=tk.current_user)  # pyright: ignore


def _refusal(reason: str) -> Response:
    return Response(
        json.dumps({"error": reason}, ensure_ascii=False), status=400, mimetype="application/json"
    )
