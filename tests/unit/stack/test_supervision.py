from __future__ import annotations

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from supervisor.options import ServerOptions

from stack import orphans, paths, state, supervision
from stack.part import Part

COMMAND = ["/bin/echo", "hai từ", '"nháy"', "100%", "a\\b"]


@pytest.fixture
def configured(hue: Path) -> ServerOptions:
    """What supervisord itself reads from the configuration of one part."""
    state.put("ports", {"supervisor": 29001})
    part = Part(
        "thu", "Thử", COMMAND, lambda: True, "", environment={"CKAN_INI": f"{hue}/ckan.ini", "A": "50%"}
    )
    paths.SUPERVISOR_CONFIG.write_text(supervision.configuration([part]), encoding="utf-8")
    options = ServerOptions()
    options.realize(["-c", str(paths.SUPERVISOR_CONFIG)], doc="")
    return options


def test_commands_and_variables_arrive_letter_by_letter(configured: ServerOptions, hue: Path) -> None:
    (group,) = configured.process_group_configs
    (program,) = group.process_configs
    assert shlex.split(program.command) == COMMAND
    assert program.environment == {"CKAN_INI": f"{hue}/ckan.ini", "A": "50%"}
    assert program.stdout_logfile == str(hue / "log" / "thu.log")


def test_the_remote_control_listens_on_loopback_with_a_password(configured: ServerOptions) -> None:
    (server,) = configured.server_configs
    assert (server["host"], server["port"]) == ("127.0.0.1", 29001)
    assert len(server["password"]) >= 32


def test_a_supervisor_that_never_ran_is_not_running(hue: Path) -> None:
    assert supervision.is_running() is False
    assert supervision.states() == {}


@pytest.fixture
def orphan(hue: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program of this checkout that nobody supervises any more."""
    with subprocess.Popen(["sleep", "60"], env={**os.environ, **orphans.mark()}) as process:
        deadline = time.monotonic() + 5
        while not orphans.find() and time.monotonic() < deadline:
            time.sleep(0.01)
        yield process
        process.kill()


def test_orphans_are_found_by_their_mark_and_ended(orphan: subprocess.Popen[bytes]) -> None:
    assert orphans.find() == [orphan.pid]
    orphans.send(signal.SIGTERM)
    assert orphan.wait(timeout=5) != 0
    assert orphans.end() is False


def test_another_checkouts_programs_are_not_ours(
    orphan: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "ROOT", paths.ROOT / "khác")
    assert orphans.end() is False
    assert orphan.poll() is None
