"""CKAN's own helpers, which templates call again and again for the same: they remember what they found."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib import helpers as core
from flask import g
from markupsafe import Markup

_TEXTS = 1_000  # a dataset's description has some thousand characters
_NO_DATA: dict[str, Any] = {}


@lru_cache(maxsize=_TEXTS)
def markdown_extract(text: str, extract_length: int = 190) -> str | Markup:
    """The beginning of a text in Markdown, without its marks: the same for the same text."""
    return core.markdown_extract(text, extract_length)


def render_markdown(data: str, auto_link: bool = True, allow_html: bool = False) -> str | Markup:
    """A text in Markdown as HTML. Links that CKAN makes of `tag:…` lead to pages in the reader's language."""
    return _rendered(data, auto_link, allow_html, tk.h.lang())


@lru_cache(maxsize=_TEXTS)
def _rendered(data: str, auto_link: bool, allow_html: bool, _language: str) -> str | Markup:
    return core.render_markdown(data, auto_link, allow_html)


def check_access(action: str, data_dict: dict[str, Any] | None = None) -> bool:
    """Whether the reader may do this. While one page is read, the answer to one question stays the same."""
    data = data_dict or _NO_DATA
    plain = all(isinstance(value, str) for value in data.values())
    if tk.request.method not in ("GET", "HEAD") or not plain:
        return core.check_access(action, data_dict)
    known = g.setdefault("hue_known_access", {})
    question = (tk.current_user.name, action, *sorted(data.items()))
    if question not in known:
        known[question] = core.check_access(action, data_dict)
    return known[question]


HELPERS = {
    "markdown_extract": markdown_extract,
    "render_markdown": render_markdown,
    "check_access": check_access,
}
