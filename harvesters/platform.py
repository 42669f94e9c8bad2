"""The province's shared digitization platform (Nền tảng Số hóa) over HTTP.

The contract is described in docs/platform-api.yaml, other names for it in docs/sources.md. Answers are
believed only when they prove themselves: a listing by its snapshot and total, a table by its row count and
version.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, ClassVar

from . import envelope, errors, mapping, translation
from .answers import Answer
from .base import Access, Chunk, Contact, Mark, NotModified, Page, Row, Setting, TableEntry
from .envelope import text_of
from .http import Client
from .mapping import ACCESS_LEVELS, Names

MAX_TABLES = 1_000_000
MAX_PAGES = 100_000
MAX_ID = 500  # characters; PostgreSQL indexes no value of more than about 2,700 bytes


class PlatformSource:
    """A source of kind `platform` (see `base.Source`)."""

    kind: ClassVar[str] = "platform"
    title: ClassVar[str] = "Nền tảng Số hóa dùng chung (HTTP)"
    settings: ClassVar[tuple[Setting, ...]] = mapping.SETTINGS

    def __init__(self, access: Access) -> None:
        self.names = Names.of(access.settings)
        # A mark tells nothing once answers are read under other names.
        spelled = json.dumps(dict(access.settings), sort_keys=True)
        self.stamp = hashlib.sha256(spelled.encode()).hexdigest()[:8]
        self.client = Client(access.url, token=access.token, allow_private_host=access.allow_private_host)

    def listing(self) -> Iterator[TableEntry]:
        """Yield each table of `danhmuc` once, following pages until `tong` distinct ids were seen."""
        snapshot: Any = None
        total: int | None = None
        seen: dict[str, int] = {}
        page = received = 0
        while total is None or len(seen) < total:
            page += 1
            entries, declared, mark = self._listing_page(page, received)
            received += len(entries)
            if total is None:
                total, snapshot = declared, mark
            if page > 1 and mark is None:
                raise errors.IncompleteListing(
                    reason="nguồn không cho biết phiên của danh mục nên nhiều trang không chứng minh là đủ;"
                    " hãy để danh mục nằm trong một trang"
                )
            if mark != snapshot or declared != total:
                raise errors.IncompleteListing(reason="danh mục thay đổi trong lúc đang đọc")
            if total > MAX_TABLES:
                raise errors.IncompleteListing(reason=f"nguồn báo có hơn {MAX_TABLES} bảng")
            before = len(seen)
            for entry in entries:
                if entry.remote_id not in seen:
                    seen[entry.remote_id] = hash(entry)
                    yield entry
                elif seen[entry.remote_id] != hash(entry):
                    raise errors.IncompleteListing(
                        reason=f"bảng «{entry.remote_id}» được liệt kê hai lần với nội dung khác nhau"
                    )
            if len(seen) == before and before < total:
                raise errors.IncompleteListing(reason=f"nguồn báo có {total} bảng nhưng chỉ liệt kê {before}")
        if len(seen) > total:
            raise errors.IncompleteListing(reason=f"nguồn báo có {total} bảng nhưng liệt kê {len(seen)}")

    def pages(self, entry: TableEntry, mark: str = "") -> Iterator[Chunk]:
        """Yield the pages of `bang/{id}` until every list is read and the declared rows were counted.

        When the listing says nothing of changes, the ETag of a table of one page is its mark.
        """
        if entry.problem:
            raise errors.BadEntry(reason=entry.problem)
        path = self.names.table_address(entry.remote_id)
        scope = f"{self.stamp}|{entry.rows}|"
        known = mark.removeprefix(scope) if mark.startswith(scope) and not entry.tells_changes else ""
        got = self._get_page(path, 1, 0, known)
        if not got.modified:
            raise NotModified
        first = answer = self._read(got)
        tag, url = got.mark, got.asked
        del got  # its body would stay in memory while the other pages are read
        expected = _expected(entry, first, url)
        received: dict[str, int] = {}
        for number in range(1, MAX_PAGES + 1):
            for name, rows in answer.lists.items():
                received[name] = received.get(name, 0) + len(rows)
                yield Page(name, rows, first.columns)
            if _finished(answer.lists, received, expected):
                _check_complete(received, expected)
                if number == 1 and tag and not entry.tells_changes:
                    yield Mark(scope + tag)
                return
            before = answer
            answer = self._read(self._get_page(path, number + 1, max(received.values())))
            if (answer.version, answer.total) != (first.version, first.total):
                raise errors.TableChanged
            if answer.lists and answer.lists == before.lists:
                raise errors.RepeatedPage(received=sum(received.values()), expected=expected)
        raise errors.IncompleteTable(expected=expected, received=sum(received.values()))

    def _listing_page(self, page: int, received: int) -> tuple[list[TableEntry], int, Any]:
        names = self.names
        parameters = names.parameters(page, received, names.listing_page_size)
        answer = self.client.get(names.listing_path, parameters, accept="application/json")
        return _listing_page(translation.listing(names, answer.json(), answer.asked), answer.asked)

    def _get_page(self, path: str, page: int, received: int, mark: str = "") -> Answer:
        parameters = self.names.parameters(page, received, self.names.table_page_size)
        return self.client.get(path, parameters, accept="application/json", mark=mark)

    def _read(self, answer: Answer) -> envelope.Answer:
        return envelope.read(translation.table(self.names, answer.json(), answer.asked), answer.asked)


def _listing_page(body: Any, url: str) -> tuple[list[TableEntry], int, Any]:
    envelope.check_code(body)
    if not isinstance(body, dict) or not isinstance(body.get("data"), list):
        raise errors.BadEnvelope(url=url, reason="thiếu danh sách «data»")
    total = envelope.whole_number(body.get("tong"), "tong", url)
    return [_entry(item, url) for item in body["data"]], total, body.get("phien")


def _entry(item: Any, url: str) -> TableEntry:
    remote_id = text_of(item.get("id")) if isinstance(item, dict) else ""
    # "." and ".." would change the address that they become part of.
    if not remote_id.strip(".") or len(remote_id) > MAX_ID:
        raise errors.BadEnvelope(
            url=url, reason=f"một bảng trong danh mục không có «id» hợp lệ (1 đến {MAX_ID} ký tự)"
        )
    access = text_of(item.get("mucdo"))
    rows, problem = _count(item.get("tongsobanghi"))
    contact = item.get("lienhe")
    contact = contact if isinstance(contact, dict) else {}
    keywords = item.get("tukhoa")
    keywords = keywords if isinstance(keywords, list) else []
    return TableEntry(
        remote_id=remote_id,
        title=text_of(item.get("tenbang")) or remote_id,
        # An unknown level is treated as the most closed one: nothing is published by accident.
        access=access if access in ACCESS_LEVELS else "noi-bo",
        description=text_of(item.get("mota")),
        field_code=text_of(item.get("linhvuc")),
        agency_code=text_of(item.get("macoquan")),
        agency_name=text_of(item.get("tencoquan")),
        frequency=text_of(item.get("tansuat")),
        updated=text_of(item.get("ngaycapnhat")),
        rows=rows,
        problem=problem,
        version=text_of(item.get("mabam")) or None,
        keywords=tuple(text_of(word) for word in keywords if text_of(word)),
        license=text_of(item.get("giayphep")),
        contact=Contact(
            name=text_of(contact.get("ten")),
            email=text_of(contact.get("email")),
            phone=text_of(contact.get("dienthoai")),
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


def _expected(entry: TableEntry, first: envelope.Answer, url: str) -> int | None:
    """How many rows the table has, as the listing and its first page say: they must agree."""
    if not first.lists:
        raise errors.BadEnvelope(url=url, reason="không có danh sách bản ghi nào")
    if entry.version and first.version and entry.version != first.version:
        raise errors.TableChanged
    if entry.rows is not None and first.total is not None and entry.rows != first.total:
        raise errors.CountsDisagree(listed=entry.rows, told=first.total)
    return entry.rows if first.total is None else first.total


def _count(value: Any) -> tuple[int | None, str]:
    """The declared number of rows, or why it is none."""
    if value is None:
        return None, ""
    try:
        return envelope.whole_number(value, "tongsobanghi", ""), ""
    except errors.BadEnvelope:
        return None, "«tongsobanghi» không phải một số nguyên không âm"
