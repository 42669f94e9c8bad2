"""The addresses that search engines, feed readers and machine learning ask for."""

from __future__ import annotations

import json
from collections.abc import Iterable

import ckan.plugins.toolkit as tk
from ckan.types import Response
from flask import Blueprint
from flask import Response as FlaskResponse

from ckanext.hue.tables.files import access

from . import croissant, feeds, opensearch, sitemap, tables

discovery = Blueprint("hue_discovery", __name__)


@discovery.route("/dataset/<name>/croissant.jsonld")
def croissant_document(name: str) -> Response:
    """A dataset's tables for machine learning, to those who may see the dataset."""
    found = access.dataset(name)
    if found is None:
        return tk.abort(404, tk._("Dataset not found"))
    dataset, public = found
    described = tables.of_resources(dataset["resources"])
    if not croissant.with_files(described):
        return tk.abort(404, tk._("No table of this dataset is stored as a file yet."))
    if not public:
        tk.request.environ["__no_cache__"] = True  # CKAN adds "public" to all that does not say so
    body = json.dumps(croissant.document(dataset, described), ensure_ascii=False, indent=1)
    answer = FlaskResponse(body, content_type=croissant.MEDIA_TYPE)
    answer.add_etag()
    answer.make_conditional(tk.request.environ)
    return answer


@discovery.route("/sitemap.xml")
def sitemap_index() -> Response:
    """The index of the sitemap."""
    listed = sitemap.parts()
    return _sitemap(listed, sitemap.index(listed))


@discovery.route("/sitemap/<kind>-<number>.xml")
def sitemap_part(kind: str, number: str) -> Response:
    """A part of the sitemap."""
    path = f"/sitemap/{kind}-{number}.xml"
    part = next((part for part in sitemap.parts() if part.path == path), None)
    return _sitemap([part], sitemap.urls(part)) if part else tk.abort(404)


def _sitemap(listed: list[sitemap.Part], body: Iterable[str]) -> Response:
    """304 to who has it already. Last-Modified decides nothing: a page that is gone does not change it."""
    answer = FlaskResponse(body, mimetype=sitemap.MEDIA_TYPE)
    tag = sitemap.tag_of(listed)
    answer.set_etag(tag)
    answer.last_modified = max((part.modified for part in listed if part.modified), default=None)
    if tk.request.if_none_match.contains_weak(tag):
        answer.status_code = 304
        answer.response = ()
    return answer


@discovery.route("/opensearch.xml")
def opensearch_description() -> Response:
    """How to search the portal from a browser's own search field."""
    return FlaskResponse(opensearch.description(tk.h.lang()), mimetype=opensearch.MEDIA_TYPE)


@discovery.route("/feeds/dataset.atom")
def feed_of_all() -> Response:
    """The newest datasets."""
    return feeds.of_all()


@discovery.route("/feeds/custom.atom")
def feed_of_search() -> Response:
    """The newest datasets that a search finds."""
    return feeds.of_search(tk.request.args.items(multi=True))


@discovery.route("/feeds/organization/<string:id>.atom")
def feed_of_agency(id: str) -> Response:
    """The newest datasets of an agency."""
    return feeds.of_agency(id)


@discovery.route("/feeds/group/<string:id>.atom")
def feed_of_field(id: str) -> Response:
    """The newest datasets of a field."""
    return feeds.of_field(id)


@discovery.route("/feeds/tag/<string:id>.atom")
def feed_of_keyword(id: str) -> Response:
    """The newest datasets with a keyword."""
    return feeds.of_keyword(id)
