"""The province's shared digitization platform (Nền tảng Số hóa) over HTTP.

The contract is described in docs/platform-api.yaml. Answers are believed only when they prove
themselves: a listing by its snapshot and total, a table by its row count and version.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from . import envelope, errors
from .base import Column, Contact, Page, Row, TableEntry
from .http import Client

LISTING_PAGE = 500
TABLE_PAGE = 10_000
MAX_TABLES = 1_000_000
ACCESS_LEVELS = frozenset({"mo", "dung-chung", "noi-bo"})


class PlatformSource:
    """A source of kind `platform` (see `base.Source`)."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def listing(self) -> Iterator[TableEntry]:
        """Yield each table of `danhmuc` once, following pages until `tong` distinct ids were seen."""
        snapshot: Any = None
        total: int | None = None
        seen: set[str] = set()
        page = 0
        while total is None or len(seen) < total:
            page += 1
            body, url = self._get("danhmuc", page, LISTING_PAGE)
            entries, declared, mark = _listing_page(body, url)
            if total is None:
                total, snapshot = declared, mark
            if mark != snapshot or declared != total:
                raise errors.IncompleteListing(reason="danh mục thay đổi trong lúc đang đọc")
            if total > MAX_TABLES:
                raise errors.IncompleteListing(reason=f"nguồn báo có hơn {MAX_TABLES} bảng")
            fresh = [entry for entry in entries if entry.remote_id not in seen]
            if not fresh and len(seen) < total:
                raise errors.IncompleteListing(
                    reason=f"nguồn báo có {total} bảng nhưng chỉ liệt kê {len(seen)}"
                )
            for entry in fresh:
                if entry.remote_id not in seen:
                    seen.add(entry.remote_id)
                    yield entry
        if len(seen) > total:
            raise errors.IncompleteListing(reason=f"nguồn báo có {total} bảng nhưng liệt kê {len(seen)}")

    def pages(self, entry: TableEntry) -> Iterator[Page]:
        """Yield the pages of `bang/{id}` until every list is read and the declared rows were counted."""
        path = f"bang/{quote(entry.remote_id, safe='')}"
        received: dict[str, int] = {}
        columns: tuple[Column, ...] = ()
        expected = entry.rows
        version: str | None = None
        page = 0
        while True:
            page += 1
            body, url = self._get(path, page, TABLE_PAGE)
            answer = envelope.read(body, url)
            if page == 1:
                columns, version = answer.columns, answer.version
                expected = entry.rows if answer.total is None else answer.total
                _check_version(entry.version, version)
            _check_version(version, answer.version)
            for name, rows in answer.lists.items():
                received[name] = received.get(name, 0) + len(rows)
                if rows or page == 1:
                    yield Page(name, rows, columns)
            if _finished(answer.lists, received, expected):
                break
        _check_complete(received, expected)

    def _get(self, path: str, page: int, size: int) -> tuple[Any, str]:
        body = self.client.get_json(path, {"trang": page, "sobanghi": size})
        return body, f"{self.client.base}/{path}"


def _listing_page(body: Any, url: str) -> tuple[list[TableEntry], int, Any]:
    envelope.check_code(body)
    if not isinstance(body, dict) or not isinstance(body.get("data"), list):
        raise errors.BadEnvelope(url=url, reason="thiếu danh sách «data»")
    total = envelope.whole_number(body.get("tong"), "tong", url)
    return [_entry(item, url) for item in body["data"]], total, body.get("phien")


def _entry(item: Any, url: str) -> TableEntry:
    if not isinstance(item, dict) or not _text(item.get("id")):
        raise errors.BadEnvelope(url=url, reason="một bảng trong danh mục không có «id»")
    access = _text(item.get("mucdo"))
    rows = item.get("tongsobanghi")
    contact = item.get("lienhe")
    contact = contact if isinstance(contact, dict) else {}
    keywords = item.get("tukhoa")
    keywords = keywords if isinstance(keywords, list) else []
    return TableEntry(
        remote_id=_text(item["id"]),
        title=_text(item.get("tenbang")) or _text(item["id"]),
        # An unknown level is treated as the most closed one: nothing is published by accident.
        access=access if access in ACCESS_LEVELS else "noi-bo",
        description=_text(item.get("mota")),
        field_code=_text(item.get("linhvuc")),
        agency_code=_text(item.get("macoquan")),
        agency_name=_text(item.get("tencoquan")),
        frequency=_text(item.get("tansuat")),
        updated=_text(item.get("ngaycapnhat")),
        rows=None if rows is None else envelope.whole_number(rows, "tongsobanghi", url),
        version=_text(item.get("mabam")) or None,
        keywords=tuple(_text(word) for word in keywords if _text(word)),
        license=_text(item.get("giayphep")),
        contact=Contact(
            name=_text(contact.get("ten")),
            email=_text(contact.get("email")),
            phone=_text(contact.get("dienthoai")),
        ),
    )


def _finished(lists: dict[str, list[Row]], received: dict[str, int], expected: int | None) -> bool:
    """Whether no further page is needed: an empty page, or as many rows as were declared.

    When nobody declares a number, the first answer is taken as whole.
    """
    return expected is None or not any(lists.values()) or _matches(received, expected, at_least=True)


def _check_complete(received: dict[str, int], expected: int | None) -> None:
    if expected is not None and not _matches(received, expected):
        raise errors.IncompleteTable(expected=expected, received=sum(received.values()))


def _matches(received: dict[str, int], expected: int, *, at_least: bool = False) -> bool:
    """With several lists in one answer, the declared number counts all of them or one of them."""
    total = sum(received.values())
    return total == expected or expected in received.values() or (at_least and total > expected)


def _check_version(known: str | None, told: str | None) -> None:
    if known and told and known != told:
        raise errors.TableChanged


def _text(value: Any) -> str:
    return "" if value is None else str(value).replace("\x00", "").strip()
