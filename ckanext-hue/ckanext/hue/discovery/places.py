"""The addresses of the portal's pages, in each language that it is read in."""

from __future__ import annotations

from urllib.parse import quote

from ckanext.hue import config

HOME = "/"
DATASETS = "/dataset/"


def quoted(name: str) -> str:
    """A name as one part of a path."""
    return quote(name, safe="")


def dataset(name: str) -> str:
    """The path of a dataset's page."""
    return f"/dataset/{quoted(name)}"


def agency(name: str) -> str:
    """The path of an agency's page."""
    return f"/organization/{quoted(name)}"


def field(name: str) -> str:
    """The path of a field's page."""
    return f"/group/{quoted(name)}"


def page(path: str, language: str = "") -> str:
    """The address of a page in a language; without one, in the portal's own."""
    prefix = "" if language in ("", config.language()) else f"/{language}"
    return f"{config.site_url()}{prefix}{path}"


def in_each_language(path: str) -> dict[str, str]:
    """The addresses of a page by language, the portal's own first."""
    languages = dict.fromkeys((config.language(), *config.languages()))
    return {language: page(path, language) for language in languages}
