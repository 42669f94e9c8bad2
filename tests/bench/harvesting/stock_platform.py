"""The harvester that a stock site would write for the platform, on ckanext-harvest's HarvesterBase.

A plugin of the stock CKAN (see stock.py), in whose environment alone it can be imported. The listing tells
all of a dataset, so `fetch` has nothing to ask; the rows are xloader's, from the platform's CSV.
"""

from __future__ import annotations

import json
import re
import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import requests
from ckanext.harvest.harvesters.base import HarvesterBase
from ckanext.harvest.model import HarvestObject

AGENCY = "co-quan-do"
PAGE = 500
SECONDS = 120
_NOT_IN_TAGS = re.compile(r"[^\w .-]")


class PlatformHarvester(HarvesterBase):
    def info(self) -> dict[str, str]:
        return {"name": "platform", "title": "Nền tảng", "description": "Nền tảng Số hóa dùng chung"}

    def gather_stage(self, harvest_job: Any) -> list[str]:
        made = []
        for entry in self._listing(harvest_job.source.url.rstrip("/")):
            content = json.dumps(entry, ensure_ascii=False)
            guid = str(uuid.uuid5(uuid.UUID(harvest_job.source.id), entry["id"]))
            harvest_object = HarvestObject(guid=guid, job=harvest_job, content=content)
            harvest_object.save()
            made.append(harvest_object.id)
        return made

    def fetch_stage(self, harvest_object: Any) -> bool:
        return True

    def import_stage(self, harvest_object: Any) -> Any:
        entry = json.loads(harvest_object.content)
        address = f"{harvest_object.source.url.rstrip('/')}/csv/{quote(entry['id'], safe='')}"
        values = {
            "id": harvest_object.guid,
            "title": entry["tenbang"],
            "notes": entry["mota"],
            "owner_org": AGENCY,
            "license_id": "cc-by",
            "tags": [{"name": _NOT_IN_TAGS.sub("-", word)} for word in entry["tukhoa"]],
            "extras": [
                {"key": "harvest_id", "value": entry["id"]},
                {"key": "harvest_version", "value": entry["mabam"]},
            ],
            "metadata_modified": _in_utc(entry["ngaycapnhat"]),
            "resources": [{"name": entry["tenbang"], "url": address, "format": "CSV"}],
        }
        return self._create_or_update_package(values, harvest_object, package_dict_form="package_show")

    def _listing(self, address: str) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = []
        total, page = 1, 0
        while len(entries) < total:
            page += 1
            answer = requests.get(
                f"{address}/danhmuc", params={"trang": page, "sobanghi": PAGE}, timeout=SECONDS
            ).json()
            total = answer["tong"]
            entries += answer["data"]
        return [entry for entry in entries if entry["mucdo"] == "mo"]


def _in_utc(moment: str) -> str:
    """A time as CKAN keeps it: in UTC, without saying so."""
    return datetime.fromisoformat(moment).astimezone(UTC).replace(tzinfo=None).isoformat()
