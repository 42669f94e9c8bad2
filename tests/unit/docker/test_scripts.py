"""The shell scripts that run inside the servers' containers."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from stack import portal

SCRIPTS = ("postgres/databases.sh", "redis/start.sh", "solr/core.sh")


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def fake(folder: Path, program: str) -> str:
    """A program that prints its arguments and input, first on the PATH that is returned."""
    folder.mkdir(exist_ok=True)
    place = folder / program
    place.write_text('#!/bin/sh\nprintf "argument %s\\n" "$@"\n[ -t 0 ] || cat\n', encoding="utf-8")
    place.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def test_no_script_is_left_out(root: Path) -> None:
    found = {str(path.relative_to(root / "docker")) for path in (root / "docker").rglob("*.sh")}
    assert found == set(SCRIPTS)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_parses_and_can_be_run(root: Path, name: str) -> None:
    place = root / "docker" / name
    assert run("sh", "-n", place).stderr == ""
    assert place.read_text(encoding="utf-8").startswith("#!/bin/sh\n")
    # the postgres image sources what cannot be run, and "set -u" would then stop its own script
    assert os.access(place, os.X_OK)


def passwords(**changed: str) -> dict[str, str]:
    names = ("POSTGRES_CKAN_PASSWORD", "POSTGRES_WRITER_PASSWORD", "POSTGRES_READER_PASSWORD")
    return {**dict.fromkeys(names, "bi-mat"), **changed}


def test_databases_get_their_passwords_past_the_command_line(root: Path, tmp_path: Path) -> None:
    path = fake(tmp_path / "bin", "psql")
    done = run("sh", root / "docker/postgres/databases.sh", **passwords(PATH=path))
    assert done.returncode == 0, done.stderr
    assert "bi-mat" not in done.stdout
    read = dict(re.findall(r"^\\getenv (\w+) (\w+)$", done.stdout, re.MULTILINE))
    assert set(read.values()) == set(passwords())
    assert set(re.findall(r"PASSWORD :'(\w+)'", done.stdout)) == set(read)
    assert "argument --set=ON_ERROR_STOP=1" in done.stdout


@pytest.mark.parametrize("name", passwords())
def test_databases_are_not_made_without_a_password(root: Path, tmp_path: Path, name: str) -> None:
    path = fake(tmp_path / "bin", "psql")
    done = run("sh", root / "docker/postgres/databases.sh", **passwords(PATH=path, **{name: ""}))
    assert done.returncode != 0
    assert name in done.stderr
    assert done.stdout == ""


def test_roles_and_databases_are_those_of_the_configuration(root: Path) -> None:
    text = (root / "docker/postgres/databases.sh").read_text(encoding="utf-8")
    for role in (portal.OWNER, portal.WRITER, portal.READER):
        assert f"ALTER ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD" in text
    assert f"('{portal.MAIN.database}', '{portal.OWNER}')" in text
    assert f"('{portal.MAIN.datastore}', '{portal.WRITER}')" in text
    for database in (portal.MAIN.database, portal.MAIN.datastore):
        assert f"REVOKE CONNECT ON DATABASE {database} FROM PUBLIC;" in text


def test_redis_gets_its_password_in_a_file_for_its_owner(root: Path, tmp_path: Path) -> None:
    config = tmp_path / "redis.conf"
    done = run(
        "sh",
        root / "docker/redis/start.sh",
        PATH=fake(tmp_path / "bin", "redis-server"),
        REDIS_PASSWORD="Mat.khau_1~2-3",
        PORTAL_REDIS_CONFIG=str(config),
    )
    assert done.stdout == f"argument {config}\n"
    assert config.stat().st_mode & 0o777 == 0o600
    assert config.read_text(encoding="utf-8").splitlines() == [
        "requirepass Mat.khau_1~2-3",
        "appendonly yes",
        "maxmemory-policy noeviction",
    ]


@pytest.mark.parametrize("password", ["", "a b", 'a"b', "a\nmaxmemory 1", "mật"])
def test_redis_does_not_start_with_a_password_that_its_file_cannot_hold(
    root: Path, tmp_path: Path, password: str
) -> None:
    config = tmp_path / "redis.conf"
    done = run(
        "sh",
        root / "docker/redis/start.sh",
        PATH=fake(tmp_path / "bin", "redis-server"),
        REDIS_PASSWORD=password,
        PORTAL_REDIS_CONFIG=str(config),
    )
    assert done.returncode != 0
    assert "REDIS_PASSWORD" in done.stderr
    assert done.stdout == ""
    assert not config.exists()


@pytest.mark.skipif(shutil.which("bash") is None, reason="the solr image sources scripts with bash")
def test_the_search_core_gets_the_images_configuration_at_each_start(root: Path, tmp_path: Path) -> None:
    conf, home = tmp_path / "conf", tmp_path / "home"
    shutil.copytree(root / "config" / "solr" / "conf", conf)
    (conf / "old.txt").write_text("cũ", encoding="utf-8")
    source = 'set -e; . "$1"; echo "$-"'

    def start() -> subprocess.CompletedProcess[str]:
        where = {"SOLR_HOME": str(home), "PORTAL_SOLR_CONF": str(conf)}
        return run("bash", "-c", source, "-", root / "docker/solr/core.sh", **where)

    first = start()
    assert first.returncode == 0, first.stderr
    assert "u" not in first.stdout, "the image's own script must not get set -u"
    index = home / "ckan" / "data" / "index"
    index.mkdir(parents=True)
    (home / "ckan" / "core.properties").write_text("name=ckan\nloadOnStartup=true\n", encoding="utf-8")
    (conf / "old.txt").unlink()
    (conf / "synonyms.txt").write_text("moi, new\n", encoding="utf-8")

    assert start().returncode == 0
    core = home / "ckan"
    assert {path.name: path.read_bytes() for path in (core / "conf").iterdir()} == {
        path.name: path.read_bytes() for path in conf.iterdir()
    }
    assert index.is_dir()
    assert "loadOnStartup" in (core / "core.properties").read_text(encoding="utf-8")
    assert {path.name for path in core.iterdir()} == {"conf", "core.properties", "data"}


def test_the_search_core_has_the_name_of_the_configuration(root: Path, tmp_path: Path) -> None:
    conf = root / "config" / "solr" / "conf"
    done = run("sh", root / "docker/solr/core.sh", SOLR_HOME=str(tmp_path), PORTAL_SOLR_CONF=str(conf))
    assert done.returncode == 0, done.stderr
    text = (tmp_path / portal.MAIN.core / "core.properties").read_text(encoding="utf-8")
    assert text == f"name={portal.MAIN.core}\n"
