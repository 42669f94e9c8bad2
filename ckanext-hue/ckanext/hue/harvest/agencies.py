"""Agencies and fields that datasets belong to, made from the codes of a source when they are missing."""

from __future__ import annotations

import uuid
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context

from ckanext.hue.schemas import concept
from ckanext.hue.slug import slugify_vi

from .sources import NAMESPACE

UNKNOWN_FIELD = "khac"


class Registry:
    """Resolves codes to organizations and groups, each looked up once a job."""

    def __init__(self, user: str) -> None:
        self.user = user
        self._known: dict[tuple[str, str], str] = {}

    def organization(self, code: str, name: str) -> str:
        """The id of the agency with this code, created with `name` when the portal has none."""
        agency = concept("agencies", code)
        return self._resolve(
            "organization",
            slugify_vi(code or name),
            {
                "title": agency.label("vi") if agency else (name or code),
                "title_en": agency.label("en") if agency else "",
                "agency_code": agency.get("agency_code", "") if agency else "",
                "level": agency.get("level", "") if agency else "",
                "kind": agency.get("kind", "") if agency else "",
            },
        )

    def field(self, code: str) -> str | None:
        """The name of the group for this field; None when the source names none."""
        if not code:
            return None
        field = concept("fields", code)
        name = slugify_vi(code)
        self._resolve(
            "group",
            name,
            {
                "title": field.label("vi") if field else code,
                "title_en": field.label("en") if field else "",
                "description": field.get("description", "") if field else "",
                "eu_theme": field.get("eu_theme", "") if field else "",
            },
        )
        return name

    def _resolve(self, kind: str, name: str, values: dict[str, Any]) -> str:
        if (kind, name) not in self._known:
            existing = model.Group.get(name)
            self._known[kind, name] = existing.id if existing else self._create(kind, name, values)
        return self._known[kind, name]

    def _create(self, kind: str, name: str, values: dict[str, Any]) -> str:
        context = Context(user=self.user, ignore_auth=True)
        identity = {"id": str(uuid.uuid5(NAMESPACE, f"{kind}/{name}")), "name": name}
        created = tk.get_action(f"{kind}_create")(context, {**identity, **values})
        return created["id"]
