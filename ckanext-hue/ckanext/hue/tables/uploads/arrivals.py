"""What happens when a resource's file changes: recorded in CKAN's transaction, announced after its commit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from ckan import model
from sqlalchemy import event
from sqlalchemy.orm import Session

from . import jobs, records, resources
from .formats import name_of

_RECORDED = "hue uploads"  # key in the session's notes: uploads to announce


def arrived(resource_id: str, name: str) -> None:
    """Record a new file of a resource, of the given name."""
    suffix = PurePosixPath(name).suffix
    if name_of(suffix):
        _announce(records.register(resource_id))
    elif records.known_in_session(resource_id):
        said = suffix.lstrip(".").upper() or "không rõ"
        records.register(
            resource_id,
            f"Tệp mới có định dạng {said}, không đọc được thành bảng. Bảng cũ được giữ nguyên; hãy tải lên"
            " một trong các định dạng đọc được, hoặc xóa tài nguyên này và thêm tài nguyên khác.",
        )


def left(resource_id: str) -> None:
    """A resource links elsewhere from now on: what waits to be loaded is not wanted any more."""
    records.supersede(resource_id)


def edited(dataset: Mapping[str, Any]) -> None:
    """After a dataset was saved: read files of which another sheet is asked for, and keep tables known."""
    if any(resource.get("url_type") == "upload" for resource in dataset.get("resources", [])):
        for resource_id in records.with_other_sheet(dataset["id"]):
            _announce(records.register(resource_id))
        resources.keep_tables(dataset["id"])


def again(resource_id: str) -> str:
    """Record the present file once more, to be loaded as the data dictionary now says; the upload's id."""
    upload_id = records.register(resource_id)
    _announce(upload_id)
    return upload_id


def _announce(upload_id: str) -> None:
    model.Session().info.setdefault(_RECORDED, []).append(upload_id)


@event.listens_for(model.Session, "after_commit")
def _committed(session: Session) -> None:
    # The commit of a savepoint is none: the transaction around it may still be rolled back.
    if not session.in_nested_transaction():
        for upload_id in session.info.pop(_RECORDED, []):
            jobs.enqueue(upload_id)


@event.listens_for(model.Session, "after_rollback")
def _rolled_back(session: Session) -> None:
    # Of a savepoint: a worker that is woken for an upload that does not exist finds nothing to do.
    if not session.in_nested_transaction():
        session.info.pop(_RECORDED, None)
