"""From a catalogue's own description of a dataset (DCAT, CKAN) to the dataset that the portal publishes.

The files stay where they are: resources are links to them. Descriptive fields are kept as far as the schema
takes them; a value that it would refuse is cut or left out, and never costs the dataset.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ckanext.hue.harvesters.base import TableEntry
from ckanext.hue.harvesters.errors import BadEntry
from ckanext.hue.schemas import concept

from . import cleaning, described_by_dcat, mapping
from .sources import HarvestSource

MAX_RESOURCES = 500


def dataset(
    source: HarvestSource, entry: TableEntry, *, organization_id: str, group: str | None
) -> dict[str, Any]:
    """The dataset's metadata as CKAN's actions take it, without its `name`. Raises BadEntry."""
    if entry.problem:
        raise BadEntry(reason=entry.problem)
    described = _FORMS[entry.document_form](entry.document)
    base = mapping.dataset(source, entry, [], organization_id=organization_id, group=group)
    if not entry.license:
        # A catalogue of others that names no licence has not given the portal's own.
        del base["license_id"]
    resources, licenses = _resources(source, entry, described.get("resources"))
    rights = f"Giấy phép do nguồn ghi: {'; '.join(licenses)}"[: mapping.MAX_TITLE] if licenses else ""
    return {
        **cleaning.cleaned(described, cleaning.DATASET),
        **({"rights": rights} if rights else {}),
        **base,
        "resources": resources,
    }


_FORMS: Mapping[str, Callable[[str], Mapping[str, Any]]] = {
    "ckan": json.loads,
    "dcat": described_by_dcat.dataset,
}


def _resources(
    source: HarvestSource, entry: TableEntry, described: Any
) -> tuple[list[dict[str, Any]], list[str]]:
    """Resources for the files that have an address, and the licences of theirs that the portal lacks."""
    files = [file for file in described if isinstance(file, dict)] if isinstance(described, list) else []
    if len(files) > MAX_RESOURCES:
        raise BadEntry(reason=f"bộ dữ liệu có hơn {MAX_RESOURCES} tệp")
    resources: dict[str, dict[str, Any]] = {}
    licenses: dict[str, None] = {}
    for file in files:
        resource = cleaning.cleaned(file, cleaning.RESOURCE)
        if "url" not in resource:
            continue
        license_ = cleaning.line(mapping.MAX_TITLE)(file.get("license"))
        if license_ and license_ != entry.license:
            known = concept("licenses", license_)
            resource["license"] = (known.uri or known.code) if known else mapping.OTHER_LICENSE
            licenses |= {} if known else {license_: None}
        own = cleaning.line(mapping.MAX_TITLE)(file.get("id") or file.get("uri")) or resource["url"]
        resource_id = source.resource_id(entry.remote_id, own)
        resources.setdefault(resource_id, {"id": resource_id, **resource})
    return list(resources.values()), list(licenses)
