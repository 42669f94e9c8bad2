"""Runs programs with an environment that nothing in the terminal can bend."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from stack import paths
from stack.errors import StackError

# Settings of PostgreSQL's clients, Python, Flask and CKAN in the terminal would point our parts elsewhere.
FOREIGN = (
    "PG",
    "PYTHON",
    "CKAN_",
    "FLASK_",
    "WERKZEUG_",
    "GUNICORN_",
    "VIRTUAL_ENV",
    "HUE_",
    "LC_",
    "LANGUAGE",
)
TAIL_LINES = 40


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for our programs: the terminal's without foreign settings, in UTF-8."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    kept.setdefault("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    kept.setdefault("HOME", str(paths.HUE))
    return {
        **kept,
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "PYTHONUTF8": "1",
        "PYTHONPATH": str(paths.CONFIG),
        **(extra or {}),
    }


def tail(path: Path, lines: int = TAIL_LINES) -> str:
    """Return the last lines of a log; an absent log is empty."""
    if not path.exists():
        return ""
    return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def run_logged(
    command: Sequence[str | Path], log: str, what: str, env: Mapping[str, str] | None = None
) -> None:
    """Run a program with its output in .hue/log/<log>.log.

    Raises StackError with the end of that log when the program fails; `what` names the work in the message.
    """
    path = paths.LOG / f"{log}.log"
    with path.open("wb") as output:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment(env),
            cwd=paths.ROOT,
        )
    if done.returncode != 0:
        raise StackError(f"{what}: thất bại (mã {done.returncode}). Cuối nhật ký {path}:\n{tail(path)}")


def foreground(
    command: Sequence[str], env: Mapping[str, str] | None = None, folder: Path | None = None
) -> int:
    """Run a program at this terminal and return its exit code.

    Ctrl-C reaches the program itself, which may take its time to end; only then is KeyboardInterrupt raised.
    """
    with subprocess.Popen(command, env=environment(env), cwd=folder) as process:
        try:
            code = process.wait()
        except KeyboardInterrupt:
            process.wait()
            raise
    return code if code >= 0 else 128 - code


def become(command: list[str], env: Mapping[str, str] | None = None) -> NoReturn:
    """Let a program take this one's place: it gets the terminal and every signal, its exit code is ours."""
    sys.stdout.flush()
    os.execvpe(command[0], command, environment(env))  # noqa: S606


def output_of(
    command: Sequence[str | Path], what: str, stdin: str = "", env: Mapping[str, str] | None = None
) -> str:
    """Run a program and return what it prints. Raises StackError with its error output when it fails.

    The program has no terminal: one that asks for a password reads it from `stdin`.
    """
    done = subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment(env),
        cwd=paths.ROOT,
        start_new_session=True,
    )
    if done.returncode != 0:
        raise StackError(f"{what}: thất bại (mã {done.returncode}).\n{done.stderr.strip()[-4000:]}")
    return done.stdout
