"""`/catalog…`, `/dataset/NAME.ttl` and their like, and RDF in the place of pages for who asks for it."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from functools import wraps
from typing import ParamSpec

import ckan.plugins.toolkit as tk
from ckan.types import Context
from flask import Blueprint
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from ckanext.hue.catalog.formats import NT, OF_EXTENSION, TURTLE, Format
from ckanext.hue.catalog.fragments import making as fragments
from ckanext.hue.catalog.fragments import store, stored
from ckanext.hue.catalog.fragments.store import State

from . import answers, listing, negotiation, pages, questions
from .questions import Refused

P = ParamSpec("P")
catalogue = Blueprint("hue_catalog", __name__)

PART = 500  # datasets of the whole catalogue that are in memory at once
_FILES = {"nt": NT, "ttl": TURTLE}
_HOME, _DATASET = "home.index", "dataset.read"


def _refusals_in_words(view: Callable[P, AnyResponse]) -> Callable[P, AnyResponse]:
    @wraps(view)
    def call(*args: P.args, **kwargs: P.kwargs) -> AnyResponse:
        try:
            return view(*args, **kwargs)
        except Refused as refusal:
            return answers.refused(str(refusal))

    return call


@catalogue.before_app_request
def rdf_instead_of_page() -> AnyResponse | None:
    """Answer the home page and a dataset's page with RDF where the reader asks for it."""
    if tk.request.endpoint not in (_HOME, _DATASET) or tk.request.method not in ("GET", "HEAD"):
        return None
    format = negotiation.instead_of_page(tk.request.accept_mimetypes)
    if format is None:
        return None
    if tk.request.endpoint == _HOME:
        return _catalogue(format, f"/catalog.{format.key}")
    name = (tk.request.view_args or {})["id"]
    return None if "\x00" in name else _dataset(name, format, f"/dataset/{name}.{format.key}")


@catalogue.after_app_request
def pages_vary(response: AnyResponse) -> AnyResponse:
    """Tell caches that these addresses answer in several ways."""
    if tk.request.endpoint in (_HOME, _DATASET):
        response.vary.add("Accept")
    return response


@catalogue.route("/catalog")
def by_accept() -> AnyResponse:
    """The catalogue in the format that the reader asks for; people are sent to its pages."""
    format = negotiation.of_data(tk.request.accept_mimetypes)
    if format is None:
        redirect = tk.redirect_to("dataset.search")
        redirect.vary.add("Accept")
        return redirect
    return _catalogue(format, f"/catalog.{format.key}")


@catalogue.route("/catalog.<extension>")
def catalog_page(extension: str) -> AnyResponse:
    """A page of the catalogue."""
    return _catalogue(_format(extension))


@catalogue.route("/catalog-removed.<extension>")
@_refusals_in_words
def removed(extension: str) -> AnyResponse:
    """What left the catalogue in the last year."""
    format = _format(extension)
    asked = questions.question(tk.request.args)
    shown, paging = listing.removals(asked.since or questions.LONG_AGO, asked.after)
    headers = answers.headers_of(format)
    told = [f"{one.dataset_id} {one.moment}".encode() for one in shown]
    unchanged = answers.conditional(answers.tag(format, *told), None, headers)
    if unchanged:
        return unchanged
    own = [*pages.tombstones(shown), *pages.hydra(paging, f"/catalog-removed.{format.key}")]
    return answers.whole(format.document([format.member(own)]), headers)


@catalogue.route("/catalog-full.<any(nt, ttl):extension>.gz")
def full(extension: str) -> AnyResponse:
    """The whole catalogue as one compressed file."""
    format = _FILES[extension]
    state = store.state()
    headers = {
        **answers.headers_of(format),
        "Content-Type": "application/gzip",
        "Content-Disposition": f'attachment; filename="catalog-full.{extension}.gz"',
    }
    del headers["Vary"]
    tag = answers.tag(format, state.head.encode(), str(state.changed).encode())
    unchanged = answers.conditional(tag, state.changed, headers)
    return unchanged or answers.streamed(lambda: _whole(format, state), headers)


def _whole(format: Format, state: State) -> Iterator[bytes]:
    """Gzip members one behind the other are one gzip file."""
    yield gzip.compress(format.beginning + pages.opening(format, state.head), mtime=0)
    for part in stored.in_parts(format, PART):
        links = pages.belonging(format, [one.dataset_id for one in part])
        yield b"".join([gzip.compress(links, 1, mtime=0), *(bytes(one.member) for one in part)])


@catalogue.route("/dataset/<name>.<extension>")
@catalogue.route("/dataset_series/<name>.<extension>")
def dataset(name: str, extension: str) -> AnyResponse:
    """One dataset."""
    return _dataset(name, _format(extension))


@_refusals_in_words
def _catalogue(format: Format, location: str = "") -> AnyResponse:
    asked = questions.question(tk.request.args)
    state = store.state()
    head = state.head or fragments.of_catalog()
    headers = answers.headers_of(format, location)
    changed = None if asked.searches or asked.since else state.changed
    if answers.asks_for_news():
        page = listing.of(asked, state, None)
        unchanged = answers.conditional(_tag(format, head, page), changed, headers)
        if unchanged:
            return unchanged
    page = listing.of(asked, state, format)
    answers.conditional(_tag(format, head, page), changed, headers)
    body = pages.document(format, head, page.dataset_ids, page.members, page.paging, page.removed)
    return answers.whole(body, headers)


def _tag(format: Format, head: str, page: listing.Listing) -> str:
    return answers.tag(format, head.encode(), page.tag())


@_refusals_in_words
def _dataset(name: str, format: Format, location: str = "") -> AnyResponse:
    questions.question(tk.request.args)
    headers = answers.headers_of(format, location)
    known = stored.named(name, None if answers.asks_for_news() else format)
    if known is None:
        raise NotFound
    if known.hash is None:
        return _made_now(known.id, format, headers)
    tag = answers.tag(format, known.hash)
    unchanged = answers.conditional(tag, known.changed, headers)
    if unchanged:
        return unchanged
    if known.member is None:
        known = stored.named(name, format)
    if known is None or known.member is None:
        raise NotFound
    return answers.whole(format.document([fragments.unpacked(known.member)]), headers)


def _made_now(dataset_id: str, format: Format, headers: dict[str, str]) -> AnyResponse:
    """A draft, a private dataset, or one of the last minute: made for who may see it, and not kept."""
    try:
        found = tk.get_action("package_show")(Context(), {"id": dataset_id})
    except (tk.ObjectNotFound, tk.NotAuthorized) as error:
        raise NotFound from error
    if found["private"] or found["state"] != "active":
        tk.request.environ["__no_cache__"] = True  # CKAN adds "public" to all that does not say so
        headers["Cache-Control"] = "private, no-store"
    made = fragments.of_dataset(found)
    return answers.whole(format.document([made.text(format.key)]), headers)


def _format(extension: str) -> Format:
    format = OF_EXTENSION.get(extension)
    if format is None:
        raise NotFound
    return format
