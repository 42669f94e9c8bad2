"""The containers' entry point: the same configuration as ./hue up writes, or a clear refusal."""

from __future__ import annotations

import configparser
import os
import string
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from stack import portal

SAMPLE = {
    "SITE_URL": "https://dulieu.example.vn",
    "SECRET_KEY": "k" * 40 + "%s",
    "API_TOKEN_KEY": "t" * 40,
    "POSTGRES_CKAN_PASSWORD": "ckan-1.a_b~c",
    "POSTGRES_WRITER_PASSWORD": "writer-2",
    "POSTGRES_READER_PASSWORD": "reader-3",
    "REDIS_PASSWORD": "redis-4",
}


@pytest.fixture
def entrypoint(script: Callable[[str], ModuleType]) -> ModuleType:
    return script("entrypoint")


@pytest.fixture
def template(root: Path) -> str:
    return (root / "config" / "ckan.ini.template").read_text(encoding="utf-8")


def options(text: str) -> dict[str, str]:
    """CKAN's options in a configuration file, as CKAN's own reader takes them."""
    parser = configparser.ConfigParser()
    parser.optionxform = str  # pyright: ignore[reportAttributeAccessIssue]
    parser.read_string(text)
    return dict(parser["app:main"])


def test_it_fills_in_every_name_of_the_template(entrypoint: ModuleType, template: str) -> None:
    assert entrypoint.values(SAMPLE).keys() == set(string.Template(template).get_identifiers())


def test_the_result_has_the_options_of_hue_up_and_other_values_just_where_they_must(
    entrypoint: ModuleType, template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portal.ports, "load", lambda: dict.fromkeys(portal.ports.FIRST, 1))
    secrets = dict.fromkeys(portal.credentials.NAMES, "x")
    monkeypatch.setattr(portal.credentials, "load", lambda: secrets)
    site = portal.Site("hue", tmp_path / "ckan.ini", "ckan", "datastore", "ckan", 0, tmp_path / "storage")
    portal.write_ini(site)
    ours = options(site.ini.read_text(encoding="utf-8"))
    theirs = options(entrypoint.render(template, SAMPLE))
    assert theirs.keys() == ours.keys()
    named = {line.partition(" = ")[0] for line in template.splitlines() if "$" in line}
    assert {name for name in ours if ours[name] != theirs[name]} <= named
    assert theirs["ckan.site_id"] == ours["ckan.site_id"]


def test_the_plugins_are_those_of_hue_up(entrypoint: ModuleType, template: str) -> None:
    assert options(entrypoint.render(template, SAMPLE))["ckan.plugins"] == options(template)["ckan.plugins"]


def test_the_roles_and_databases_are_those_of_hue_up(entrypoint: ModuleType, template: str) -> None:
    read = options(entrypoint.render(template, SAMPLE))
    password = "postgresql://{}:{}@postgres:5432/{}".format
    assert read["sqlalchemy.url"] == password(portal.OWNER, "ckan-1.a_b~c", portal.MAIN.database)
    assert read["ckan.datastore.write_url"] == password(portal.WRITER, "writer-2", portal.MAIN.datastore)
    assert read["ckan.datastore.read_url"] == password(portal.READER, "reader-3", portal.MAIN.datastore)
    assert read["ckan.redis.url"] == "redis://:redis-4@redis:6379/0"
    assert read["solr_url"] == f"http://solr:8983/solr/{portal.MAIN.core}"


def test_a_percent_sign_in_a_key_arrives_whole(entrypoint: ModuleType, template: str) -> None:
    assert options(entrypoint.render(template, SAMPLE))["SECRET_KEY"] == SAMPLE["SECRET_KEY"]


def test_a_dollar_sign_in_a_key_is_no_name(entrypoint: ModuleType, template: str) -> None:
    key = "$site_id" * 5
    assert options(entrypoint.render(template, {**SAMPLE, "SECRET_KEY": key}))["SECRET_KEY"] == key


