"""robots.txt, read by RFC 9309, and by a parser that knows no wildcards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.robotparser import RobotFileParser

import ckan.plugins.toolkit as tk
import pytest
from protego import Protego

CLOSED = [
    "/dataset/?q=hue",
    "/dataset/?tags=du+lich&res_format=CSV",
    "/dataset/?page=2&tags=x",
    "/dataset/x/resource/y?sort=a&order=desc",
    "/download/x.csv?limit=10",
    "/api/3/action/package_search",
    "/user/login",
    "/user/register",
    "/dataset/new",
    "/dataset/edit/x",
    "/dataset/x/dictionary/y",
    "/harvest",
    "/ckan-admin/",
    "/datastore/dump/x",
]
OPEN = [
    "/dataset/",
    "/dataset/?page=2",
    "/dataset/mot-bo-du-lieu",
    "/dataset/mot-bo-du-lieu.ttl",
    "/dataset/mot-bo-du-lieu/croissant.jsonld",
    "/organization/so-du-lich",
    "/group/du-lich",
    "/about",
    "/catalog.ttl?page=2",
    "/download/x.csv",
    "/webassets/hue/theme.css?1",
]
HOME = ["/", "/sitemap.xml", "/sitemap/datasets-1.xml", "/feeds/dataset.atom", "/id/dataset/x"]


@pytest.fixture
def rules(get: Callable[..., str]) -> str:
    return get("/robots.txt")


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("path", CLOSED)
def test_noise_is_closed(rules: str, prefix: str, path: str) -> None:
    assert not Protego.parse(rules).can_fetch(f"{tk.config['ckan.site_url']}{prefix}{path}", "Googlebot")


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize("path", OPEN)
def test_pages_are_open(rules: str, prefix: str, path: str) -> None:
    assert Protego.parse(rules).can_fetch(f"{tk.config['ckan.site_url']}{prefix}{path}", "Googlebot")


@pytest.mark.parametrize("path", HOME)
def test_what_leads_to_pages_is_open(rules: str, path: str) -> None:
    assert Protego.parse(rules).can_fetch(f"{tk.config['ckan.site_url']}{path}", "*")


def test_a_parser_without_wildcards_does_not_think_all_is_closed(rules: str) -> None:
    parser = RobotFileParser()
    parser.parse(rules.splitlines())
    assert all(parser.can_fetch("x", f"{tk.config['ckan.site_url']}{path}") for path in OPEN)


def test_nobody_is_told_to_wait_ten_seconds_between_pages(rules: str) -> None:
    assert Protego.parse(rules).crawl_delay("*") is None


def test_the_sitemap_is_named_and_there(rules: str, get: Callable[..., Any]) -> None:
    [address] = Protego.parse(rules).sitemaps
    assert "sitemapindex" in get(address.removeprefix(tk.config["ckan.site_url"]))
