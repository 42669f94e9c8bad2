"""What stands in Solr, in pages: enough of each document to compare it with its dataset."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

import ckan.plugins.toolkit as tk
from ckan.lib.search.common import make_connection

PAGE = 10_000  # documents of one request
_FIELDS = ("index_id", "id", "name", "state", "capacity", "metadata_modified")
# A document that anonymous searches find although it says itself that it is not public.
_EXPOSED = "permission_labels:public AND (capacity:private OR (*:* -state:active))"


class Document(NamedTuple):
    """One document of a dataset; `modified` is ISO 8601 in milliseconds. What is missing is empty."""

    index_id: str
    id: str
    name: str
    state: str
    capacity: str
    modified: str


def documents(index_ids: Collection[str] | None = None) -> Iterator[Document]:
    """The documents of this portal's datasets: all, or those of these index ids. Raises SolrError."""
    if index_ids is None:
        yield from _documents()
    elif index_ids:
        yield from _documents("{!terms f=index_id}" + ",".join(index_ids))


def exposed() -> Iterator[str]:
    """Index ids of documents that everybody may find, but that are private or not active."""
    return (document.index_id for document in _documents(_EXPOSED))


def ask() -> None:
    """Raise SolrError when Solr does not answer."""
    make_connection().ping()


def remove(index_ids: Collection[str]) -> None:
    """Take documents out, in one request. Raises SolrError."""
    make_connection().delete(id=list(index_ids), commit=True)


def _documents(query: str = "*:*") -> Iterator[Document]:
    solr = make_connection(decode_dates=False)
    mark = "*"
    while True:
        found = solr.search(
            query,
            fq=["+entity_type:package", _of_this_portal()],
            fl=",".join(_FIELDS),
            sort="index_id asc",
            rows=PAGE,
            cursorMark=mark,
            defType="lucene",
        )
        yield from map(_document, found.docs)
        if found.nextCursorMark == mark or len(found.docs) < PAGE:
            return
        mark = found.nextCursorMark


def _of_this_portal() -> str:
    site = str(tk.config["ckan.site_id"]).replace("\\", "\\\\").replace('"', '\\"')
    return f'+site_id:"{site}"'


def _document(found: dict[str, Any]) -> Document:
    return Document(*(str(found.get(name) or "") for name in _FIELDS))
