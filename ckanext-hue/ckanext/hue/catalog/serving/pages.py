"""Pages of the catalogue: what is said of it, its datasets, and how the pages follow one another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

from pyoxigraph import Literal, NamedNode, Triple

from ckanext.hue import config
from ckanext.hue.catalog import addresses
from ckanext.hue.catalog.formats import PREFIXES, Format, triples_of
from ckanext.hue.catalog.fragments.making import unpacked
from ckanext.hue.catalog.fragments.stored import Change

_TYPE = NamedNode(f"{PREFIXES['rdf']}type")
_DATASET = NamedNode(f"{PREFIXES['dcat']}dataset")
_MOMENT = NamedNode(f"{PREFIXES['xsd']}dateTime")
# ckanext-dcat writes the older names beside the newer ones, and addresses as texts; its harvesters read both.
_HYDRA = {
    "next": ("nextPage", "next"),
    "previous": ("previousPage", "previous"),
    "first": ("firstPage", "first"),
    "last": ("lastPage", "last"),
}


@dataclass(frozen=True, slots=True)
class Paging:
    """Where a page stands. `current` and `links` ("next", …) are parameters of addresses."""

    current: dict[str, str]
    links: dict[str, dict[str, str]]
    total: int | None = None


def document(
    format: Format,
    head: str,
    dataset_ids: Sequence[str],
    members: Iterable[bytes],
    paging: Paging | None = None,
    removed: Sequence[Change] = (),
) -> bytes:
    """A page of the catalogue. members: gzip in this format; removed: what left the catalogue."""
    of_catalog, others = _head(head)
    own = [*of_catalog, *_links(dataset_ids), *others]
    if paging:
        own += hydra(paging, f"/catalog.{format.key}")
    own += tombstones(removed)
    return format.document([format.member(own), *map(unpacked, members)])


def opening(format: Format, head: str) -> bytes:
    """What is said of the catalogue itself, as a member."""
    of_catalog, others = _head(head)
    return format.member([*of_catalog, *others])


def belonging(format: Format, dataset_ids: Iterable[str]) -> bytes:
    """That these datasets are the catalogue's, as a member."""
    return format.member(_links(dataset_ids))


def tombstones(removed: Iterable[Change]) -> list[Triple]:
    """That datasets left the catalogue, in the words of DCAT-AP Feeds and ActivityStreams 2.0.

    A tombstone has no type of DCAT: nobody takes it for a dataset.
    """
    names = PREFIXES["as"]
    triples: list[Triple] = []
    for change in removed:
        subject = NamedNode(addresses.dataset(change.dataset_id))
        event = NamedNode(f"{subject.value}#removed")
        moment = Literal(change.moment.isoformat(), datatype=_MOMENT)
        triples += [
            Triple(event, _TYPE, NamedNode(f"{names}Delete")),
            Triple(event, NamedNode(f"{names}object"), subject),
            Triple(event, NamedNode(f"{names}published"), moment),
            Triple(subject, _TYPE, NamedNode(f"{names}Tombstone")),
            Triple(subject, NamedNode(f"{names}deleted"), moment),
            Triple(subject, NamedNode(f"{names}formerType"), NamedNode(f"{PREFIXES['dcat']}Dataset")),
        ]
    return triples


def _links(dataset_ids: Iterable[str]) -> list[Triple]:
    catalog = NamedNode(addresses.catalog())
    return [Triple(catalog, _DATASET, NamedNode(addresses.dataset(one))) for one in dataset_ids]


@lru_cache(maxsize=4)
def _head(head: str) -> tuple[list[Triple], list[Triple]]:
    """The triples of the catalogue, and those of all else that is said with it."""
    triples = triples_of(head)
    catalog = NamedNode(addresses.catalog())
    return (
        [triple for triple in triples if triple.subject == catalog],
        [triple for triple in triples if triple.subject != catalog],
    )


def hydra(paging: Paging, path: str) -> list[Triple]:
    """How this page at `path` and the others follow one another."""

    def address(parameters: dict[str, str]) -> str:
        return f"{config.site_url()}{path}?{urlencode(parameters)}"

    def say(name: str, value: Literal | NamedNode) -> Triple:
        return Triple(page, NamedNode(PREFIXES["hydra"] + name), value)

    page = NamedNode(address(paging.current))
    triples = [Triple(page, _TYPE, NamedNode(f"{PREFIXES['hydra']}PagedCollection"))]
    for link, parameters in paging.links.items():
        triples += [say(name, Literal(address(parameters))) for name in _HYDRA[link]]
    if paging.total is not None:
        triples.append(say("totalItems", Literal(paging.total)))
    triples.append(say("itemsPerPage", Literal(config.catalog_page())))
    return triples
