"""What `./hue` remembers from one run to the next, and the lock that keeps two runs apart."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from stack import files, paths
from stack.steps import say


def get(key: str, default: Any = None) -> Any:
    """Read one remembered value."""
    return files.read_json(paths.STATE).get(key, default)


def put(key: str, value: Any) -> None:
    """Remember one value."""
    files.write_json(paths.STATE, {**files.read_json(paths.STATE), key: value})


def is_done(name: str, fingerprint: str) -> bool:
    """Whether the piece of work `name` was finished for just these inputs."""
    return get("done", {}).get(name) == fingerprint


def mark_done(name: str, fingerprint: str) -> None:
    """Remember that the piece of work `name` is finished for these inputs."""
    put("done", {**get("done", {}), name: fingerprint})


def forget_all_but(*keys: str, done: Iterable[str]) -> None:
    """Forget everything, except these keys and these pieces of finished work."""
    kept = {key: get(key) for key in keys if get(key) is not None}
    finished = {name: value for name, value in get("done", {}).items() if name in done}
    files.write_json(paths.STATE, {**kept, "done": finished})


@contextmanager
def exclusive(name: str = "lock", whose: str = "một lệnh ./hue khác") -> Iterator[None]:
    """Hold one of this checkout's locks: commands that change the stack run one after the other."""
    paths.HUE.mkdir(exist_ok=True)
    with (paths.HUE / name).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            say(f"Đang chờ {whose} kết thúc (tiến trình {lock.read().strip() or 'không rõ'})…")
            fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        lock.truncate()
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield
