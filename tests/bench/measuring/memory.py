"""How much memory a process takes and took at most, from the kernel. Used inside measured processes."""

from __future__ import annotations

from pathlib import Path

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")
_RESET_PEAK = "5"


def restart() -> float:
    """Forget the peak so far; returns the MiB that the process takes now."""
    _CLEAR.write_text(_RESET_PEAK, encoding="ascii")
    return _read("VmRSS")


def peak() -> float:
    """The most MiB that the process took since `restart`."""
    return _read("VmHWM")


def _read(name: str) -> float:
    for line in _STATUS.read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise OSError(f"{_STATUS} tells no {name}")
