"""What programs ask about the files of a table."""

from __future__ import annotations

from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan.logic import validate
from ckan.types import Context, DataDict, Schema

from ckanext.hue import config

from .listing import of_tables


def _schema() -> Schema:
    get = tk.get_validator
    return cast(
        Schema,
        {
            "resource_id": [get("not_missing"), get("not_empty"), get("unicode_safe")],
            "__junk": [get("empty")],
        },
    )


@tk.side_effect_free
@validate(_schema)
def hue_table_files(context: Context, data_dict: DataDict) -> list[dict[str, Any]]:
    """List the files in which a table can be downloaded.

    :param resource_id: id of the resource
    :type resource_id: string

    :returns: objects of `format` (as csv, csv-bom), `label`, `url`, `media_type`, `size` (bytes), `sha256`
        and `written` (ISO 8601); the last three are null for a file that is made when it is asked for
    :rtype: list of dictionaries
    """
    tk.check_access("hue_table_files", context, dict(data_dict))
    resource_id = data_dict["resource_id"]
    return [
        {
            "format": download.format.key,
            "label": tk._(download.format.label),
            "url": f"{config.site_url()}{download.path}",
            "media_type": download.format.media_type,
            "size": download.size,
            "sha256": download.sha256,
            "written": download.written.isoformat() if download.written else None,
        }
        for download in of_tables([resource_id])[resource_id]
    ]
