"""A CKAN portal, through its API's `package_search`.

Datasets are asked for in the order of their ids, each page from the last id on: a dataset that is made,
changed or deleted meanwhile moves no other one, so none is skipped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from . import defaults, errors
from .base import OPEN, Access, Chunk, Contact, Setting, TableEntry
from .envelope import text_of, whole_number
from .fields import field_code
from .http import Client

SEARCH = "api/3/action/package_search"
PAGE = 500
MAX_PAGES = 20_000
MAX_ID = 500
MAX_DOCUMENT = 2_000_000  # characters
MAX_KEYWORDS = 200
# Kinds of CKAN's "package" that are no data.
NO_DATASETS = frozenset({"harvest", "showcase"})
# Changes at every reading, concerns persons, or is about the other portal only.
_LEFT_OUT = frozenset(
    {
        *("archiver", "creator_user_id", "qa", "relationships_as_object", "relationships_as_subject"),
        *("total_res_downloads", "tracking_summary"),
    }
)


class CkanSource:
    """A source of kind `ckan` (see `base.Source`)."""

    kind: ClassVar[str] = "ckan"
    title: ClassVar[str] = "Cổng CKAN"
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting(
            "organizations",
            "Tổ chức",
            "Chỉ lấy dữ liệu của các tổ chức này (tên trong địa chỉ, như so-y-te).",
            type="list",
        ),
        Setting("groups", "Nhóm", "Chỉ lấy dữ liệu của các nhóm này (tên trong địa chỉ).", type="list"),
        Setting(
            "filter", "Điều kiện lọc", "Điều kiện thêm, theo cú pháp tham số fq của CKAN, như res_format:CSV."
        ),
        *defaults.SETTINGS,
    )

    def __init__(self, access: Access) -> None:
        self.client = Client(
            access.url,
            token=access.token,
            scheme="",  # CKAN takes a token for none when a word stands before it
            allow_private_host=access.allow_private_host,
        )
        self.filters = _filters(access.settings)
        self.given = defaults.given(access.settings)

    def listing(self) -> Iterator[TableEntry]:
        """Yield each public, active dataset once. All pages together are as many as the portal counts."""
        last = ""
        for _ in range(MAX_PAGES):
            count, packages = self._search(last)
            for package in packages:
                package_id = text_of(package.get("id"))
                if package_id <= last or len(package_id) > MAX_ID:
                    raise errors.IncompleteListing(reason="cổng nguồn không xếp bộ dữ liệu theo mã («id»)")
                last = package_id
                if _is_published(package):
                    yield replace(_entry(package), **self.given)
            if count == len(packages):
                return
            if count < len(packages) or not packages:
                reason = f"cổng nguồn báo còn {count} bộ dữ liệu nhưng trả về {len(packages)}"
                raise errors.IncompleteListing(reason=reason)
        raise errors.IncompleteListing(reason=f"nguồn có hơn {MAX_PAGES} trang")

    def pages(self, entry: TableEntry, mark: str = "") -> Iterator[Chunk]:
        """A portal describes datasets whose files stay where they are: there is nothing to load."""
        return iter(())

    def _search(self, last: str) -> tuple[int, list[dict[str, Any]]]:
        """How many datasets come after the id `last`, and the first of them."""
        after = [f"id:{{{_quoted(last)} TO *}}"] if last else []
        filters = " ".join(f"+({condition})" for condition in [*self.filters, *after])
        found = self.client.get_json(SEARCH, {"sort": "id asc", "rows": PAGE, "start": 0, "fq": filters})
        url = f"{self.client.base}/{SEARCH}"
        if isinstance(found, dict) and found.get("success") is False:
            told = found.get("error")
            message = text_of(told.get("message")) if isinstance(told, dict) else ""
            raise errors.ReportedError(code="CKAN", message=message[:500] or "không có lời giải thích")
        result = found.get("result") if isinstance(found, dict) else None
        packages = result.get("results") if isinstance(result, dict) else None
        if not isinstance(result, dict) or not isinstance(packages, list):
            raise errors.BadEnvelope(url=url, reason="thiếu danh sách «result.results»")
        if not all(isinstance(package, dict) for package in packages):
            raise errors.BadEnvelope(url=url, reason="một bộ dữ liệu không phải một đối tượng")
        return whole_number(result.get("count"), "count", url), packages


def _filters(settings: Mapping[str, Any]) -> list[str]:
    """The conditions of the search, as Solr reads them."""
    conditions = [
        " OR ".join(f"{field}:{_quoted(name)}" for name in settings[setting])
        for setting, field in (("organizations", "organization"), ("groups", "groups"))
        if settings.get(setting)
    ]
    return [*conditions, settings["filter"]] if settings.get("filter") else conditions


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _is_published(package: Mapping[str, Any]) -> bool:
    return (
        package.get("private") in (None, False)
        and package.get("state") in (None, "active")
        and package.get("type") not in NO_DATASETS
    )


def _entry(found: Mapping[str, Any]) -> TableEntry:
    package = {**_extras(found), **found}
    remote_id = text_of(package.get("id"))
    title = text_of(package.get("title")) or text_of(package.get("name")) or remote_id
    try:
        document = json.dumps(_kept(package), ensure_ascii=False, sort_keys=True, default=str)
    except RecursionError:
        return TableEntry(remote_id, title[:MAX_ID], OPEN, problem="mô tả lồng nhau quá sâu")
    if len(document) > MAX_DOCUMENT:
        problem = f"mô tả dài hơn {MAX_DOCUMENT} ký tự"
        return TableEntry(remote_id, title[:MAX_ID], OPEN, problem=problem)
    organization = package.get("organization")
    organization = organization if isinstance(organization, dict) else {}
    changed = text_of(package.get("metadata_modified"))
    return TableEntry(
        remote_id=remote_id,
        title=title,
        access=OPEN,
        description=_text(package.get("notes")),
        field_code=field_code(_names(package.get("groups"), "name", "title")),
        agency_code=_text(organization.get("name")),
        agency_name=_text(organization.get("title")),
        frequency=_text(package.get("frequency")),
        # CKAN's times are in UTC and do not say so.
        updated=f"{changed}Z" if changed and not changed.endswith("Z") else changed,
        version=changed or None,
        keywords=tuple(_names(package.get("tags"), "name")[:MAX_KEYWORDS]),
        license=_text(package.get("license_id")),
        contact=_contact(package),
        document=document,
        document_form="ckan",
    )


def _contact(package: Mapping[str, Any]) -> Contact:
    """The contact point: of a portal with a schema for DCAT, else as CKAN itself has it."""
    points = package.get("contact")
    point = points[0] if isinstance(points, list) and points and isinstance(points[0], dict) else {}
    person = "maintainer" if package.get("maintainer") or package.get("maintainer_email") else "author"
    return Contact(
        name=_text(point.get("name")) or _text(package.get(person)),
        email=_text(point.get("email")) or _text(package.get(f"{person}_email")),
        phone=_text(point.get("phone")),
    )


def _extras(package: Mapping[str, Any]) -> dict[str, Any]:
    """Fields that CKAN has no place for, by name: a portal with a schema of its own has them as fields."""
    extras = package.get("extras")
    pairs = extras if isinstance(extras, list) else []
    return {
        pair["key"]: pair.get("value")
        for pair in pairs
        if isinstance(pair, dict) and isinstance(pair.get("key"), str)
    }


def _kept(value: Any) -> Any:
    """What the portal says, without what is left out, at any depth."""
    if isinstance(value, Mapping):
        return {name: _kept(part) for name, part in value.items() if name not in _LEFT_OUT}
    if isinstance(value, list):
        return [_kept(part) for part in value]
    return value.replace("\x00", "") if isinstance(value, str) else value


def _names(entries: Any, *keys: str) -> list[str]:
    listed = entries if isinstance(entries, list) else []
    named = [entry for entry in listed if isinstance(entry, dict)]
    return [text for key in keys for entry in named if (text := _text(entry.get(key)))]


def _text(value: Any) -> str:
    """A text; empty where another type stands in its place."""
    return text_of(value) if isinstance(value, str) else ""
