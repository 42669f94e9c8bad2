"""The sitemap: an index of parts, each read from PostgreSQL while it is sent.

A part holds the pages of one kind in every language, so that none needs more than what the protocol allows:
50,000 addresses and 50 MiB.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from sqlalchemy import text

from ckanext.hue.harvest import database

from . import places

MEDIA_TYPE = "application/xml"
MOST_ADDRESSES = 50_000
FETCHED = 1_000  # rows that PostgreSQL hands over at once
STATIC = (
    "/",
    "/about",
    "/terms",
    "/guide",
    "/guide/agencies",
    "/developers",
    "/accessibility",
    "/dataset/",
    "/organization/",
    "/group/",
)

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_LINKS = 'xmlns:xhtml="http://www.w3.org/1999/xhtml"'

_PUBLIC = (
    "p.state = 'active' AND NOT p.private AND p.type = 'dataset'"
    " AND coalesce(p.extras ->> 'harvest_state', '') <> 'withdrawn'"
)
_GROUPS = (
    'SELECT g.name, max(p.metadata_modified) AS modified FROM "group" g LEFT JOIN {joined}'
    " WHERE g.state = 'active' AND g.approval_status = 'approved' AND {kind} GROUP BY g.name"
)
# By kind of page: names and the last change of what the page shows.
_LISTED = {
    "datasets": f"SELECT p.name, p.metadata_modified AS modified FROM package p WHERE {_PUBLIC}",  # noqa: S608
    "agencies": _GROUPS.format(
        joined=f"package p ON p.owner_org = g.id AND {_PUBLIC}", kind="g.is_organization"
    ),
    "fields": _GROUPS.format(
        joined="(member m JOIN package p ON p.id = m.table_id AND m.table_name = 'package'"
        f" AND m.state = 'active' AND {_PUBLIC}) ON m.group_id = g.id",
        kind="NOT g.is_organization AND g.type = 'group'",
    ),
}
_PATHS: dict[str, Callable[[str], str]] = {
    "datasets": places.dataset,
    "agencies": places.agency,
    "fields": places.field,
}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the sitemap; `fingerprint` differs when any of its pages does."""

    kind: str
    number: int
    modified: datetime | None
    fingerprint: str

    @property
    def path(self) -> str:
        return f"/sitemap/{self.kind}-{self.number}.xml"


def parts() -> list[Part]:
    """All parts that have pages, in one statement."""
    each = " UNION ALL ".join(
        f"SELECT '{kind}' AS kind, (row_number() OVER (ORDER BY name) - 1) / :size + 1 AS number,"  # noqa: S608
        f" name, modified FROM ({listed}) AS {kind}"
        for kind, listed in _LISTED.items()
    )
    statement = (
        "SELECT kind, number, max(modified) AS modified,"  # noqa: S608
        " sum(hashtextextended(name || coalesce(CAST(modified AS text), ''), 0)) AS fingerprint"
        f" FROM ({each}) AS pages GROUP BY kind, number ORDER BY kind, number"
    )
    found = database.rows(statement, size=_size())
    return [
        Part("pages", 1, None, ",".join(STATIC)),
        *(Part(row.kind, row.number, _utc(row.modified), str(row.fingerprint)) for row in found),
    ]


def tag_of(listed: Iterable[Part]) -> str:
    """The ETag of what names these parts, or holds them."""
    said = [
        *places.in_each_language(places.HOME).values(),
        *(f"{part.path} {part.fingerprint}" for part in listed),
    ]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:32]


def index(listed: Iterable[Part]) -> Iterator[str]:
    """The index of the parts, as XML."""
    yield f"{_HEAD}<sitemapindex {_NAMESPACE}>\n"
    for part in listed:
        yield f"<sitemap><loc>{escape(places.page(part.path))}</loc>{_lastmod(part.modified)}</sitemap>\n"
    yield "</sitemapindex>\n"


def urls(part: Part) -> Iterator[str]:
    """A part, as XML."""
    yield f"{_HEAD}<urlset {_NAMESPACE} {_LINKS}>\n"
    for path, modified in _pages(part):
        yield _urls_of(path, modified)
    yield "</urlset>\n"


def _pages(part: Part) -> Iterator[tuple[str, datetime | None]]:
    if part.kind not in _LISTED:
        yield from ((path, None) for path in STATIC)
        return
    statement = (
        f"SELECT name, modified FROM ({_LISTED[part.kind]}) AS pages ORDER BY name LIMIT :size OFFSET :start"  # noqa: S608
    )
    path_of = _PATHS[part.kind]
    with database.engine().connect().execution_options(yield_per=FETCHED) as connection:
        asked = {"size": _size(), "start": (part.number - 1) * _size()}
        for row in connection.execute(text(statement), asked):
            yield path_of(row.name), _utc(row.modified)


def _urls_of(path: str, modified: datetime | None) -> str:
    """An entry for the page in each language, which names them all."""
    by_language = places.in_each_language(path)
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{language}" href={quoteattr(address)}/>'
        for language, address in by_language.items()
    )
    return "".join(
        f"<url><loc>{escape(address)}</loc>{_lastmod(modified)}{links}</url>\n"
        for address in by_language.values()
    )


def _size() -> int:
    """How many pages a part holds."""
    return MOST_ADDRESSES // len(places.in_each_language(places.HOME))


def _lastmod(modified: datetime | None) -> str:
    return f"<lastmod>{modified.isoformat(timespec='seconds')}</lastmod>" if modified else ""


def _utc(moment: datetime | None) -> datetime | None:
    """CKAN's moments are UTC without an offset."""
    return moment.replace(tzinfo=UTC) if moment else None
