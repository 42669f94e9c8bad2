"""OpenSearch: how browsers and search programs ask the portal."""

from __future__ import annotations

from xml.etree import ElementTree

import ckan.plugins.toolkit as tk

from ckanext.hue import config

from . import places
from .wording import shortened

MEDIA_TYPE = "application/opensearchdescription+xml"
PATH = "/opensearch.xml"
_NAMESPACE = "http://a9.com/-/spec/opensearch/1.1/"
# The specification's limits, in characters.
_SHORT, _LONG, _DESCRIPTION = 16, 48, 1_024


def description(language: str) -> bytes:
    """The description document in a language. There are no suggestions: the portal has none in this form."""
    ElementTree.register_namespace("", _NAMESPACE)
    root = ElementTree.Element(f"{{{_NAMESPACE}}}OpenSearchDescription")
    for name, text in {
        "ShortName": shortened(tk._("Huế open data"), _SHORT),
        "LongName": shortened(config.site_title(), _LONG),
        "Description": shortened(config.site_description() or config.site_title(), _DESCRIPTION),
        "Language": language,
        "InputEncoding": "UTF-8",
        "OutputEncoding": "UTF-8",
        "SyndicationRight": "open",
        "AdultContent": "false",
        "Attribution": shortened(config.publisher(), 256),
    }.items():
        _child(root, name).text = text
    _child(root, "Image", width="64", height="64", type="image/svg+xml").text = places.page("/favicon.svg")
    # No page of results: programs that name none leave it empty, which the search page refuses.
    searched = f"{places.page(places.DATASETS, language)}?q={{searchTerms}}"
    feed = f"{places.page('/feeds/custom.atom')}?q={{searchTerms}}&page={{startPage?}}"
    own = places.page(PATH, language)
    _child(root, "Url", type="text/html", template=searched)
    _child(root, "Url", type="application/atom+xml", template=feed)
    _child(root, "Url", type=MEDIA_TYPE, rel="self", template=own)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _child(root: ElementTree.Element, name: str, **attributes: str) -> ElementTree.Element:
    return ElementTree.SubElement(root, f"{{{_NAMESPACE}}}{name}", attributes)
