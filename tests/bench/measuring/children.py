"""Runs what is measured in processes of its own, with a time limit and a log each."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stack import paths, shell
from stack.errors import StackError
from stack.probe import get_json

HERE = Path(__file__).resolve().parent
LIMIT = 900  # seconds
DIES_WITH_US = ("setpriv", "--pdeathsig", "TERM")
_READY_SECONDS = 90
_STOP_SECONDS = 20


class BenchError(StackError):
    """A measurement cannot go on; the text says why, in Vietnamese."""


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of the measured processes; modules of the stack and of the benches are found in it."""
    return shell.environment({"PYTHONPATH": f"{paths.CONFIG}:{HERE.parent}", **(extra or {})})


def log(name: str) -> Path:
    return paths.LOG / f"bench-{name}.log"


def run(command: Sequence[str | Path], name: str, env: Mapping[str, str] | None = None) -> str:
    """Run a program to its end and return what it prints. Raises BenchError with the end of its log."""
    with log(name).open("ab") as errors:
        try:
            done = subprocess.run(
                [*DIES_WITH_US, *command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environment(env),
                timeout=LIMIT,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise BenchError(f"{name}: chưa xong sau {LIMIT} giây.") from error
    if done.returncode != 0:
        raise BenchError(f"{name}: thất bại (mã {done.returncode}). Cuối nhật ký:\n{shell.tail(log(name))}")
    return done.stdout.decode()


def call(
    python: Path,
    module: str,
    action: str,
    env: Mapping[str, str] | None = None,
    *,
    folder: Path = HERE,
    **arguments: Any,
) -> Any:
    """Run an action of one of the child modules, which are beside this file or in `folder`; its answer."""
    command = [python, folder / f"{module}.py", action, json.dumps(arguments)]
    return json.loads(run(command, module, env).splitlines()[-1])


@contextmanager
def server(
    command: Sequence[str | Path], ready: str, name: str, env: Mapping[str, str] | None = None
) -> Iterator[int]:
    """A program that serves JSON at the address `ready`, until the block ends. Gives its process id."""
    with log(name).open("ab") as output:
        process = subprocess.Popen(
            [*DIES_WITH_US, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment(env),
        )
        try:
            _wait(process, ready, name)
            yield process.pid
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], ready: str, name: str) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while True:
        try:
            get_json(ready, timeout=30)
        except (OSError, ValueError) as error:
            if process.poll() is not None or time.monotonic() > deadline:
                why = f"{name}: không trả lời ({error}). Cuối nhật ký:\n{shell.tail(log(name))}"
                raise BenchError(why) from error
            time.sleep(0.2)
        else:
            return
