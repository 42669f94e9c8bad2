"""A sandbox platform: a server that speaks the contract of docs/platform-api.yaml, with faults on demand."""

from __future__ import annotations

from .catalogue import BadSettings
from .server import Settings, make_sandbox, start_sandbox

__all__ = ["BadSettings", "Settings", "make_sandbox", "start_sandbox"]
