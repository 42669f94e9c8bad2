"""A DCAT catalogue: a file of RDF, or pages of it that Hydra links together.

The catalogue is believed only when it proves complete: every page that is linked was read, as many datasets
came as `hydra:totalItems` says, and every dataset that the catalogue names is described.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar
from urllib.parse import urldefrag, urljoin, urlsplit

from pyoxigraph import BlankNode, Literal, NamedNode

from ckanext.hue.schemas import concept

from . import defaults, errors, rdf
from .base import OPEN, Access, Chunk, Contact, Setting, TableEntry
from .fields import field_code
from .http import Client

MAX_PAGES = 20_000
MAX_DATASETS = 1_000_000
MAX_ID = 500
MAX_LINE = 1_000
MAX_KEYWORDS = 200

DCT = "http://purl.org/dc/terms/"
FOAF = "http://xmlns.com/foaf/0.1/"
HYDRA = "http://www.w3.org/ns/hydra/core#"
VCARD = "http://www.w3.org/2006/vcard/ns#"
LANGUAGES = ("vi", "", "en")


class DcatSource:
    """A source of kind `dcat` (see `base.Source`)."""

    kind: ClassVar[str] = "dcat"
    title: ClassVar[str] = "Danh mục DCAT"
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting(
            "query",
            "Tham số của địa chỉ",
            "Phần sau dấu ? trong địa chỉ trang đầu của danh mục, ví dụ fq: organization:so-y-te.",
            type="mapping",
        ),
        *defaults.SETTINGS,
    )

    def __init__(self, access: Access) -> None:
        self.client = Client(access.url, token=access.token, allow_private_host=access.allow_private_host)
        self.url = access.url
        self.query = access.settings.get("query", {})
        self.given = defaults.given(access.settings)

    def listing(self) -> Iterator[TableEntry]:
        """Yield each dataset of the catalogue once, page after page."""
        seen: dict[str, tuple[str, int]] = {}  # by id: where it comes from, and what is said of it
        named: set[str] = set()
        described: set[str] = set()
        total: int | None = None
        for graph, following in self._pages():
            total = _total(graph, total)
            named |= _named(graph)
            before = len(described)
            for node in graph.subjects(rdf.DATASET):
                described.add(str(node))
                if entry := _new(_entry(graph, node), str(node), seen):
                    yield replace(entry, **self.given)
            if len(described) > MAX_DATASETS:
                raise errors.IncompleteListing(reason=f"nguồn có hơn {MAX_DATASETS} bộ dữ liệu")
            if following and len(described) == before:
                raise errors.IncompleteListing(reason="một trang của danh mục không có bộ dữ liệu mới nào")
        _check_complete(len(seen), total, len(named - described))

    def pages(self, entry: TableEntry, mark: str = "") -> Iterator[Chunk]:
        """A catalogue describes datasets whose files stay where they are: there is nothing to load."""
        return iter(())

    def _pages(self) -> Iterator[tuple[rdf.Graph, str | None]]:
        """Each page with the address of the next one. Raises IncompleteListing when there is no last one."""
        url: str | None = self.url
        params = self.query
        visited: set[str] = set()
        while url:
            if url in visited or len(visited) >= MAX_PAGES:
                reason = f"các trang nối vòng tròn hoặc nhiều hơn {MAX_PAGES} trang (tại {url[:300]})"
                raise errors.IncompleteListing(reason=reason)
            visited.add(url)
            answer = self.client.get(url, params, accept=rdf.ACCEPT)
            graph = rdf.read(answer.body, answer.headers.get("Content-Type", ""), url)
            url, params = _next(graph, url), None
            yield graph, url
            if url and _origin(url) != _origin(self.url):
                raise errors.IncompleteListing(reason=f"trang kế tiếp nằm ở máy chủ khác ({url[:300]})")


def _origin(url: str) -> tuple[str, str | None, int | None]:
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname, parts.port
    except ValueError:
        return "", None, None


def _next(graph: rdf.Graph, url: str) -> str | None:
    """The next page: `hydra:next`, or `hydra:nextPage` of older catalogues, as a link or as text."""
    for predicate in ("next", "nextPage"):
        links = {_plain(link) for node in graph.said for link in graph.objects(node, f"{HYDRA}{predicate}")}
        if len(links) > 1:
            raise errors.IncompleteListing(reason="một trang của danh mục nêu nhiều trang kế tiếp")
        for link in links:
            try:
                return urldefrag(urljoin(url, link)).url
            except ValueError as error:
                reason = f"trang kế tiếp có địa chỉ không hợp lệ ({link[:300]})"
                raise errors.IncompleteListing(reason=reason) from error
    return None


def _total(graph: rdf.Graph, before: int | None) -> int | None:
    """How many datasets there are, as this page or an earlier one says."""
    told = {_plain(value) for node in graph.said for value in graph.objects(node, f"{HYDRA}totalItems")}
    numbers = {int(text) for text in told if text.isascii() and text.isdigit() and len(text) < 10}
    total = numbers.pop() if len(numbers) == 1 else None
    if before is not None and total is not None and total != before:
        raise errors.IncompleteListing(reason="danh mục thay đổi trong lúc đang đọc")
    return before if total is None else total


def _named(graph: rdf.Graph) -> set[str]:
    """The datasets that a catalogue lists by address. A page must be a catalogue's, or hold datasets."""
    catalogs = graph.subjects(f"{rdf.DCAT}Catalog")
    if not catalogs and not graph.subjects(rdf.DATASET):
        raise errors.IncompleteListing(reason="câu trả lời không phải danh mục DCAT")
    listed = [value for node in catalogs for value in graph.objects(node, f"{rdf.DCAT}dataset")]
    return {str(value) for value in listed if isinstance(value, NamedNode)}


