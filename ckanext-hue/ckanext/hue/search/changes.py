"""What changes a dataset's document without a change of the dataset."""

from __future__ import annotations

from typing import Any

import ckan.logic as logic
from ckan import model
from ckan.types import Context


def dictionary_saved(_action: str, *, data_dict: dict[str, Any], **_signal: Any) -> None:
    """Index the dataset of a table whose data dictionary was edited: its labels are searched."""
    if not any(isinstance(one, dict) and one.get("info") for one in data_dict.get("fields") or ()):
        return
    resource = model.Resource.get(str(data_dict.get("resource_id")))
    if resource is not None and resource.package_id and resource.state == model.State.ACTIVE:
        logic.index_update_package(Context(ignore_auth=True), resource.package_id)
