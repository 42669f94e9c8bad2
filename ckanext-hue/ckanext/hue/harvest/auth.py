"""Who may see and steer harvests: system administrators all of them, an agency's administrators its own.

CKAN lets system administrators pass without asking here. Whoever may not see a source learns nothing of it,
not even that there is none.
"""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import authz, model
from ckan.types import AuthResult, Context, DataDict

from . import jobs, sources
from .errors import UnknownSource


def administers(user: str | None, organization_id: str | None) -> bool:
    """Whether this person is an administrator of the agency with this id (never: with this name)."""
    organization = model.Group.get(organization_id) if organization_id else None
    return (
        organization is not None
        and organization.id == organization_id
        and organization.is_organization
        and organization.state == model.State.ACTIVE
        and authz.has_user_permission_for_group_or_org(organization.id, user, "admin")
    )


def hue_source_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Administrators of an agency; of `organization` (id or name) when one is asked for."""
    user = context.get("user")
    if asked := data_dict.get("organization"):
        found = model.Group.get(str(asked))
        return _answer(administers(user, found.id if found else None))
    return _answer(authz.has_user_permission_for_some_org(user, "admin"))


def _of_source(context: Context, data_dict: DataDict) -> AuthResult:
    """Administrators of the agency that the source belongs to."""
    try:
        source = sources.get(str(data_dict.get("name")))
    except UnknownSource:
        return _answer(False)
    return _answer(administers(context.get("user"), source.owner_org))


def _of_job(context: Context, data_dict: DataDict) -> AuthResult:
    """Administrators of the agency that the job's source belongs to."""
    source_id = jobs.source_of(str(data_dict.get("id")))
    if source_id is None:
        return _answer(False)
    try:
        source = sources.get_by_id(source_id)
    except UnknownSource:
        return _answer(False)
    return _answer(administers(context.get("user"), source.owner_org))


def _sysadmins(context: Context, data_dict: DataDict) -> AuthResult:
    """Nobody else: an address, a token or a permission decides where the portal connects to."""
    return _answer(False)


def _answer(allowed: bool) -> AuthResult:
    if allowed:
        return {"success": True}
    return {"success": False, "msg": tk._("Only administrators may see and steer the harvesting of data.")}


hue_source_create = hue_source_update = hue_source_delete = _sysadmins
hue_source_show = hue_source_check = hue_source_pause = hue_source_resume = _of_source
hue_harvest_run = hue_harvest_list = _of_source
hue_harvest_show = hue_harvest_report = hue_harvest_quarantine = _of_job
hue_harvest_cancel = hue_harvest_retry = hue_harvest_approve = hue_harvest_reject = _of_job


def hue_source_kinds(context: Context, data_dict: DataDict) -> AuthResult:
    """Administrators of any agency."""
    return hue_source_list(context, {})
