"""Long texts of the portal, which no catalogue holds: `templates/hue/prose/` has one for each language.

A text is HTML with one `<h1>`, its parts begin with `<h2 id="…">`. It says who runs the portal from the
settings, so that it holds for every province.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import ckan.plugins.toolkit as tk
from markupsafe import Markup

from ckanext.hue import config

_TITLE = re.compile(r"<h1>(.+?)</h1>", re.DOTALL)
_LEAD = re.compile(r'<p class="hue-lead">(.+?)</p>', re.DOTALL)
_PART = re.compile(r'<h2 id="([a-z-]+)">(.+?)</h2>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Prose:
    """A text to read. parts: (id, heading) of each part; lead: what it is about, in a sentence or two."""

    title: str
    lead: str
    html: Markup
    parts: tuple[tuple[str, str], ...]


def prose(name: str) -> Prose:
    """A text in the reader's language; English for whoever does not read Vietnamese."""
    language = "vi" if tk.h.lang() == "vi" else "en"
    html = tk.render(
        f"hue/prose/{name}.{language}.html",
        {"portal": config.site_title(), "publisher": config.publisher(), "email": config.contact_email()},
    )
    return Prose(
        title=_first(_TITLE, html),
        lead=_first(_LEAD, html),
        html=Markup(html),  # noqa: S704 - a template's own output, escaped there
        parts=tuple((id_, _plain(heading)) for id_, heading in _PART.findall(html)),
    )


def _first(pattern: re.Pattern[str], html: str) -> str:
    found = pattern.search(html)
    return _plain(found[1]) if found else ""


def _plain(html: str) -> str:
    return Markup(html).striptags()  # noqa: S704 - read to take the markup away
