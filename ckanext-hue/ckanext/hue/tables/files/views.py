"""`/download/…`: tables as files, and a dataset's tables as one ZIP."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial, wraps
from typing import ParamSpec

import ckan.plugins.toolkit as tk
from flask import Blueprint, Response, jsonify
from werkzeug.exceptions import NotFound

from ckanext.hue.tables import versions

from . import access, answers, counting, package, questions, records, storage
from .answers import RETRY_SECONDS
from .errors import FileError, Misfit, NoTable
from .formats import Format
from .selection import select

log = logging.getLogger(__name__)
P = ParamSpec("P")

downloads = Blueprint("hue_download", __name__, url_prefix="/download")

UNAVAILABLE = 503


def _refusals_in_words(view: Callable[P, Response]) -> Callable[P, Response]:
    """Answer with the sentence of a FileError: a page for people, JSON for who asks for that."""

    @wraps(view)
    def call(*args: P.args, **kwargs: P.kwargs) -> Response:
        try:
            return view(*args, **kwargs)
        except FileError as error:
            log.info("Download refused: %s", error)
            return _refusal(error)

    return call


@downloads.route("/<resource_id>.<extension>")
@_refusals_in_words
def table(resource_id: str, extension: str) -> Response:
    """A table in a format: the stored file, or the rows as they are read where less or newer is asked for."""
    arguments = tk.request.args
    format = questions.format_of(extension, arguments)
    if format is None:
        raise NotFound
    readable = access.resource(resource_id)
    if readable is None:
        raise NotFound
    headers = _headers(format.media_type, readable.title, format.extension, public=readable.public)
    if questions.narrows(arguments):
        selection = questions.selection(resource_id, arguments)
        answer = answers.live(tk.request, partial(format.stream, selection), headers)
    else:
        answer = _stored(resource_id, format, headers) or _whole(resource_id, format, headers)
    return counting.counted(tk.request, answer, readable.resource_id, format.key)


@downloads.route("/dataset/<dataset_id>.zip")
@_refusals_in_words
def dataset(dataset_id: str) -> Response:
    """All tables of a dataset, with `datapackage.json`."""
    found = access.dataset(dataset_id)
    if found is None:
        raise NotFound
    described, public = found
    with_tables = [
        each for each in described["resources"] if tk.asbool(each.get("datastore_active") or False)
    ]
    if not with_tables:
        raise NoTable()
    tables = [(each, select(each["id"])) for each in with_tables]
    title = described.get("title") or described["name"]
    headers = _headers(package.MEDIA_TYPE, title, package.EXTENSION, public=public)
    answer = answers.live(tk.request, partial(package.stream_zip, described, tables), headers)
    return counting.counted(tk.request, answer, described["id"], package.EXTENSION)


def _headers(media_type: str, title: str, extension: str, *, public: bool) -> dict[str, str]:
    if not public:
        tk.request.environ["__no_cache__"] = True  # CKAN adds "public" to all that does not say so
    return answers.headers_of(media_type, title, extension, public=public)


def _stored(resource_id: str, format: Format, headers: dict[str, str]) -> Response | None:
    file = records.of_tables([resource_id])[resource_id].get(format.key)
    stream = storage.open_file(file.location, file.size) if file else None
    if file is None or stream is None:
        return None
    return answers.stored(tk.request, file, stream, headers)


def _whole(resource_id: str, format: Format, headers: dict[str, str]) -> Response:
    selection = select(resource_id)
    version = versions.current(resource_id)
    misfit = format.misfit(selection.columns, version.rows if version else None)
    if misfit:
        raise Misfit(reason=misfit)
    return answers.live(tk.request, partial(format.stream, selection), headers)


def _refusal(error: FileError) -> Response:
    kinds = tk.request.accept_mimetypes
    if kinds.best_match(["text/html", "application/json"]) == "application/json":
        answer = jsonify(success=False, error={"message": str(error)})
    else:
        page = tk.render("hue/tables/refused.html", {"status": error.status, "reason": str(error)})
        answer = Response(page, mimetype="text/html")
    answer.status_code = error.status
    if error.status == UNAVAILABLE:
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer
