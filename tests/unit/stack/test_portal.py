"""The rendered configuration, as CKAN itself reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from stack import paths, portal, ports, state
from stack.portal import Site


@pytest.fixture
def site(hue: Path) -> Site:
    state.put("ports", {name: first + 7 for name, first in ports.FIRST.items()})
    made = Site("thu", hue / "ckan.ini", "ckan", "datastore", "ckan", 0, hue / "storage")
    portal.write_ini(made)
    return made


@pytest.fixture
def config(site: Site) -> dict[str, str]:
    from ckan.cli import CKANConfigLoader

    return dict(CKANConfigLoader(str(site.ini)).get_config())


def test_the_file_is_for_its_owner_only(site: Site) -> None:
    assert site.ini.stat().st_mode & 0o777 == 0o600


def test_writing_it_again_changes_nothing(site: Site) -> None:
    assert portal.write_ini(site) is False


def test_paths_with_percent_signs_and_spaces_arrive_whole(config: dict[str, str], site: Site) -> None:
    assert config["ckan.storage_path"] == str(site.storage)


def test_the_portals_own_plugin_comes_before_those_that_it_extends(config: dict[str, str]) -> None:
    assert config["ckan.plugins"].split()[0] == "hue"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("ckan.datastore.sqlsearch.enabled", "false"),
        ("ckan.auth.create_user_via_web", "false"),
        ("ckan.auth.create_user_via_api", "false"),
        ("ckan.auth.public_user_details", "false"),
        ("SESSION_COOKIE_HTTPONLY", "true"),
        ("SESSION_COOKIE_SAMESITE", "Lax"),
        ("REMEMBER_COOKIE_HTTPONLY", "true"),
        ("REMEMBER_COOKIE_SAMESITE", "Lax"),
    ],
)
def test_it_is_safe_from_the_start(config: dict[str, str], option: str, value: str) -> None:
    assert config[option] == value


def test_tokens_and_sessions_end(config: dict[str, str]) -> None:
    assert "expire_api_token" in config["ckan.plugins"].split()
    assert 0 < int(config["expire_api_token.default_lifetime"]) <= 365 * 86400
    assert 0 < int(config["PERMANENT_SESSION_LIFETIME"]) <= 86400


def test_cookies_are_secure_just_under_https(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "SESSION_COOKIE_SECURE = false" in site.ini.read_text(encoding="utf-8")
    monkeypatch.setattr(portal, "site_url", lambda: "https://dulieu.example.vn")
    portal.write_ini(site)
    text = site.ini.read_text(encoding="utf-8")
    assert "SESSION_COOKIE_SECURE = true" in text
    assert "REMEMBER_COOKIE_SECURE = true" in text


def test_the_reader_and_the_writer_of_the_datastore_are_two_roles(config: dict[str, str]) -> None:
    assert config["ckan.datastore.read_url"] != config["ckan.datastore.write_url"]
    assert f"//{portal.READER}:" in config["ckan.datastore.read_url"]
    assert f"//{portal.WRITER}:" in config["ckan.datastore.write_url"]


def test_no_secret_stands_in_the_template() -> None:
    text = portal.TEMPLATE.read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith(("SECRET_KEY", "api_token.jwt", "sqlalchemy.url", "ckan.redis.url")):
            assert "$" in line


def test_every_part_listens_on_loopback(config: dict[str, str]) -> None:
    for option in (
        "sqlalchemy.url",
        "ckan.datastore.read_url",
        "solr_url",
        "ckan.redis.url",
        "ckan.site_url",
    ):
        assert "127.0.0.1:" in config[option]


def test_the_main_site_and_those_for_tests_share_nothing() -> None:
    sites = (portal.MAIN, *portal.TESTS)
    for name in ("site_id", "ini", "database", "datastore", "core", "redis_number", "storage"):
        assert len({getattr(site, name) for site in sites}) == len(sites)


def test_the_code_that_a_running_portal_loads_is_watched() -> None:
    watched = portal.code_files()
    assert paths.ROOT / "ckanext-hue/ckanext/hue/plugin.py" in watched
    assert not any("__pycache__" in path.parts for path in watched)
