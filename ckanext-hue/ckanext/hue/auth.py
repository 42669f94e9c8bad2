"""Who may do what, where CKAN's own answer is too generous or there is none."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import authz, model
from ckan.types import AuthResult, Context, DataDict


def member_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Signed-in people only: the list names staff, and datasets that are private."""
    return {"success": model.User.get(context.get("user")) is not None}


@tk.auth_allow_anonymous_access
def hue_table_aggregate(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever may read the rows."""
    return authz.is_authorized("datastore_search", context, data_dict)


@tk.auth_allow_anonymous_access
def hue_table_profile(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever may read the rows."""
    return authz.is_authorized("datastore_search", context, data_dict)
