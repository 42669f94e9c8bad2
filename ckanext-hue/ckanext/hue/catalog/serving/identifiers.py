"""`/id/…`: persistent addresses, which lead to a page or to RDF; `/doc/…`: RDF of agencies and concepts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context
from flask import Blueprint, Response, redirect
from rdflib import Graph, Literal
from rdflib.namespace import SKOS
from werkzeug.wrappers import Response as BaseResponse

from ckanext.hue import choices
from ckanext.hue.catalog import addresses, graphs
from ckanext.hue.catalog.formats import FORMATS
from ckanext.hue.catalog.fragments.making import canonical
from ckanext.hue.catalog.profile import concepts, lookups
from ckanext.hue.harvest import gone
from ckanext.hue.schemas import concept

from . import negotiation

HTML = "html"
SEE_OTHER, BAD_REQUEST, NOT_FOUND, GONE = 303, 400, 404, 410
FORMAT_NAMES = {"ttl": "Turtle", "rdf": "RDF/XML", "jsonld": "JSON-LD", "nt": "N-Triples"}

identifiers = Blueprint("hue_identifiers", __name__)


@identifiers.route("/id/catalog")
def catalog() -> BaseResponse:
    return _lead(tk.url_for("home.index"), "/catalog")


@identifiers.route("/id/service/api")
def service() -> BaseResponse:
    return _lead(tk.url_for("hue.developers"), "/doc/service/api")


@identifiers.route("/id/dataset/<dataset_id>")
def dataset(dataset_id: str) -> BaseResponse:
    found = _readable(dataset_id)
    return _lead(tk.url_for("dataset.read", id=found.name), f"/dataset/{found.name}")


@identifiers.route("/id/distribution/<resource_id>")
def distribution(resource_id: str) -> BaseResponse:
    resource = model.Session.get(model.Resource, resource_id)
    if resource is None:
        tk.abort(NOT_FOUND)
    found = _readable(resource.package_id or "")
    if resource.state != model.State.ACTIVE:
        tk.abort(NOT_FOUND)
    page = tk.url_for("dataset_resource.read", id=found.name, resource_id=resource.id)
    return _lead(page, f"/dataset/{found.name}")


@identifiers.route("/id/agency/<agency_id>")
def agency(agency_id: str) -> BaseResponse:
    body = _body(agency_id)
    return _lead(tk.url_for("organization.read", id=body.name), f"/doc/agency/{body.id}")


@identifiers.route("/id/concept/<scheme>", defaults={"code": ""})
@identifiers.route("/id/concept/<scheme>/<code>")
def a_concept(scheme: str, code: str) -> BaseResponse:
    _described(scheme, code)
    document = addresses.concept(scheme, code) if code else addresses.concept_scheme(scheme)
    document = document.replace(f"{addresses.BELOW}/", "/doc/", 1)
    if scheme == concepts.FIELDS and code:
        return _lead(tk.url_for("group.read", id=code), document)
    page = tk.url_for(f"{identifiers.name}.concept_document", scheme=scheme, code=code, suffix=HTML)
    return _lead(page, document)


@identifiers.route("/doc/service/api.<suffix>")
def service_document(suffix: str) -> BaseResponse:
    return _document(graphs.of_service(), addresses.service(), suffix)


@identifiers.route("/doc/agency/<agency_id>.<suffix>")
def agency_document(agency_id: str, suffix: str) -> BaseResponse:
    return _document(graphs.of_agency(_body(agency_id)), addresses.agency(agency_id), suffix)


@identifiers.route("/doc/concept/<scheme>.<suffix>", defaults={"code": ""})
@identifiers.route("/doc/concept/<scheme>/<code>.<suffix>")
def concept_document(scheme: str, code: str, suffix: str) -> BaseResponse | str:
    graph = _described(scheme, code)()
    subject = addresses.concept(scheme, code) if code else addresses.concept_scheme(scheme)
    if suffix != HTML:
        return _document(graph, subject, suffix)
    return tk.render("hue/catalog/concept.html", _as_page(graph, subject, scheme))


def _lead(page: str, document: str) -> BaseResponse:
    """See the page, or the RDF document in the format that is asked for."""
    suffix = tk.request.args.get("format") or _accepted()
    if suffix != HTML and suffix not in FORMATS:
        tk.abort(BAD_REQUEST, tk._("There is no such format."))
    answer = redirect(page if suffix == HTML else f"{document}.{suffix}", SEE_OTHER)
    answer.vary.add("Accept")
    return answer


def _accepted() -> str:
    format = negotiation.instead_of_page(tk.request.accept_mimetypes)
    return format.key if format else HTML


def _readable(dataset_id: str) -> model.Package:
    """The dataset with this very id; answers 404 where the reader knows of none, 410 for an archived one."""
    found = model.Session.get(model.Package, dataset_id)
    if found is None or found.type != "dataset":
        tk.abort(NOT_FOUND)
    if gone.is_archived(found):
        tk.abort(GONE)
    user = Context(user=tk.current_user.name, auth_user_obj=tk.current_user)  # pyright: ignore
    try:
        tk.check_access("package_show", user, {"id": found.id})
    except tk.NotAuthorized:
        tk.abort(NOT_FOUND)
    if found.state != model.State.ACTIVE:
        tk.abort(NOT_FOUND)
    if found.private:
        tk.request.environ["__no_cache__"] = True  # CKAN adds "public" to all that does not say so
    return found


def _body(agency_id: str) -> lookups.Body:
    found = model.Session.get(model.Group, agency_id)
    if found is None or not found.is_organization or found.state != model.State.ACTIVE:
        tk.abort(NOT_FOUND)
    return lookups.bodies([found.id])[found.id]


def _described(scheme: str, code: str) -> Callable[[], Graph]:
    """What makes the graph of this vocabulary or concept; answers 404 where the portal has none."""
    if scheme not in concepts.TITLES:
        tk.abort(NOT_FOUND)
    if not code:
        return lambda: graphs.of_scheme(scheme, lookups.fields() if scheme == concepts.FIELDS else ())
    if scheme == concepts.FIELDS:
        field = next((field for field in lookups.fields() if field.name == code), None)
        return (lambda: graphs.of_field(field)) if field else tk.abort(NOT_FOUND)
    if scheme == concepts.UNITS:
        return (lambda: graphs.of_unit(code)) if choices.is_unit_code(code) else tk.abort(NOT_FOUND)
    known = concept(scheme, code)
    return (lambda: graphs.of_concept(scheme, known)) if known and known.code == code else tk.abort(NOT_FOUND)


def _document(graph: Graph, subject: str, suffix: str) -> BaseResponse:
    format = FORMATS.get(suffix)
    if format is None:
        return tk.abort(NOT_FOUND, tk._("There is no such format."))
    body = format.document([format.member(canonical(graph, subject))])
    answer = Response(body, content_type=format.media_type)
    answer.add_etag()
    return answer.make_conditional(tk.request.environ)


def _as_page(graph: Graph, subject: str, scheme: str) -> dict[str, Any]:
    """What the page of a concept or vocabulary shows; `names` are by the concept's address and language."""
    return {
        "scheme": concepts.TITLES[scheme],
        "address": subject,
        "names": {
            str(node): {
                name.language: str(name)
                for name in graph.objects(node, SKOS.prefLabel)
                if isinstance(name, Literal)
            }
            for node in sorted(set(graph.subjects(SKOS.inScheme)), key=str)
        },
        "formats": FORMAT_NAMES,
    }
