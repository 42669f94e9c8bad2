"""Who may see quality: it is told of public datasets alone, so whoever may see those."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import authz
from ckan.types import AuthResult, Context, DataDict


@tk.auth_allow_anonymous_access
def hue_quality_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever may see the dataset."""
    return authz.is_authorized("package_show", context, {"id": data_dict["id"]})


@tk.auth_allow_anonymous_access
def hue_quality_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody."""
    return {"success": True}
