"""CKAN's uploaders for resources' files, which record each new file, and a copy of a stored one to read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

import ckan.plugins.toolkit as tk
from ckan.lib import files
from ckan.lib.uploader import FKResourceUpload, ResourceUpload, get_resource_uploader

from ckanext.hue import config

from . import arrivals
from .errors import FileMissing

MEGABYTE = 1 << 20


class Recording:
    """What both uploaders add: a limit that says what to do, and a record of the file that came."""

    filename: str | None
    filesize: int
    clear: Any

    def __init__(self, resource: dict[str, Any]) -> None:
        super().__init__(resource)  # pyright: ignore[reportCallIssue]
        limit = config.max_resource_size()
        if self.filename and self.filesize > limit * MEGABYTE:
            size = f"{self.filesize / MEGABYTE:.1f}".replace(".", ",")
            raise tk.ValidationError(
                {
                    "upload": [
                        f"Tệp «{self.filename}» có dung lượng {size} MB, vượt quá giới hạn {limit} MB. Hãy bỏ"
                        " các trang tính, hình ảnh không cần thiết, lưu thành CSV, hoặc tách thành nhiều tệp."
                    ]
                }
            )

    def upload(self, id: str, max_size: int = 10) -> None:
        super().upload(id, max_size)  # pyright: ignore[reportAttributeAccessIssue]
        if self.filename:
            arrivals.arrived(id, self.filename)
        elif self.clear:
            arrivals.left(id)


class FolderUpload(Recording, ResourceUpload):
    """Files in CKAN's storage folder."""


class StorageUpload(Recording, FKResourceUpload):
    """Files in a storage that the configuration names."""


def resource_uploader(resource: dict[str, Any]) -> FolderUpload | StorageUpload:
    """The uploader of a resource's file, chosen as CKAN chooses its own."""
    try:
        files.get_storage(config.resource_storage())
    except files.exc.UnknownStorageError:
        return FolderUpload(resource)
    return StorageUpload(resource)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A private copy of a stored file, which a newer upload cannot change. `size` is in bytes."""

    path: Path
    size: int
    sha256: str


@contextmanager
def snapshot(resource_id: str, name: str) -> Iterator[Snapshot]:
    """Copy a resource's file aside for as long as the block runs. Raises FileMissing."""
    with TemporaryDirectory(prefix="hue-upload-") as folder:
        path = Path(folder) / f"tep{Path(name).suffix}"
        digest = hashlib.sha256()
        size = 0
        with path.open("wb") as copy:
            for part in _stored(resource_id, name):
                copy.write(part)
                digest.update(part)
                size += len(part)
        yield Snapshot(path, size, digest.hexdigest())


def _stored(resource_id: str, name: str) -> Iterator[bytes]:
    """The bytes of a resource's file, in parts. Raises FileMissing."""
    uploader = get_resource_uploader({"id": resource_id, "url": name, "url_type": "upload"})
    path = uploader.get_path(resource_id)
    storage = getattr(uploader, "storage", None)
    try:
        if storage is not None:
            yield from storage.stream(files.FileData(files.Location(path)))
        else:
            with Path(path).open("rb") as stored:
                yield from _parts(stored)
    except (FileNotFoundError, files.exc.MissingFileError) as error:
        raise FileMissing(name=name) from error


def _parts(stored: IO[bytes]) -> Iterator[bytes]:
    while part := stored.read(MEGABYTE):
        yield part
