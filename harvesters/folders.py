"""Web folders as servers list them (nginx, Apache and others): which files and folders a page links to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import quote, unquote, unquote_to_bytes, urljoin, urlsplit

from . import errors
from .addresses import host_and_port

MAX_LINKS = 50_000  # on one page

_UNREADABLE = re.compile("[\x00-\x1f\x7f%?#\\\\]")


@dataclass(frozen=True, slots=True)
class Links:
    """What a folder's page leads to: paths below the top folder, percent-encoded only where they must be."""

    files: tuple[str, ...]
    folders: tuple[str, ...]


def read(page: str, found_at: str, top: str) -> Links:
    """The links of the page at `found_at` to what lies below the folder `top`, an address that ends with "/".

    Links to other places, to the folder above and to another order of the same list are left out. Raises
    IncompleteListing when the page was cut off, or is not a page of links.
    """
    parser = _Parser()
    parser.feed(page)
    parser.close()
    if not parser.ended:
        raise errors.IncompleteListing(reason=f"trang liệt kê thư mục {found_at} bị cắt hoặc không phải HTML")
    if len(parser.links) > MAX_LINKS:
        raise errors.IncompleteListing(reason=f"thư mục {found_at} có hơn {MAX_LINKS} liên kết")
    if any("\ufffd" in link for link in parser.links):
        raise errors.IncompleteListing(reason=f"thư mục {found_at} có tên tệp không theo bảng mã UTF-8")
    paths = dict.fromkeys(path for link in parser.links if (path := _linked(found_at, link, top)))
    return Links(
        files=tuple(path for path in paths if not path.endswith("/")),
        folders=tuple(path for path in paths if path.endswith("/")),
    )


def same(one: str, other: str) -> bool:
    """Whether two web addresses are one place."""
    first, second = urlsplit(one), urlsplit(other)
    return (
        (first.scheme, first.query, canonical(first.path))
        == (second.scheme, second.query, canonical(second.path))
    ) and host_and_port(one) == host_and_port(other)


def below(url: str, top: str) -> str:
    """The path of `url` relative to the folder `top`; empty when it leads anywhere else."""
    try:
        if urlsplit(url).scheme != urlsplit(top).scheme or host_and_port(url) != host_and_port(top):
            return ""
    except ValueError:
        return ""
    parts = urlsplit(url)
    path, folder = canonical(parts.path), canonical(urlsplit(top).path)
    if parts.query or not path.startswith(folder) or _has_dots(path):
        return ""
    return readable(path.removeprefix(folder))


def canonical(path: str) -> str:
    """A path with the same letters percent-encoded, whoever wrote it."""
    return quote(unquote_to_bytes(path), safe="/~")


def readable(path: str) -> str:
    """A path without percent-encoding, where `address` leads back to it; else as it is."""
    text = unquote(path, errors="replace")
    return path if "\ufffd" in text or _UNREADABLE.search(text) else text


def address(path: str) -> str:
    """The percent-encoded form of a path that `readable` gave."""
    return path if "%" in path else quote(path, safe="/~")


def _linked(found_at: str, link: str, top: str) -> str:
    try:
        return below(urljoin(found_at, link), top)
    except ValueError:  # an address that is none
        return ""


def _has_dots(path: str) -> bool:
    return any(unquote(segment).strip() in (".", "..") for segment in path.split("/"))


class _Parser(HTMLParser):
    """Collects what links lead to, and whether the page came to its end."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ended = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.links += [value.strip() for name, value in attrs if name == "href" and value]

    def handle_endtag(self, tag: str) -> None:
        self.ended = self.ended or tag in ("html", "body")
