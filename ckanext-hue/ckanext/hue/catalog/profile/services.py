"""The portal's API as a `dcat:DataService`."""

from __future__ import annotations

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF

from ckanext.hue import config
from ckanext.hue.catalog import addresses
from ckanext.hue.schemas import concept

from . import agents, concepts
from .terms import EU, add_texts, own_node

TITLE = ("API dữ liệu", "Data API")
DESCRIPTION = (
    "Tìm bộ dữ liệu và đọc bảng theo hàng, theo cột, không cần khóa truy cập. Theo API của CKAN, bản 3.",
    "Finds datasets and reads tables by rows and columns, without a key. It is the API of CKAN, version 3.",
)
STANDARD = "https://docs.ckan.org/en/2.12/api/"
KEYWORDS = (("dữ liệu mở", "vi"), ("API", "vi"), ("open data", "en"))
LICENSE = "cc-by-4.0"  # of the metadata; each dataset has its own


def add_short(graph: Graph) -> URIRef:
    """What a dataset says of the service that gives access to it; returns the service's address."""
    subject = URIRef(addresses.service())
    graph.add((subject, RDF.type, DCAT.DataService))
    add_texts(graph, subject, DCTERMS.title, *TITLE)
    graph.add((subject, DCAT.endpointURL, URIRef(f"{config.site_url()}/api/3/action")))
    graph.add((subject, DCAT.endpointDescription, _documentation()))
    return subject


def add_whole(graph: Graph) -> URIRef:
    """All that is said of the service, but for the datasets that it serves, which say so themselves."""
    subject = add_short(graph)
    add_texts(graph, subject, DCTERMS.description, *DESCRIPTION)
    graph.add((subject, DCAT.landingPage, _documentation()))
    graph.add((_documentation(), RDF.type, FOAF.Document))
    graph.add((subject, DCTERMS.conformsTo, URIRef(STANDARD)))
    graph.add((URIRef(STANDARD), RDF.type, DCTERMS.Standard))
    graph.add((subject, DCTERMS.publisher, agents.add_portal(graph)))
    contact = {"email": config.contact_email(), "url": f"{config.site_url()}/about"}
    agents.add_contact(graph, subject, own_node(subject, "contact"), contact, config.publisher())
    public = EU["access-right/PUBLIC"]
    graph.add((subject, DCTERMS.accessRights, public))
    graph.add((public, RDF.type, DCTERMS.RightsStatement))
    graph.add((subject, DCAT.theme, EU["data-theme/GOVE"]))
    for word, language in KEYWORDS:
        graph.add((subject, DCAT.keyword, Literal(word, lang=language)))
    for key in ("json", "csv"):
        known = concept("formats", key)
        if known:
            graph.add((subject, DCTERMS.format, URIRef(known.uri)))
            graph.add((URIRef(known.uri), RDF.type, DCTERMS.MediaTypeOrExtent))
    concepts.add_licence(graph, subject, LICENSE)
    return subject


def _documentation() -> URIRef:
    return URIRef(f"{config.site_url()}/developers")
