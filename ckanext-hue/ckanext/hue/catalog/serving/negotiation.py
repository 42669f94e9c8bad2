"""Which serialisation a reader wants, by the header Accept."""

from __future__ import annotations

from werkzeug.datastructures import MIMEAccept

from ckanext.hue.catalog.formats import JSON, NT, TURTLE, XML, Format

_HTML = "text/html"
_OF_TYPE = {
    "text/turtle": TURTLE,
    "application/rdf+xml": XML,
    "application/ld+json": JSON,
    "application/n-triples": NT,
}


def instead_of_page(accept: MIMEAccept) -> Format | None:
    """What to answer with where there is a page too; None for the page, also for who takes anything."""
    return _OF_TYPE.get(accept.best_match([_HTML, *_OF_TYPE]) or _HTML)


def of_data(accept: MIMEAccept) -> Format | None:
    """What to answer with where there is data only; None for who wants a page and nothing else as much."""
    best = accept.best_match([*_OF_TYPE, _HTML])
    return None if best == _HTML else _OF_TYPE.get(best or "", TURTLE)
