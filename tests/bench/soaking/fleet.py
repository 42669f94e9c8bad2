"""The portal's background processes, which may be killed at any moment and are started anew."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from harvesting import portal
from measuring.children import BenchError

_COMMANDS = {
    "worker-1": ("jobs", "worker"),
    "worker-2": ("jobs", "worker"),
    "scheduler": ("hue", "scheduler"),
}
_POLL_SECONDS = 0.3
_QUIET_LOOKS = 3


class Fleet:
    """Two workers and a scheduler. `kills` counts by name."""

    def __init__(self) -> None:
        self.processes = {name: self._start(name) for name in _COMMANDS}
        self.kills = dict.fromkeys(_COMMANDS, 0)

    def kill(self, name: str) -> None:
        """SIGKILL a process with the job that it does; another one takes its place at once."""
        portal.kill(self.processes[name])
        self.kills[name] += 1
        self.processes[name] = self._start(name)

    def look(self) -> None:
        """Raise BenchError when a process ended by itself."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                raise BenchError(f"Tiến trình {name} tự dừng (mã {process.returncode}).")

    def stop(self) -> None:
        for process in self.processes.values():
            portal.stop(process)

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        return portal.start(name, *_COMMANDS[name])


@contextmanager
def fleet() -> Iterator[Fleet]:
    """Running processes, stopped at the end."""
    running = Fleet()
    try:
        yield running
    finally:
        running.stop()


def wait_until_idle(seconds: float) -> bool:
    """Wait until nothing is queued for some looks in a row; False when that does not come in time."""
    deadline, quiet = time.monotonic() + seconds, 0
    while quiet < _QUIET_LOOKS:
        if time.monotonic() > deadline:
            return False
        quiet = 0 if portal.queued() else quiet + 1
        time.sleep(_POLL_SECONDS)
    return True
