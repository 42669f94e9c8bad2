"""The setup service: its order, when it indexes anew, and what it says when a step fails."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FINGERPRINT = re.compile("[0-9a-f]{64}")


@pytest.fixture
def prepare(
    script: Callable[[str], ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> ModuleType:
    """The module, with the folder of the image that it reads and a storage of its own."""
    module = script("prepare")
    (tmp_path / "solr-conf").mkdir()
    (tmp_path / "solr-conf" / "schema.xml").write_text("<schema/>", encoding="utf-8")
    monkeypatch.setattr(module, "HERE", tmp_path)
    monkeypatch.setattr(module, "INDEX_MARK", tmp_path / "search-core.sha256")
    return module


@pytest.fixture
def commands(prepare: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands that were run, instead of running them."""
    seen: list[str] = []

    def run(command: Sequence[Any], environment: Mapping[str, str], sql: str | None = None) -> None:
        told = [part for part in map(str, command) if not FINGERPRINT.fullmatch(part)]
        seen.append(" ".join(told) + (f" < {sql}" if sql else ""))

    monkeypatch.setattr(prepare, "run", run)
    monkeypatch.setattr(prepare, "output_of", lambda command, environment: "GRANT")
    return seen


def core_holds(prepare: ModuleType, monkeypatch: pytest.MonkeyPatch, documents: int) -> None:
    answer = {"response": {"numFound": documents}}
    monkeypatch.setattr(prepare, "ask_solr", lambda path, **parameters: answer)


REBUILD = ["ckan hue search rebuild --quiet --purpose"]


def test_a_new_core_is_indexed_once(
    prepare: ModuleType, commands: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    core_holds(prepare, monkeypatch, 0)
    prepare.prepare_index({})
    core_holds(prepare, monkeypatch, 43)
    prepare.prepare_index({})
    assert commands == REBUILD


def test_a_core_that_lost_its_documents_is_indexed_again(
    prepare: ModuleType, commands: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for documents in (43, 0):
        core_holds(prepare, monkeypatch, documents)
        prepare.prepare_index({})
    assert commands == REBUILD * 2


def test_another_configuration_is_indexed_again(
    prepare: ModuleType, commands: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    core_holds(prepare, monkeypatch, 43)
    prepare.prepare_index({})
    (tmp_path / "solr-conf" / "synonyms.txt").write_text("ubnd, uy ban", encoding="utf-8")
    prepare.prepare_index({})
    assert commands == REBUILD * 2


def test_an_interrupted_indexing_is_done_again(
    prepare: ModuleType, commands: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    core_holds(prepare, monkeypatch, 43)
    prepare.prepare_index({})
    core_holds(prepare, monkeypatch, 0)
    run = prepare.run

    def killed(*arguments: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(prepare, "run", killed)
    with pytest.raises(KeyboardInterrupt):
        prepare.prepare_index({})
    monkeypatch.setattr(prepare, "run", run)
    core_holds(prepare, monkeypatch, 20)
    prepare.prepare_index({})
    assert commands == REBUILD * 2


def test_databases_come_first_and_our_own_sql_last(
    prepare: ModuleType, commands: list[str], tmp_path: Path
) -> None:
    prepare.prepare_databases({})
    assert commands == [
        f"sh {tmp_path}/databases.sh",
        "ckan db upgrade",
        "psql -Xq --no-password --set=ON_ERROR_STOP=1 --dbname=datastore < GRANT",
        "psql -Xq --no-password --set=ON_ERROR_STOP=1 --dbname=datastore --set=writer=datastore_writer "
        f"--set=reader=datastore_reader --file={tmp_path}/datastore.sql",
    ]


def test_the_superusers_password_is_not_in_a_command_line(prepare: ModuleType) -> None:
    admin = prepare.administrator({"POSTGRES_PASSWORD": "bí mật", "POSTGRES_ADDRESS": "db:5433"})
    assert admin["PGPASSWORD"] == "bí mật"
    assert (admin["PGHOST"], admin["PGPORT"], admin["PGUSER"]) == ("db", "5433", "postgres")
    assert "bí mật" not in " ".join(prepare.psql("postgres"))


def test_a_missing_superusers_password_is_named(prepare: ModuleType) -> None:
    with pytest.raises(prepare.SetupError, match="POSTGRES_PASSWORD"):
        prepare.administrator({"POSTGRES_PASSWORD": ""})


def test_waiting_ends_with_the_servers_reason(prepare: ModuleType) -> None:
    with pytest.raises(prepare.SetupError, match=r"PostgreSQL chưa sẵn sàng sau -?0 giây: sai mật khẩu"):
        prepare.wait("PostgreSQL", lambda: "sai mật khẩu", seconds=-0.1)


def test_waiting_ends_when_the_server_is_there(prepare: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = ["chưa lên", "chưa lên", ""]
    pauses: list[float] = []
    monkeypatch.setattr(prepare.time, "sleep", pauses.append)
    prepare.wait("Solr", lambda: answers.pop(0))
    assert (answers, len(pauses)) == ([], 2)


def test_a_step_that_fails_is_named(prepare: ModuleType) -> None:
    with pytest.raises(prepare.SetupError, match=r"mã 3.*exit\(3\)"):
        prepare.run([sys.executable, "-c", "exit(3)"], {})
    with pytest.raises(prepare.SetupError, match=r"mã 4.*exit\(4\)"):
        prepare.output_of([sys.executable, "-c", "exit(4)"], {})


def test_a_failing_setup_ends_with_one_so_that_ckan_is_not_started(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, root / "docker" / "portal" / "prepare.py"],
        env={"PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == "Thiếu biến môi trường POSTGRES_PASSWORD (xem docker/.env.example).\n"
    assert done.stderr == ""
