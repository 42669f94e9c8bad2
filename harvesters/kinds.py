"""The kinds of source that can be added, by the name used in commands and settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import settings as setting_checks
from .base import Access, Source
from .errors import SettingsError
from .files import FilesSource
from .platform import PlatformSource

KINDS: Mapping[str, type[Source]] = {kind.kind: kind for kind in (PlatformSource, FilesSource)}


def open_source(
    kind: str,
    url: str,
    *,
    token: str = "",
    allow_private_host: bool = False,
    settings: Mapping[str, Any] | None = None,
) -> Source:
    """Make the source of this kind, without any request. Raises SettingsError."""
    if kind not in KINDS:
        known = ", ".join(KINDS)
        raise SettingsError(reason=f"loại nguồn «{kind}» chưa được hỗ trợ (các loại hiện có: {known}).")
    checked = setting_checks.checked(KINDS[kind].settings, settings or {})
    return KINDS[kind](Access(url, token, allow_private_host, checked))
