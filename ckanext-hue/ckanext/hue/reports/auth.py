"""Who may report errors, and who may read and answer reports."""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan import authz
from ckan.types import AuthResult, Context, DataDict

from . import records


@tk.auth_allow_anonymous_access
def hue_report_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever may see the dataset."""
    return authz.is_authorized("package_show", context, {"id": data_dict["id"]})


def hue_report_list(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who may change the dataset: reports hold what readers wrote, and their addresses."""
    return authz.is_authorized("package_update", context, {"id": data_dict["id"]})


def hue_report_update(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who may change the dataset that the report (`id`) is about."""
    report = records.get(data_dict["id"])
    if report is None:
        return {"success": False}
    return authz.is_authorized("package_update", context, {"id": report.dataset_id})
