"""People of an agency who describe data."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
import pytest

OPEN = "http://publications.europa.eu/resource/authority/access-right/PUBLIC"
PASSWORD = "mat-khau-thu-1"


@dataclass(frozen=True)
class Editor:
    """An editor and the agency that this person works for."""

    name: str
    agency: str

    def act(self, action: str, /, **values: Any) -> Any:
        return tk.get_action(action)({"user": self.name, "ignore_auth": False}, values)

    def create(self, **values: Any) -> dict[str, Any]:
        """A public, open dataset that lacks nothing but what the values say."""
        given = {
            "title": f"Bộ dữ liệu thử {uuid.uuid4().hex[:8]}",
            "notes": "Bộ dữ liệu để thử.",
            "owner_org": self.agency,
            "no_personal_data": True,
            "license_id": "cc-by-4.0",
            "access_rights": OPEN,
        }
        return self.act("package_create", **{**given, **values})

    def refused(self, **values: Any) -> dict[str, Any]:
        """The errors of a dataset that is not taken."""
        with pytest.raises(tk.ValidationError) as refusal:
            self.create(**values)
        return refusal.value.error_dict


def site_act(action: str, /, **values: Any) -> Any:
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return tk.get_action(action)({"ignore_auth": True, "user": user}, values)


@pytest.fixture
def site() -> Callable[..., Any]:
    """Act as the portal itself."""
    return site_act


@pytest.fixture
def make_agency() -> Callable[..., dict[str, Any]]:
    def make(**values: Any) -> dict[str, Any]:
        given = {"name": f"so-{uuid.uuid4().hex[:10]}", "title": "Sở Thử nghiệm"}
        return site_act("organization_create", **{**given, **values})

    return make


@pytest.fixture
def editor(make_agency: Callable[..., dict[str, Any]]) -> Editor:
    mark = uuid.uuid4().hex[:10]
    name = f"bien-tap-{mark}"
    site_act("user_create", name=name, email=f"{mark}@example.vn", password=PASSWORD)
    agency = make_agency(email="so@example.gov.vn", phone="0234 3123 456")
    site_act("organization_member_create", id=agency["id"], username=name, role="editor")
    return Editor(name, agency["id"])
