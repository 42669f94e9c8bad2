from __future__ import annotations

from pathlib import Path

import pytest

from stack import python_env
from stack.errors import StackError


@pytest.fixture
def installed(hue: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The extras of each call of pip, in an environment of the test's own."""
    venv = hue / "venv"
    venv.mkdir()
    for name in ("setup.py", "pyproject.toml"):
        (hue.parent / name).write_text(name)
    (hue.parent / "requirements.lock").write_text("a==1")
    monkeypatch.setattr(python_env, "LOCK", hue.parent / "requirements.lock")
    monkeypatch.setattr(python_env, "STAMP", venv / ".installed")
    monkeypatch.setattr(python_env, "WRITING", venv / ".writing")
    calls: list[list[str]] = []
    monkeypatch.setattr(python_env, "pip_install", calls.append)
    return calls


def test_what_is_installed_is_not_installed_again(installed: list[list[str]]) -> None:
    python_env.ensure("stack")
    python_env.ensure("stack")
    assert installed == [["stack"]]


def test_a_new_extra_comes_on_top_and_stays(installed: list[list[str]]) -> None:
    python_env.ensure("stack")
    python_env.ensure("stack", "test")
    python_env.ensure("stack")
    assert installed == [["stack"], ["stack", "test"]]


def test_a_changed_lock_file_is_installed(installed: list[list[str]]) -> None:
    python_env.ensure("stack")
    python_env.LOCK.write_text("a==2")
    python_env.ensure("stack")
    assert installed == [["stack"], ["stack"]]


def test_an_environment_that_pip_left_half_written_is_remade(
    installed: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    remade: list[bool] = []
    monkeypatch.setattr(python_env, "remake", lambda: remade.append(True))
    python_env.WRITING.touch()
    python_env.ensure("stack")
    assert remade == [True]


def test_a_clean_failure_of_pip_is_tried_again_in_the_same_environment(
    hue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StackError("không tải được")

    monkeypatch.setattr(python_env, "WRITING", hue / ".writing")
    monkeypatch.setattr(python_env.shell, "run_logged", fail)
    with pytest.raises(StackError):
        python_env.pip_install(["stack"])
    assert not python_env.WRITING.exists()
