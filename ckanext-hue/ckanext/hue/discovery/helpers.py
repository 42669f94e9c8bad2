"""Template helpers of what stands in the head of pages; each is `h.hue_…` in a template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from . import about, cards, croissant, feeds, places, robots, schemaorg, tables
from .cards import Card


@dataclass(frozen=True, slots=True)
class DatasetHead:
    """The head of a dataset's page: `script` is its JSON-LD, for search engines, where they are told of it;
    `croissant` the path of its Croissant document, where there is one."""

    card: Card
    script: Markup | None
    croissant: str


def hue_dataset_head(dataset: Mapping[str, Any], found: tables.Tables) -> DatasetHead:
    """What machines are told of a dataset on its page. found: its tables, as the page read them."""
    public, description = about.is_public(dataset), about.description(dataset, found)
    return DatasetHead(
        cards.of_dataset(dataset, description),
        schemaorg.script(schemaorg.dataset_node(dataset, found, description)) if public else None,
        f"{places.dataset(dataset['name'])}/croissant.jsonld"
        if public and croissant.with_files(found)
        else "",
    )


def hue_portal_card() -> Card:
    """The head of the home page."""
    return cards.of_portal()


def hue_portal_script() -> Markup:
    """The home page's JSON-LD."""
    return schemaorg.script(schemaorg.portal_node())


def hue_agency_card(agency: Mapping[str, Any]) -> Card:
    """The head of an agency's page."""
    return cards.of_agency(agency, places.agency(agency["name"]))


def hue_field_card(field: Mapping[str, Any]) -> Card:
    """The head of a field's page."""
    return cards.of_agency(field, places.field(field["name"]))


def hue_search_feed(q: str | None, filters: Iterable[tuple[str, str]]) -> str:
    """The path of the feed of a search."""
    return feeds.search_address(q or "", filters)


def hue_robots_rules() -> list[str]:
    """The lines of robots.txt."""
    return robots.rules()


def hue_sitemap() -> str:
    """The address of the sitemap."""
    return robots.sitemap()
