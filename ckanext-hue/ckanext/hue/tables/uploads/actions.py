"""Actions on uploads, for those who may change the resource."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.types import Context, DataDict

from . import arrivals, records


@tk.side_effect_free
def hue_upload_show(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """How loading the newest upload of a resource goes, and what it found.

    :param resource_id: the resource's id
    :returns: `id`, `name`, `size` (bytes), `sha256`, `sheet` (asked for), `state` (`waiting`, `reading`,
        `interrupted`, `done`, `failed`, `superseded`), `message` (Vietnamese), `attempts`, `rows`, `created`,
        `started`, `finished` (ISO 8601) and `report`: `sheet` (read), `sheets`, `columns`, `quarantined`,
        `version`, `added`, `changed`, `removed`, `left_out` and `findings`, each with `message`, `sheet`,
        `row`, `column` and `value`.
    :raises: ObjectNotFound where nothing was uploaded that can be a table.
    """
    resource_id = tk.get_or_bust(data_dict, "resource_id")
    tk.check_access("hue_upload_show", context, data_dict)
    upload = records.latest(resource_id)
    if upload is None:
        raise tk.ObjectNotFound(tk._("No table was uploaded to this resource."))
    return {
        "id": upload.id,
        "resource_id": upload.resource_id,
        "name": upload.name,
        "size": upload.size,
        "sha256": upload.sha256,
        "sheet": upload.sheet,
        "state": records.state_seen(upload),
        "message": upload.message,
        "attempts": upload.attempts,
        "rows": upload.rows,
        "created": upload.created.isoformat(),
        "started": upload.started.isoformat() if upload.started else None,
        "finished": upload.finished.isoformat() if upload.finished else None,
        "report": upload.report,
    }


def hue_upload_reload(context: Context, data_dict: DataDict) -> dict[str, Any]:
    """Load the file of a resource once more, as its data dictionary now says.

    :param resource_id: the resource's id
    :returns: as `hue_upload_show`
    """
    resource_id = tk.get_or_bust(data_dict, "resource_id")
    tk.check_access("hue_upload_reload", context, data_dict)
    upload = records.latest(resource_id)
    resource = model.Resource.get(resource_id)
    if upload is None or resource is None or resource.url_type != "upload":
        raise tk.ObjectNotFound(tk._("No table was uploaded to this resource."))
    if upload.state != "waiting":
        arrivals.again(resource_id)
        model.Session.commit()
    return tk.get_action("hue_upload_show")(context, {"resource_id": resource_id})
