"""Who may do what, where CKAN's own answer is too generous or there is none."""

from __future__ import annotations

from collections.abc import Callable

import ckan.plugins.toolkit as tk
from ckan import authz, model
from ckan.types import AuthFunction, AuthResult, Context, DataDict

from .harvest import auth as harvests
from .quality import auth as quality
from .reports import auth as reports


def member_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Signed-in people only: the list names staff, and datasets that are private."""
    return {"success": model.User.get(context.get("user")) is not None}


@tk.chained_auth_function
def member_create(next_auth: AuthFunction, context: Context, data_dict: DataDict | None) -> AuthResult:
    """A dataset's fields are chosen by whoever may change the dataset; CKAN asks for members of the field."""
    values = data_dict or {}
    answer = next_auth(context, values)
    if answer.get("success") or values.get("object_type") != "package":
        return answer
    group, dataset = model.Group.get(values.get("id")), model.Package.get(values.get("object"))
    if group is None or group.is_organization or dataset is None:
        return answer
    return authz.is_authorized("package_update", tk.fresh_context(context), {"id": dataset.id})


@tk.auth_allow_anonymous_access
def hue_table_files(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever may read the resource."""
    return authz.is_authorized("resource_show", context, {"id": data_dict["resource_id"]})


def hue_upload_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who may change the resource."""
    tk.check_access("resource_update", context, {"id": tk.get_or_bust(data_dict, "resource_id")})
    return {"success": True}


# Rows and columns that were taken back stay in the history: it is for the same people.
hue_upload_reload = hue_table_changes = hue_upload_show


@tk.auth_allow_anonymous_access
def hue_table_aggregate(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever may read the rows."""
    return authz.is_authorized("datastore_search", context, data_dict)


@tk.auth_allow_anonymous_access
def hue_table_profile(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever may read the rows."""
    return authz.is_authorized("datastore_search", context, data_dict)


hue_table_versions = hue_table_profile


@tk.auth_allow_anonymous_access
def hue_unit_search(context: Context, data_dict: DataDict) -> AuthResult:
    """Everyone: the units are public."""
    return {"success": True}


# Everyone, too: only what is public is suggested.
hue_search_suggest = hue_unit_search


AUTH_FUNCTIONS: dict[str, Callable[..., AuthResult]] = {
    "member_create": member_create,
    "member_list": member_list,
    **{
        name: function
        for functions in (globals(), vars(harvests), vars(quality), vars(reports))
        for name, function in functions.items()
        if name.startswith("hue_")
    },
}
