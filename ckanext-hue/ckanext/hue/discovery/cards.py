"""What a page's head says for links that people share (Open Graph) and for those who cite (Dublin Core)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.hue import config
from ckanext.hue.catalog import addresses

from . import about, places
from .wording import PREVIEW, one_spaced, shortened

IMAGE = "/images/hue-card.png"
IMAGE_WIDTH, IMAGE_HEIGHT = 1_200, 630
_LOCALES = {"vi": "vi_VN", "en": "en_US"}

# (attribute that names it, name, content)
Meta = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Card:
    """The head of a page: `path` as in the portal's own language."""

    title: str
    description: str
    path: str
    image: str = ""
    cited: tuple[Meta, ...] = ()

    def metas(self, language: str) -> list[Meta]:
        shared = {
            "og:type": "website",
            "og:site_name": config.site_title(),
            "og:title": one_spaced(self.title),
            "og:description": shortened(one_spaced(self.description), PREVIEW),
            "og:url": places.page(self.path, language),
            "og:locale": _LOCALES.get(language, language),
            "og:image": self.image or places.page(IMAGE),
        }
        if not self.image:
            shared |= {"og:image:width": str(IMAGE_WIDTH), "og:image:height": str(IMAGE_HEIGHT)}
        found = [("property", name, content) for name, content in shared.items() if content]
        return [*found, ("name", "twitter:card", "summary_large_image"), *self.cited]

    def alternates(self) -> dict[str, str]:
        """The page's addresses by language."""
        return places.in_each_language(self.path)


def of_portal() -> Card:
    """The home page."""
    return Card(config.site_title(), config.site_description(), places.HOME)


def of_agency(agency: Mapping[str, Any], path: str) -> Card:
    """An agency's page, or a field's. agency: as `organization_show` or `group_show` gives it."""
    image = agency.get("image_display_url") or ""
    title = agency.get("display_name") or agency["name"]
    text = about.plain(agency.get("description")) or f"{title} - {config.site_title()}"
    return Card(title, text, path, image if about.is_web(image) else "")


def of_dataset(dataset: about.Dataset, description: str) -> Card:
    """A dataset's page; see `about.properties`."""
    return Card(
        about.title(dataset),
        description,
        places.dataset(dataset["name"]),
        cited=tuple(_cited(dataset)) if about.is_public(dataset) else (),
    )


def _cited(dataset: about.Dataset) -> list[Meta]:
    creators = [each["name"] for each in dataset.get("creator") or () if each.get("name")]
    agency = about.agency_name(dataset)
    day = about.modified(dataset)[:10]
    said = [
        ("DC.type", "Dataset"),
        ("DC.title", about.title(dataset)),
        ("DC.identifier", addresses.dataset(dataset["id"])),
        *(("DC.creator", name) for name in creators or [agency]),
        ("DC.publisher", agency),
        ("DC.date", day),
        *(("DC.language", language) for language in about.languages(dataset)),
        ("DC.rights", about.license_address(dataset)),
        ("citation_title", about.title(dataset)),
        *(("citation_author", name) for name in creators or [agency]),
        ("citation_publisher", agency),
        ("citation_publication_date", day.replace("-", "/")),
        ("citation_public_url", addresses.dataset(dataset["id"])),
    ]
    return [("name", name, content) for name, content in said if content]
