"""The kinds of source that can be added, by the name used in commands and settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckanext.hue.harvesters import settings as setting_checks
from ckanext.hue.harvesters.base import Access, Source
from ckanext.hue.harvesters.ckan import CkanSource
from ckanext.hue.harvesters.dcat import DcatSource
from ckanext.hue.harvesters.errors import SettingsError
from ckanext.hue.harvesters.files import FilesSource
from ckanext.hue.harvesters.platform import PlatformSource
from ckanext.hue.harvesters.warehouse import WarehouseSource

_KINDS: tuple[type[Source], ...] = (PlatformSource, WarehouseSource, FilesSource, DcatSource, CkanSource)
KINDS: Mapping[str, type[Source]] = {kind.kind: kind for kind in _KINDS}


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
