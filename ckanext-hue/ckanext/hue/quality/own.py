"""Whether the portal's own addresses answer, told from its databases: nobody asks himself over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from ckan.lib import files
from ckan.lib.uploader import get_resource_uploader

from ckanext.hue import config
from ckanext.hue.catalog import addresses as persistent
from ckanext.hue.harvest.database import rows
from ckanext.hue.tables.files import listing

from .records import PUBLIC

OK, NOT_FOUND = 200, 404
_UNREADABLE = "?"  # a path that no address has
_ID = r"(?P<id>[0-9a-z_-]{2,100})"
_TABLE_FILE = re.compile(rf"/download/{_ID}\.[a-z0-9.]+")
_ZIP = re.compile(rf"/download/dataset/{_ID}\.zip")
_DUMP = re.compile(rf"/datastore/dump/{_ID}")
_UPLOAD = re.compile(rf"/dataset/[^/]+/resource/{_ID}/download(/[^/]*)?")
_RESOURCE = re.compile(rf"/dataset/[^/]+/resource/{_ID}")
_DATASET = re.compile(rf"/dataset/{_ID}")
_ACTION = re.compile(r"/api(/[0-9])?/action/[a-z_]+")


class _Resource(NamedTuple):
    id: str
    package_id: str
    package_name: str
    url_type: str | None
    url: str


def is_own(address: str) -> bool:
    """Whether this is an address of the portal itself."""
    return address == config.site_url() or address.startswith(f"{config.site_url()}/")


def statuses(addresses: Iterable[str]) -> dict[str, int]:
    """What a reader without an account gets at these addresses of the portal: 200 or 404.

    Two statements for all of them, and one for each table whose files are not written yet.
    """
    paths = {address: _path(address) for address in addresses}
    ids = {found["id"] for path, _ in paths.values() for found in _matches(path)}
    ids |= {table for _, table in paths.values() if table}
    resources = _resources(ids)
    datasets = {each.package_id for each in resources.values()} | _datasets(ids - set(resources))
    datasets |= {each.package_name for each in resources.values()}
    downloads = {
        resource_id: {each.path.partition("?")[0] for each in files_}
        for resource_id, files_ in listing.of_tables(list(resources)).items()
    }
    told = _Told(resources, datasets, downloads)
    return {
        address: OK if told.answers(path, table) else NOT_FOUND for address, (path, table) in paths.items()
    }


class _Told(NamedTuple):
    """What the databases say: public resources by id, public datasets by id and name, files by table."""

    resources: dict[str, _Resource]
    datasets: set[str]
    downloads: dict[str, set[str]]

    def answers(self, path: str, table: str) -> bool:
        if path.startswith(persistent.BELOW + "/"):
            return self._persistent(path)
        if match := _ZIP.fullmatch(path):
            return match["id"] in self.datasets
        if match := _TABLE_FILE.fullmatch(path):
            return path in self.downloads.get(match["id"], ())
        if match := _DUMP.fullmatch(path):
            return bool(self.downloads.get(match["id"]))
        if match := _UPLOAD.fullmatch(path):
            return match["id"] in self.resources and self._has_file(self.resources[match["id"]])
        if match := _RESOURCE.fullmatch(path):
            return match["id"] in self.resources
        if match := _DATASET.fullmatch(path):
            return match["id"] in self.datasets
        if _ACTION.fullmatch(path):
            return not table or bool(self.downloads.get(table))
        return path in ("", "/")

    def _persistent(self, path: str) -> bool:
        kind, _, name = path.removeprefix(persistent.BELOW + "/").partition("/")
        if kind == "dataset":
            return name in self.datasets
        if kind == "distribution":
            return name.partition("/")[0] in self.resources
        return kind in ("catalog", "service")

    def _has_file(self, resource: _Resource) -> bool:
        if resource.url_type == "datastore":
            return bool(self.downloads.get(resource.id))
        if resource.url_type != "upload":
            return True  # CKAN sends on to the address that the resource gives
        uploader = get_resource_uploader(
            {"id": resource.id, "url": resource.url, "url_type": resource.url_type}
        )
        path = uploader.get_path(resource.id)
        storage = getattr(uploader, "storage", None)
        if storage is None:
            return Path(path).is_file()
        return storage.exists(files.FileData(files.Location(path)))


def _path(address: str) -> tuple[str, str]:
    """The path of an address, and the table that its query names; what cannot be read has no path."""
    try:
        parts = urlsplit(address.removeprefix(config.site_url()))
        table = parse_qs(parts.query, max_num_fields=20).get("resource_id", [""])[0]
    except ValueError:
        return _UNREADABLE, ""
    return parts.path, table


def _matches(path: str) -> list[re.Match[str]]:
    persistent_id = re.fullmatch(rf"{persistent.BELOW}/(?:dataset|distribution)/{_ID}(/.*)?", path)
    patterns = (_ZIP, _TABLE_FILE, _DUMP, _UPLOAD, _RESOURCE, _DATASET)
    return [found for found in (persistent_id, *(each.fullmatch(path) for each in patterns)) if found]


def _resources(ids: Iterable[str]) -> dict[str, _Resource]:
    return {
        row.id: _Resource(*row)
        for row in rows(
            "SELECT r.id, p.id AS package_id, p.name, r.url_type, r.url FROM resource r"  # noqa: S608
            " JOIN package p ON p.id = r.package_id"
            f" WHERE r.id = ANY(:ids) AND r.state = 'active' AND {PUBLIC}",
            ids=list(ids),
        )
    }


def _datasets(names: Iterable[str]) -> set[str]:
    found = rows(
        f"SELECT p.id, p.name FROM package p WHERE (p.id = ANY(:n) OR p.name = ANY(:n)) AND {PUBLIC}",  # noqa: S608
        n=list(names),
    )
    return {name for row in found for name in row}
