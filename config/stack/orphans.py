"""Ends what a killed supervisord left running: those programs hold our ports and data."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from stack import paths
from stack.errors import StackError
from stack.steps import step

MARK = "HUE_STACK"
PATIENCE_SECONDS = 30


def mark() -> dict[str, str]:
    """Return the variable by which this checkout's processes are known."""
    return {MARK: str(paths.ROOT)}


def find() -> list[int]:
    """Return the ids of the processes that this checkout's supervisord started."""
    processes = (entry for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [int(process.name) for process in processes if is_ours(process)]


def is_ours(process: Path) -> bool:
    """Whether a process has our mark; Redis and nginx write their titles over it, but work in our folders.

    Another user's process, or one that has just ended, is not ours.
    """
    wanted = f"{MARK}={paths.ROOT}".encode()
    try:
        if wanted in (process / "environ").read_bytes().split(b"\0"):
            return True
        name, folder = (process / "comm").read_text(), (process / "cwd").readlink()
        return (name.startswith("redis-server") and folder == paths.REDIS) or (
            name == "nginx\n" and folder == paths.ROOT
        )
    except OSError:
        return False


def end() -> bool:
    """End them: first politely, after a while for good. Returns whether there were any."""
    if not find():
        return False
    with step("Kết thúc các tiến trình còn sót của lần chạy trước"):
        # INT makes PostgreSQL end without waiting for its clients; the others take it as well as TERM
        send(signal.SIGINT)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while find() and time.monotonic() < deadline:
            time.sleep(0.1)
        send(signal.SIGKILL)
        time.sleep(0.2)
        if left := find():
            raise StackError(f"Không kết thúc được các tiến trình {left}.")
    return True


def send(number: signal.Signals) -> None:
    """Send a signal to each of them."""
    for pid in find():
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
