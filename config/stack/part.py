"""What a supervised program is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

ENVIRONMENT = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


@dataclass(frozen=True)
class Part:
    """One supervised program.

    is_ready: asks the program itself, not the supervisor.
    inputs: hash of what the program reads at its start; a running one with another hash is started anew.
    stop_as_group: whether the signal to stop goes to its children too.
    patience: seconds after which the signal to stop is sent a second time; 0 sends it once.
    """

    name: str
    title: str
    command: list[str]
    is_ready: Callable[[], bool]
    inputs: str
    environment: dict[str, str] = field(default_factory=lambda: ENVIRONMENT)
    ready_seconds: int = 60
    stop_signal: str = "TERM"
    stop_seconds: int = 30
    stop_as_group: bool = True
    patience: int = 0
