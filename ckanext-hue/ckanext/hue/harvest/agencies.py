"""Agencies and fields that datasets belong to, made from the codes of a source when they are missing."""

from __future__ import annotations

import uuid
from typing import Any, NamedTuple

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context
from sqlalchemy.exc import IntegrityError

from ckanext.hue.schemas import Concept, concept
from ckanext.hue.slug import slugify_vi

from .errors import AgencyUnavailable, refusal
from .sources import NAMESPACE, HarvestSource, is_made_from_a_name

MAX_TITLE = 300
MAX_AGENCIES = 2_000  # that one catalogue of others may bring along
MAX_CLAIMED = 150  # of which the name that another catalogue gives; the rest says whose name it is
ORG = "organization"


class Place(NamedTuple):
    """An organization or a group."""

    id: str
    name: str


class Registry:
    """Resolves codes to organizations and groups, each looked up once a job. Raises AgencyUnavailable."""

    def __init__(self, user: str) -> None:
        self.user = user
        self._known: dict[tuple[str, str], Place] = {}
        self._titles: dict[str, str] = {}

    def organization(self, code: str, name: str) -> str:
        """The id of the agency with this code, created with `name` when the portal has none."""
        agency = concept("agencies", code)
        details = {key: _of(agency, key) for key in ("agency_code", "level", "kind")}
        return self._resolve(ORG, code or name, _titles(agency, name or code) | details).id

    def organization_of(self, source: HarvestSource, code: str, name: str) -> str:
        """The id of an organization for an agency of another catalogue, created when the portal has none.

        Whatever it calls itself, it is none of the portal's own agencies, save the one that the source
        belongs to: nobody publishes here in another one's name.
        """
        owner = model.Group.get(source.owner_org) if source.owner_org else None
        if owner and owner.state == "active" and code and (owner.name == code or owner.id == _id(ORG, code)):
            return owner.id
        if not code and not name:
            return self.organization("", source.title)
        values = _titles(None, f"{(name or code)[:MAX_CLAIMED]} ({source.title})")
        own_code = f"{source.name}/{code or name}"
        if self._is_new(own_code, values) and _agencies_of(source) >= MAX_AGENCIES:
            raise AgencyUnavailable(
                values["title"], f"nguồn này đã mang tới {MAX_AGENCIES} cơ quan, là số nhiều nhất được nhận"
            )
        return self._resolve(ORG, own_code, values).id

    def field(self, code: str) -> str | None:
        """The name of the group for this field; None when the source names none."""
        if not code:
            return None
        field = concept("fields", code)
        details = {key: _of(field, key) for key in ("description", "eu_theme")}
        return self._resolve("group", code, _titles(field, code) | details).name

    def title(self, organization_id: str) -> str:
        """What an organization is called; looked up once a job."""
        if organization_id not in self._titles:
            found = model.Session.get(model.Group, organization_id)
            self._titles[organization_id] = found.title or "" if found else ""
        return self._titles[organization_id]

    def _is_new(self, code: str, values: dict[str, Any]) -> bool:
        return (ORG, code) not in self._known and self._found(ORG, code, values) is None

    def _resolve(self, kind: str, code: str, values: dict[str, Any]) -> Place:
        if (kind, code) not in self._known:
            self._known[kind, code] = self._found(kind, code, values) or self._created(kind, code, values)
        return self._known[kind, code]

    def _found(self, kind: str, code: str, values: dict[str, Any]) -> Place | None:
        """By the id made from the code, else one that people made under this very name."""
        found = model.Session.get(model.Group, _id(kind, code))
        if found is None and slugify_vi(code) == code:
            named = model.Session.query(model.Group).filter_by(name=code, type=kind).first()
            # One that a harvest made from another code only happens to have this name.
            found = None if named is None or is_made_from_a_name(named.id) else named
        if found is not None and found.state != "active":
            raise AgencyUnavailable(values["title"], "mục này đã bị xóa; hãy khôi phục hoặc đổi mã ở nguồn")
        return Place(found.id, found.name) if found else None

    def _created(self, kind: str, code: str, values: dict[str, Any]) -> Place:
        name = slugify_vi(code)
        if model.Session.query(model.Group).filter_by(name=name).first() is not None:
            name = f"{slugify_vi(code, max_length=90)}-{_id(kind, code)[:8]}"
        try:
            tk.get_action(f"{kind}_create")(
                Context(user=self.user, ignore_auth=True),
                {"id": _id(kind, code), "name": name, **values},
            )
        except (tk.ValidationError, IntegrityError) as error:
            model.Session.rollback()
            if made_meanwhile := self._found(kind, code, values):  # by another worker
                return made_meanwhile
            reason = refusal(error) if isinstance(error, tk.ValidationError) else type(error).__name__
            raise AgencyUnavailable(values["title"], reason) from error
        return Place(_id(kind, code), name)


def _agencies_of(source: HarvestSource) -> int:
    """How many organizations have names as those have that come from this source."""
    return (
        model.Session.query(model.Group)
        .filter(model.Group.is_organization, model.Group.name.startswith(f"{source.name}-", autoescape=True))
        .count()
    )


def _id(kind: str, code: str) -> str:
    return str(uuid.uuid5(NAMESPACE, f"{kind}/{code}"))


def _titles(known: Concept | None, otherwise: str) -> dict[str, str]:
    return {
        "title": known.label("vi") if known else otherwise[:MAX_TITLE],
        "title_en": known.label("en") if known else "",
    }


def _of(known: Concept | None, key: str) -> str:
    return known.get(key, "") if known else ""
