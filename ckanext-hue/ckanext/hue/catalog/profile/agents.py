"""Agencies and creators as `foaf:Agent`, contact points as `vcard:Kind`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, ORG, RDF

from ckanext.hue import config
from ckanext.hue.catalog import addresses
from ckanext.hue.schemas import concept

from . import concepts
from .lookups import Body
from .terms import VCARD, add_texts, iri, mailbox, own_node

PUBLISHER_TYPE = "http://purl.org/adms/publishertype/"
_PHONE = re.compile(r"[+(]?[0-9][0-9 ().-]{6,18}")
_BETWEEN_PHONES = re.compile(r"\s*[,;/]\s*|\s+-\s+")


def add_agency(graph: Graph, agency: Body) -> URIRef:
    """Describe an agency as far as its datasets do; returns its address."""
    subject = URIRef(addresses.agency(agency.id))
    values = agency.values
    graph.add((subject, RDF.type, FOAF.Agent))
    add_texts(graph, subject, FOAF.name, agency.title, values.get("title_en") or "")
    if code := values.get("agency_code"):
        graph.add((subject, DCTERMS.identifier, Literal(code)))
    _add_kind(graph, subject, values)
    if agency.parent:
        graph.add((subject, ORG.subOrganizationOf, URIRef(addresses.agency(agency.parent))))
    _add_web(graph, subject, values)
    return subject


def add_whole_agency(graph: Graph, agency: Body) -> URIRef:
    """Describe an agency with what its own document says beside; returns its address."""
    subject = add_agency(graph, agency)
    add_texts(graph, subject, DCTERMS.description, agency.description)
    if street := agency.values.get("address"):
        address = own_node(subject, "address")
        graph.add((subject, VCARD.hasAddress, address))
        graph.add((address, RDF.type, VCARD.Address))
        add_texts(graph, address, VCARD["street-address"], street)
    _add_phones(graph, subject, agency.values.get("phone") or "")
    return subject


def add_portal(graph: Graph) -> URIRef:
    """Describe who runs the portal, which is a province's agency; returns its address."""
    subject = URIRef(f"{addresses.catalog()}#publisher")
    graph.add((subject, RDF.type, FOAF.Agent))
    graph.add((subject, FOAF.name, Literal(config.publisher(), lang="vi")))
    graph.add((subject, DCTERMS.type, URIRef(f"{PUBLISHER_TYPE}RegionalAuthority")))
    return subject


def add_creators(graph: Graph, dataset: URIRef, creators: list[dict[str, Any]]) -> None:
    """Describe who made a dataset's data; one that says nothing that could be its name is left out."""
    for number, creator in enumerate(creators, 1):
        name = next((creator[key] for key in ("name", "identifier", "email", "url") if creator.get(key)), "")
        if not name:
            continue
        subject = iri(creator.get("uri") or "") or own_node(dataset, f"creator-{number}")
        graph.add((dataset, DCTERMS.creator, subject))
        graph.add((subject, RDF.type, FOAF.Agent))
        add_texts(graph, subject, FOAF.name, name)
        if code := creator.get("identifier"):
            graph.add((subject, DCTERMS.identifier, Literal(code)))
        _add_web(graph, subject, creator)


def add_contacts(graph: Graph, dataset: URIRef, contacts: list[dict[str, Any]], agency: Body | None) -> None:
    """Describe whom to ask about a dataset: its contacts, else the agency that publishes it."""
    stated = [contact for contact in contacts if any(contact.values())]
    for number, contact in enumerate(stated, 1):
        subject = iri(contact.get("uri") or "") or own_node(dataset, f"contact-{number}")
        add_contact(graph, dataset, subject, contact, agency.title if agency else "")
    if not stated and agency and any(agency.values.get(key) for key in ("email", "phone", "url")):
        subject = own_node(URIRef(addresses.agency(agency.id)), "contact")
        add_contact(graph, dataset, subject, agency.values, agency.title)


def add_contact(
    graph: Graph, about: URIRef, subject: URIRef | BNode, contact: Mapping[str, Any], otherwise: str
) -> None:
    """Describe one contact point; `otherwise` is its name where it has none of its own."""
    graph.add((about, DCAT.contactPoint, subject))
    graph.add((subject, RDF.type, VCARD.Kind))
    add_texts(graph, subject, VCARD.fn, contact.get("name") or otherwise)
    if email := mailbox(contact["email"]) if contact.get("email") else None:
        graph.add((subject, VCARD.hasEmail, email))
    if page := iri(contact.get("url") or ""):
        graph.add((subject, VCARD.hasURL, page))
    _add_phones(graph, subject, contact.get("phone") or "")


def telephone(text: str) -> URIRef | None:
    """A number as `tel:` with its country, Vietnam where it names none; None for what is no number."""
    if not _PHONE.fullmatch(text.strip()):
        return None
    digits = re.sub(r"[^0-9+]", "", text).replace("(", "")
    return URIRef(f"tel:{re.sub('^0', '+84', digits)}") if digits[0] in "0+" else None


def _add_phones(graph: Graph, subject: URIRef | BNode, phone: str) -> None:
    """Say numbers as numbers, and the whole text where not all of it is."""
    numbers = [telephone(text) for text in _BETWEEN_PHONES.split(phone)]
    for number in filter(None, numbers):
        graph.add((subject, VCARD.hasTelephone, number))
    if not all(numbers):
        add_texts(graph, subject, VCARD.note, phone)


def _add_kind(graph: Graph, subject: URIRef, values: Mapping[str, str]) -> None:
    kind, level = concept("agency_kinds", values.get("kind")), concept("agency_levels", values.get("level"))
    # A kind that says which sector it belongs to says more than the level.
    types = [known["publisher_type"] for known in (kind, level) if known and known.get("publisher_type")]
    if types:
        graph.add((subject, DCTERMS.type, URIRef(PUBLISHER_TYPE + types[0])))
    if kind:
        graph.add((subject, ORG.classification, concepts.add_own(graph, "agency_kinds", kind)))


def _add_web(graph: Graph, subject: URIRef | BNode, values: Mapping[str, Any]) -> None:
    if email := mailbox(values["email"]) if values.get("email") else None:
        graph.add((subject, FOAF.mbox, email))
    if page := iri(values.get("url") or ""):
        graph.add((subject, FOAF.homepage, page))
