"""Fills .hue/venv with the locked packages and this project."""

from __future__ import annotations

import os
import subprocess
import sys

from stack import files, paths, shell
from stack.errors import StackError
from stack.steps import say, step

LOCK = paths.ROOT / "requirements.lock"
STAMP = paths.VENV / ".installed"
# Stands while pip writes: if it is there at the start, pip was killed and left packages half written.
WRITING = paths.VENV / ".writing"


def ensure(*extras: str) -> None:
    """Install the project with `extras`, unless just that is installed already."""
    wanted = files.fingerprint(LOCK, paths.ROOT / "setup.py", paths.ROOT / "pyproject.toml", str(paths.ROOT))
    installed = files.read_json(STAMP)
    known = set(installed.get("extras", [])) if installed.get("inputs") == wanted else set()
    if known.issuperset(extras):
        return
    if WRITING.exists():
        remake()
    with step("Cài các gói Python"):
        pip_install(sorted(known.union(extras)))
    files.write_json(STAMP, {"inputs": wanted, "extras": sorted(known.union(extras))})


def pip_install(extras: list[str]) -> None:
    """Let pip install the project itself, editable, with every version held by the lock file."""
    WRITING.touch()
    project = f"{paths.ROOT}[{','.join(extras)}]"
    pip = [paths.PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-q"]
    try:
        shell.run_logged([*pip, "-c", LOCK, "-e", project], "pip", "Cài các gói Python")
    except StackError:
        WRITING.unlink()
        raise
    WRITING.unlink()


def remake() -> None:
    """Start again with an empty environment, and this command with it."""
    say("  Lần cài trước bị ngắt giữa chừng: làm lại môi trường Python.")
    base = os.path.realpath(sys.executable)
    subprocess.run([base, "-m", "venv", "--clear", paths.VENV], check=True, env=shell.environment())
    (paths.VENV / ".made").touch()
    os.execv(paths.PYTHON, [str(paths.PYTHON), "-P", "-m", "stack", *sys.argv[1:]])  # noqa: S606
