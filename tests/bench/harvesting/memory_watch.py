"""The most memory that a worker's job adds, seen from outside: the job runs in a child of the worker."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .portal import child_processes

_EVERY_SECONDS = 0.01


class Growth:
    """MiB that the jobs of some workers took beyond what they began with; the largest of all jobs."""

    def __init__(self) -> None:
        self.first: dict[int, float] = {}
        self.most: dict[int, float] = {}

    @property
    def mebibytes(self) -> float:
        return max((self.most[pid] - self.first[pid] for pid in self.first), default=0.0)

    def look(self, workers: Sequence[int]) -> None:
        for worker in workers:
            for pid in child_processes(worker):
                # The kernel keeps the peak, so only what a job takes in its last hundredth is missed.
                if found := _of(pid):
                    now, peak = found
                    self.first.setdefault(pid, now)
                    self.most[pid] = peak


@contextmanager
def watched(workers: Sequence[int]) -> Iterator[Growth]:
    """Watch the jobs of these workers during the block."""
    growth, over = Growth(), threading.Event()

    def watch() -> None:
        while not over.wait(_EVERY_SECONDS):
            growth.look(workers)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield growth
    finally:
        over.set()
        thread.join()


def _of(pid: int) -> tuple[float, float] | None:
    """What a process takes and took at most; None when it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    found = dict(line.split(":", 1) for line in lines if line.startswith(("VmRSS", "VmHWM")))
    if len(found) < 2:
        return None  # it is a zombie already
    return tuple(int(found[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))  # pyright: ignore[reportReturnType]
