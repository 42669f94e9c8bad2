"""What crawlers are asked to leave alone: pages of publishers, and questions that lead to endless others."""

from __future__ import annotations

from ckanext.hue import config

# RFC 9309: `*` stands for anything, `$` ends an address, the longest rule that fits wins.
_QUESTIONS = "/*?"  # filters, orders, searches in tables: each page of results links to hundreds of others
_CLOSED = (
    "/dataset/?page=*&",
    "/api/",
    "/ckan-admin",
    "/dashboard",
    "/dataset/*/dictionary/",
    "/dataset/activity/",
    "/dataset/edit/",
    "/dataset/groups/",
    "/dataset/*/report",
    "/dataset/new",
    "/datastore/",
    "/group/activity/",
    "/group/edit/",
    "/group/new",
    "/harvest",
    "/organization/activity/",
    "/organization/edit/",
    "/organization/new",
    "/user/",
)
_OPEN = (
    "/dataset/?page=",
    "/api/i18n/",
    "/catalog.",
    "/webassets/",
)


def rules() -> list[str]:
    """The lines of robots.txt for all crawlers."""
    languages = [language for language in config.languages() if language != config.language()]
    prefixes = ["", *(f"/{language}" for language in languages)]
    closed = (f"Disallow: {prefix}{path}" for prefix in prefixes for path in _CLOSED)
    return [
        f"Disallow: {_QUESTIONS}",
        *closed,
        *(f"Allow: {prefix}{path}" for prefix in prefixes for path in _OPEN),
    ]


def sitemap() -> str:
    """The address of the sitemap."""
    return f"{config.site_url()}/sitemap.xml"
