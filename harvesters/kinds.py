"""The kinds of source that can be added, by the name used in commands and settings."""

from __future__ import annotations

from typing import Any

from .base import Source
from .errors import SettingsError
from .http import Client
from .platform import PlatformSource

KINDS = ("platform",)


def open_source(kind: str, url: str, *, token: str = "", allow_private_host: bool = False) -> Source:
    """Make the source of this kind, without any request. Raises SettingsError."""
    if kind not in KINDS:
        known = ", ".join(KINDS)
        raise SettingsError(reason=f"loại nguồn «{kind}» chưa được hỗ trợ (các loại hiện có: {known}).")
    settings: dict[str, Any] = {"token": token, "allow_private_host": allow_private_host}
    return PlatformSource(Client(url, **settings))