def _new(entry: TableEntry, subject: str, seen: dict[str, tuple[str, int]]) -> TableEntry | None:
    """The entry, unless it came before. Two datasets under one identifier are reported."""
    known = seen.get(entry.remote_id)
    if known is not None and known[0] != subject and not subject.startswith("_:"):
        clash = f"mã «{entry.remote_id}» đã thuộc về bộ dữ liệu khác trong danh mục"
        entry = TableEntry(subject.strip("<>")[:MAX_ID], entry.title, entry.access, problem=clash)
        known = seen.get(entry.remote_id)
    if known is None:
        seen[entry.remote_id] = (subject, hash(entry))
        return entry
    if known[1] != hash(entry):
        reason = f"bộ dữ liệu «{entry.remote_id}» được mô tả hai lần với nội dung khác nhau"
        raise errors.IncompleteListing(reason=reason)
    return None


def _check_complete(count: int, total: int | None, missing: int) -> None:
    if total is not None and count != total:
        reason = f"nguồn báo có {total} bộ dữ liệu nhưng mô tả {count}"
        raise errors.IncompleteListing(reason=reason)
    if missing:
        raise errors.IncompleteListing(reason=f"danh mục nêu {missing} bộ dữ liệu mà không mô tả")


def _entry(graph: rdf.Graph, node: rdf.Node) -> TableEntry:
    said = _Said(graph, node)
    remote_id = said.line(f"{DCT}identifier")[:MAX_ID]
    title = said.line(f"{DCT}title")
    try:
        document = rdf.document(graph, node)
    except errors.BadEntry as error:
        remote_id = remote_id or node.value[:MAX_ID]
        return TableEntry(remote_id, title or remote_id, OPEN, problem=str(error.values["reason"]))
    version = hashlib.sha256(document.encode()).hexdigest()
    if not remote_id and isinstance(node, BlankNode):
        problem = "bộ dữ liệu không có mã (dct:identifier) và không có địa chỉ định danh"
        return TableEntry(f"_:{version}", title or version, OPEN, problem=problem)
    remote_id = remote_id or node.value[:MAX_ID]
    publisher = said.part(f"{DCT}publisher")
    contact = said.part(f"{rdf.DCAT}contactPoint")
    return TableEntry(
        remote_id=remote_id,
        title=title or remote_id,
        access=_access(said.line(f"{DCT}accessRights")),
        description=said.text(f"{DCT}description"),
        field_code=field_code(_themes(graph, node)),
        agency_code=publisher.line(f"{DCT}identifier"),
        agency_name=publisher.line(f"{FOAF}name"),
        frequency=said.line(f"{DCT}accrualPeriodicity"),
        updated=said.line(f"{DCT}modified"),
        version=f"sha256:{version}",
        keywords=tuple(sorted(map(_plain, graph.objects(node, f"{rdf.DCAT}keyword")))[:MAX_KEYWORDS]),
        license=_license(graph, node),
        contact=Contact(
            name=contact.line(f"{VCARD}fn", f"{VCARD}hasFN"),
            email=contact.line(f"{VCARD}hasEmail", f"{VCARD}email").removeprefix("mailto:"),
            phone=contact.line(f"{VCARD}hasTelephone", f"{VCARD}tel").removeprefix("tel:"),
        ),
        document=document,
        document_form="dcat",
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """What is said of a node; of several values always the same one, whatever their order."""

    graph: rdf.Graph
    node: rdf.Term | None

    def text(self, *predicates: str) -> str:
        """Vietnamese if there is such a value, else one without a language, else English, else any."""
        for predicate in predicates:
            if found := self.graph.objects(self.node, predicate) if self.node else []:
                return min((_rank(value), _plain(value)) for value in found)[1]
        return ""

    def line(self, *predicates: str) -> str:
        return " ".join(self.text(*predicates).split())[:MAX_LINE]

    def part(self, predicate: str) -> _Said:
        """The node that a property leads to, for what is said of that."""
        found = [
            value for value in self.graph.objects(self.node, predicate) if not isinstance(value, Literal)
        ]
        if len(found) < 2:
            return _Said(self.graph, found[0] if found else None)
        return _Said(self.graph, min(found, key=lambda node: rdf.document(self.graph, node)))


def _rank(value: rdf.Term) -> int:
    language = (value.language or "").partition("-")[0] if isinstance(value, Literal) else ""
    return LANGUAGES.index(language) if language in LANGUAGES else len(LANGUAGES)


def _plain(value: rdf.Term) -> str:
    return value.value


def _license(graph: rdf.Graph, node: rdf.Node) -> str:
    """The dataset's licence, or the one that all of its files have."""
    files = [node, *graph.objects(node, f"{rdf.DCAT}distribution")]
    for members in (files[:1], files[1:]):
        found = {_Said(graph, member).line(f"{DCT}license") for member in members} - {""}
        if len(found) == 1:
            return found.pop()
    return ""


def _access(right: str) -> str:
    """An open catalogue's datasets are open unless they say otherwise in the EU's terms."""
    known = concept("access_rights", right)
    return known.code if known else OPEN


def _themes(graph: rdf.Graph, node: rdf.Node) -> list[str]:
    themes = sorted(graph.objects(node, f"{rdf.DCAT}theme"), key=str)
    labels = [label for theme in themes for label in graph.objects(theme, f"{rdf.SKOS}prefLabel")]
    return [_plain(theme) for theme in themes] + sorted(map(_plain, labels))
