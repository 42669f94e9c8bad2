"""Who may read which tables' files, asked of CKAN's own authorization in as few statements as it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context


@dataclass(frozen=True, slots=True)
class Readable:
    """A resource that the one who asks may read. public: whether anyone may."""

    resource_id: str
    title: str
    public: bool


def resource(resource_id: str) -> Readable | None:
    """The resource, if there is one and the reader may know of it; by its id alone, never by its name."""
    # Held here, so that CKAN's authorization finds both in the session and asks the database no more.
    found = model.Session.get(model.Resource, resource_id)
    package = model.Session.get(model.Package, found.package_id) if found else None
    if found is None or package is None or found.state != model.State.ACTIVE:
        return None
    try:
        tk.check_access("resource_show", _context(), {"id": resource_id})
    except tk.NotAuthorized:
        return None
    return Readable(found.id, found.name or package.title or found.id, _is_anyone())


def dataset(dataset_id: str) -> tuple[dict[str, Any], bool] | None:
    """A dataset as `package_show` gives it, and whether anyone may read it; None for no reader of it."""
    try:
        found = tk.get_action("package_show")(_context(), {"id": dataset_id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return None
    return found, _is_anyone()


def _context() -> Context:
    return Context(user=tk.current_user.name, auth_user_obj=tk.current_user)  # pyright: ignore


def _is_anyone() -> bool:
    """What somebody without an account may read, everyone may."""
    return bool(tk.current_user.is_anonymous)
