"""What CKAN's resources say of their uploaded tables."""

from __future__ import annotations

import json
from pathlib import PurePosixPath

from ckan import model
from sqlalchemy import text

from ckanext.datastore.backend import DatastoreBackend
from ckanext.hue.harvest.database import rows
from ckanext.hue.tables import loading

from .errors import Superseded
from .formats import name_of
from .records import Upload
from .storage import Snapshot

SHA256 = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"


def tell_table(upload: Upload, file: Snapshot) -> str:
    """Note the table and the file's properties on the resource; its dataset's id. Raises Superseded.

    Written past CKAN's actions: nobody edited the dataset, so there is no activity to report.
    """
    found = rows(
        "UPDATE resource SET size = :size, hash = :sha256,"
        " format = coalesce(nullif(format, ''), :format),"
        " extras = CAST(coalesce(CAST(nullif(extras, '') AS jsonb), '{}') || CAST(:extras AS jsonb) AS text)"
        " WHERE id = :id AND state = 'active' RETURNING package_id",
        id=upload.resource_id,
        size=file.size,
        sha256=file.sha256,
        format=name_of(PurePosixPath(upload.name).suffix),
        extras=json.dumps({"datastore_active": True, "hash_algorithm": SHA256}),
    )
    if not found:
        raise Superseded
    return found[0][0]


def drop_if_gone(resource_id: str) -> None:
    """Take the table of a resource away that was deleted while its file was being loaded."""
    if not rows("SELECT FROM resource WHERE id = :id AND state = 'active'", id=resource_id):
        loading.drop([resource_id])


def keep_tables(dataset_id: str) -> None:
    """Say again, in CKAN's session, that uploads of a dataset have tables.

    A save that began before a load ended has just written the resources as it knew them: without.
    """
    session = model.Session
    found = session.execute(
        text(
            "SELECT id FROM resource WHERE package_id = :dataset AND state = 'active' AND url_type = 'upload'"
            " AND coalesce(CAST(nullif(extras, '') AS jsonb) ->> 'datastore_active', 'false') <> 'true'"
            " AND EXISTS (SELECT FROM hue_upload AS u WHERE u.resource_id = resource.id AND u.state = 'done')"
        ),
        {"dataset": dataset_id},
    )
    backend = DatastoreBackend.get_active_backend()
    for resource_id in found.scalars().all():
        if backend.resource_exists(resource_id):
            resource = model.Resource.get(resource_id)
            if resource:
                resource.extras = {**resource.extras, "datastore_active": True}
    session.flush()