@pytest.mark.parametrize(("address", "secure"), [("https://a.vn", "true"), ("http://a.vn:8080", "false")])
def test_cookies_are_secure_just_under_https(
    entrypoint: ModuleType, template: str, address: str, secure: str
) -> None:
    read = options(entrypoint.render(template, {**SAMPLE, "SITE_URL": address}))
    assert read["ckan.site_url"] == address
    assert read["SESSION_COOKIE_SECURE"] == read["REMEMBER_COOKIE_SECURE"] == secure


def test_a_slash_after_the_host_is_taken_off(entrypoint: ModuleType) -> None:
    assert entrypoint.values({**SAMPLE, "SITE_URL": "https://a.vn/"})["site_url"] == "https://a.vn"


@pytest.mark.parametrize("name", SAMPLE)
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_variable_is_named(entrypoint: ModuleType, name: str, value: str | None) -> None:
    environment = (
        {**SAMPLE, name: value} if value is not None else {k: v for k, v in SAMPLE.items() if k != name}
    )
    with pytest.raises(entrypoint.BadSetting, match=name):
        entrypoint.values(environment)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "k" * 31),
        ("API_TOKEN_KEY", "k" * 31),
        ("SECRET_KEY", "k" * 40 + "\nckan.plugins = evil"),
        ("SECRET_KEY", "k" * 40 + "\x85"),
        ("SECRET_KEY", " " + "k" * 40),
        ("POSTGRES_CKAN_PASSWORD", "a@b"),
        ("POSTGRES_WRITER_PASSWORD", "a%b"),
        ("POSTGRES_READER_PASSWORD", "a/b"),
        ("REDIS_PASSWORD", "mật"),
        ("SITE_URL", "dulieu.example.vn"),
        ("SITE_URL", "ftp://dulieu.example.vn"),
        ("SITE_URL", "https://dulieu.example.vn/cong"),
        ("SITE_URL", "https://dulieu.example.vn?x"),
        ("SITE_URL", "https://user@dulieu.example.vn"),
        ("SITE_URL", "https://dulieu.example.vn:99999"),
        ("SITE_URL", "https://"),
    ],
)
def test_a_bad_value_is_refused_by_name(entrypoint: ModuleType, name: str, value: str) -> None:
    with pytest.raises(entrypoint.BadSetting, match=name):
        entrypoint.values({**SAMPLE, name: value})


def run_in(folder: Path, root: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the entry point as in the image: its template beside it."""
    for source in ("docker/portal/entrypoint.py", "config/ckan.ini.template"):
        (folder / Path(source).name).write_bytes((root / source).read_bytes())
    show = "import os; print(os.environ['TMPDIR'], os.environ['CKAN_INI'])"
    return subprocess.run(
        [sys.executable, folder / "entrypoint.py", sys.executable, "-c", show],
        env={"PATH": os.environ["PATH"], "PYTHONUTF8": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def places(tmp_path: Path) -> dict[str, str]:
    return {"CKAN_INI": str(tmp_path / "ckan.ini"), "STORAGE_PATH": str(tmp_path / "storage")}


def test_it_writes_the_file_for_its_owner_and_becomes_the_command(tmp_path: Path, root: Path) -> None:
    where = places(tmp_path)
    temporary = Path(where["STORAGE_PATH"], "tmp")
    for _ in range(2):
        done = run_in(tmp_path, root, {**SAMPLE, **where})
        assert done.returncode == 0, done.stderr
        assert done.stdout.split() == [str(temporary), where["CKAN_INI"]]
    assert Path(where["CKAN_INI"]).stat().st_mode & 0o777 == 0o600
    assert temporary.is_dir()
    assert (
        options(Path(where["CKAN_INI"]).read_text(encoding="utf-8"))["ckan.storage_path"]
        == where["STORAGE_PATH"]
    )


def test_it_ends_with_a_message_and_no_traceback(tmp_path: Path, root: Path) -> None:
    environment: dict[str, Any] = {**SAMPLE, **places(tmp_path), "SECRET_KEY": ""}
    done = run_in(tmp_path, root, environment)
    assert done.returncode == 64
    assert done.stderr == "Thiếu biến môi trường SECRET_KEY (xem docker/.env.example).\n"
    assert not (tmp_path / "ckan.ini").exists()
