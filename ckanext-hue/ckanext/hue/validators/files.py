"""Properties of a resource's file."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context, FlattenDataDict, FlattenErrorDict, FlattenKey

MAX_BYTES = 2**63 - 1  # what PostgreSQL's bigint holds


def hue_byte_size(value: Any) -> int | None:
    """A file's size in bytes."""
    if value in (None, ""):
        return None
    try:
        size = int(value)
    except (TypeError, ValueError, OverflowError):
        size = -1
    if not 0 <= size <= MAX_BYTES:
        raise tk.Invalid(tk._("The size is a whole number of bytes"))
    return size


def hue_file_property(
    key: FlattenKey, data: FlattenDataDict, errors: FlattenErrorDict, context: Context
) -> None:
    """A property that forms do not show: missing, it stays while the resource's file stays, else it goes."""
    if data[key] is not tk.missing:
        return
    resource = _stored_resource(key, data, context)
    name = key[-1]
    is_column = hasattr(model.Resource, name)
    if resource and _same_file(resource, key, data):
        data[key] = getattr(resource, name) if is_column else resource.extras.get(name, tk.missing)
    elif is_column:
        # CKAN keeps what stands in a column when the key is missing.
        data[key] = None
    if data[key] is tk.missing or data[key] is None:
        if not is_column:
            del data[key]
        raise tk.StopOnError


def _stored_resource(key: FlattenKey, data: FlattenDataDict, context: Context) -> model.Resource | None:
    resource_id = data.get((*key[:-1], "id"))
    package = context.get("package")
    if not package or not isinstance(resource_id, str):
        return None
    return next((resource for resource in package.resources if resource.id == resource_id), None)


def _same_file(resource: model.Resource, key: FlattenKey, data: FlattenDataDict) -> bool:
    # CKAN's uploader sets a datetime when it takes a new file; callers of the API send text.
    if isinstance(data.get((*key[:-1], "last_modified")), datetime):
        return False
    url = data.get((*key[:-1], "url"))
    if resource.url_type == "upload" and isinstance(url, str):
        url = url.rpartition("/")[2]
    return url == resource.url
