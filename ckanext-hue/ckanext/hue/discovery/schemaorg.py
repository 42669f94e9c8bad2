"""schema.org as Google's dataset search reads it: a dataset on its page, the portal on its home page.

Written as one nested object, straight from the dataset. ckanext-dcat's profile for schema.org makes an RDF
graph of each page view instead, and leaves out or misstates what the rules ask for: addresses of files,
periods, places, licences, columns.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from ckanext.hue import config
from ckanext.hue.catalog import addresses
from ckanext.hue.schemas import concept
from ckanext.hue.tables.files import listing
from ckanext.hue.tables.files.selection import Column, label_of

from . import about, places
from .about import Dataset, Node
from .tables import Table, Tables

CONTEXT = "https://schema.org/"
MOST_FILES = 100  # of one page; the catalogue has them all
MOST_VARIABLES = 200


def dataset_node(dataset: Dataset, tables: Tables, description: str) -> Node:
    """A Dataset with its files and columns; see `about.properties`."""
    files = [file for resource in dataset.get("resources") or () for file in _files(resource, tables)]
    variables = [_variable(column) for table in tables.values() for column in table.columns]
    node = {"@context": CONTEXT, "@type": "Dataset", **about.properties(dataset, description)}
    if files:
        node["distribution"] = files[:MOST_FILES]
    if variables:
        node["variableMeasured"] = variables[:MOST_VARIABLES]
    return node


def portal_node() -> Node:
    """The portal: a catalogue of data, and a web site that can be searched."""
    home = places.page(places.HOME)
    publisher = {"@type": "GovernmentOrganization", "name": config.publisher()}
    catalog = {
        **about.catalog(),
        "description": config.site_description(),
        "publisher": publisher,
        "inLanguage": list(config.languages()),
        "isAccessibleForFree": True,
    }
    search = {
        "@type": "SearchAction",
        "target": {
            "@type": "EntryPoint",
            "urlTemplate": f"{places.page(places.DATASETS)}?q={{search_term_string}}",
        },
        "query-input": "required name=search_term_string",
    }
    site = {
        "@type": "WebSite",
        "@id": f"{home}#website",
        "name": config.site_title(),
        "url": home,
        "inLanguage": list(config.languages()),
        "potentialAction": search,
        "mainEntity": {"@id": addresses.catalog()},
    }
    return {"@context": CONTEXT, "@graph": [catalog, site]}


def script(node: Node) -> Markup:
    """The object for a <script> element, which nothing in it can end."""
    return htmlsafe_json_dumps(node, dumps=_dumps)


def _dumps(node: Node, **_settings: Any) -> str:
    text = json.dumps(node, ensure_ascii=False, separators=(",", ":"))
    # Ends of lines in JavaScript, though not in JSON.
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _files(resource: Mapping[str, Any], tables: Tables) -> list[Node]:
    table = tables.get(resource["id"])
    if table:
        return _files_of_table(resource, table)
    address = resource.get("url") or ""
    if not about.is_web(address):
        return []
    size = resource.get("size")
    said = {
        "name": resource.get("name"),
        "encodingFormat": _media_type(resource),
        "contentSize": f"{size} B" if size else None,
    }
    return [{"@type": "DataDownload", "contentUrl": address, **about.filled(said)}]


def _media_type(resource: Mapping[str, Any]) -> str:
    known = concept("formats", resource.get("format"))
    return resource.get("mimetype") or (known and known.get("media_type")) or resource.get("format") or ""


def _files_of_table(resource: Mapping[str, Any], table: Table) -> list[Node]:
    found: list[Node] = []
    for download in listing.of_stored(resource["id"], table.files) or [listing.csv_of(resource["id"])]:
        file: Node = {
            "@type": "DataDownload",
            "@id": f"{addresses.distribution(resource['id'])}#{download.format.key}",
            "name": " – ".join(filter(None, (resource.get("name"), download.format.label))),
            "contentUrl": f"{config.site_url()}{download.path}",
            "encodingFormat": download.format.media_type.partition(";")[0],
        }
        if download.size is not None:
            file |= {"contentSize": f"{download.size} B", "sha256": download.sha256}
        found.append(file)
    return found


def _variable(column: Column) -> Node:
    name, info = label_of(column), column["info"]
    said = {
        "name": name,
        "alternateName": column["id"] if column["id"] != name else None,
        "description": info.get("notes"),
        "unitText": info.get("unit"),
    }
    return {"@type": "PropertyValue", **about.filled(said)}
