"""The platform's addresses: `/danhmuc`, `/bang/{id}`, `/csv/{id}`, and a page that says what this is."""

from __future__ import annotations

import hmac
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter

from . import answers, faults
from .catalogue import Catalogue, UnknownTable
from .encoding import encoded
from .tables import OPEN, NoSuchRows, Table

USUAL_LISTING_PAGE, LARGEST_LISTING_PAGE = 500, 1_000
USUAL_TABLE_PAGE, LARGEST_TABLE_PAGE = 10_000, 50_000
HTTP_MESSAGES = {
    404: "Không có địa chỉ này.",
    405: "Địa chỉ này không nhận phương thức đã dùng.",
    413: "Nội dung gửi lên quá lớn.",
}
LARGEST_BODY = 64 * 1024
HOME = """<!doctype html>
<html lang="vi">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Nền tảng thử nghiệm</title>
<h1>Nền tảng thử nghiệm</h1>
<p>Máy chủ này đóng vai Nền tảng Số hóa dùng chung để trình diễn và kiểm thử Cổng dữ liệu mở Huế.
Đang có {tables} bảng trong danh mục, trong đó {open} bảng mở.</p>
<ul>
<li><a href="danhmuc">Danh mục bảng dữ liệu</a>: <code>/danhmuc?trang=1&amp;sobanghi=500</code></li>
<li>Một bảng: <code>/bang/{{id}}?trang=1&amp;sobanghi=10000</code></li>
<li>Cả bảng dạng CSV: <code>/csv/{{id}}</code></li>
</ul>
</html>
"""


class AnyText(BaseConverter):
    """Any text as the last part of an address, slashes included."""

    regex = ".+"
    part_isolating = False


@dataclass
class Platform:
    """What the server serves, and how. `requests` counts by kind of address, `table_requests` by table."""

    catalogue: Catalogue
    token: str | None = None
    delay_ms: int = 0
    faults: faults.FaultBox = field(default_factory=faults.FaultBox)
    requests: Counter[str] = field(default_factory=Counter)
    table_requests: Counter[str] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)

    def count(self, kind: str, table_id: str | None) -> None:
        with self.lock:
            self.requests[kind] += 1
            if table_id is not None and request.args.get("trang", "1") == "1":
                self.table_requests[table_id] += 1


def create_app(platform: Platform) -> Flask:
    """The application of a platform, without its control addresses."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.url_map.merge_slashes = False
    app.url_map.converters["anytext"] = AnyText
    app.add_url_rule("/", "home", lambda: home(platform))
    for rule, kind, view in (
        ("/danhmuc", "danhmuc", listing),
        ("/bang/<anytext:table_id>", "bang", table_page),
        ("/csv/<anytext:table_id>", "csv", table_csv),
    ):
        app.add_url_rule(rule, kind, guarded(platform, kind, view))
    app.register_error_handler(HTTPException, http_error)
    app.after_request(no_sniffing)
    return app


def guarded(platform: Platform, kind: str, view: Callable[..., Response]) -> Callable[..., Response]:
    """A view behind the count, the token and the delay, whose errors are envelopes."""

    def answer(**given: Any) -> Response:
        platform.count(kind, given.get("table_id"))
        if platform.token is not None and not _bears(platform.token):
            response = answers.failure(401, "Thiếu mã truy cập hoặc mã truy cập không đúng.")
            response.headers["WWW-Authenticate"] = "Bearer"
            return response
        time.sleep(platform.delay_ms / 1000)
        try:
            return view(platform, **given)
        except answers.BadParameter as error:
            return answers.failure(400, str(error))
        except UnknownTable as error:
            return answers.failure(404, f"Không có bảng “{error.args[0]}”.")

    return answer


def _bears(token: str) -> bool:
    # WSGI hands over the bytes of a header as Latin-1.
    given = request.headers.get("Authorization", "").encode("latin-1")
    return hmac.compare_digest(given, f"Bearer {token}".encode())


def home(platform: Platform) -> str:
    tables = platform.catalogue.listing.tables
    return HOME.format(tables=len(tables), open=sum(table.access == OPEN for table in tables))


def listing(platform: Platform) -> Response:
    page = answers.page_asked(request, USUAL_LISTING_PAGE, LARGEST_LISTING_PAGE)
    now = platform.catalogue.listing
    if fault := platform.faults.take("danhmuc", page.number):
        return struck(fault, lambda: now.body(page), page.number)
    tag = answers.entity_tag(now.snapshot, page.number, page.size)
    return answers.unchanged(request, tag) or answers.ready_answer(request, now.compressed(page), tag)


def table_page(platform: Platform, table_id: str) -> Response:
    page = answers.page_asked(request, USUAL_TABLE_PAGE, LARGEST_TABLE_PAGE)
    table = platform.catalogue.table(table_id)
    if table.access != OPEN:
        return closed(table)
    try:
        if fault := platform.faults.take(f"bang/{table_id}", page.number):
            return struck(fault, lambda: table.answer(page), page.number)
        tag = answers.entity_tag(table.version, page.number, page.size) if table.version else None
        if tag and (same := answers.unchanged(request, tag)):
            return same
        return answers.json_answer(request, table.answer(page), tag)
    except NoSuchRows as error:
        return unreadable(error)


def table_csv(platform: Platform, table_id: str) -> Response:
    table = platform.catalogue.table(table_id)
    if table.access != OPEN:
        return closed(table)
    tag = answers.entity_tag(table.version, "csv") if table.version else None
    fault = platform.faults.take(f"csv/{table_id}")
    if fault is None and tag and (same := answers.unchanged(request, tag)):
        return same
    try:
        count, lines = table.csv()
    except NoSuchRows as error:
        return unreadable(error)
    response = struck_csv(fault, list(lines)) if fault else answers.csv_answer(request, lines, tag)
    response.headers["X-Tong-So-Ban-Ghi"] = str(count)
    if table.version:
        response.headers["X-Ma-Bam"] = table.version
    return response


def closed(table: Table) -> Response:
    return answers.failure(403, f"Bảng “{table.id}” không phải bảng mở.")


def unreadable(error: NoSuchRows) -> Response:
    """As the platform reports its own trouble: HTTP 200, `code` other than 0."""
    return Response(encoded({"code": 500, "message": str(error), "data": []}), content_type=answers.JSON)


def struck(fault: faults.Fault, body: Callable[[], Any], page: int) -> Response:
    """A JSON answer under a fault; never compressed, and without a tag, so that nobody keeps it."""
    if response := faults.replaced(fault):
        return response
    return faults.disturbed(fault, encoded(faults.disturb_body(fault, body(), page)), answers.JSON)


def struck_csv(fault: faults.Fault, lines: list[str]) -> Response:
    """The same for CSV; the header line stays."""
    if response := faults.replaced(fault):
        return response
    rows = faults.disturb_body(fault, lines[1:], 1)
    return faults.disturbed(fault, "".join([lines[0], *rows]).encode(), answers.CSV)


def http_error(error: HTTPException) -> Response:
    status = error.code or 500
    response = answers.failure(status, HTTP_MESSAGES.get(status, "Yêu cầu không xử lý được."))
    for name, value in error.get_headers():
        if name.lower() == "allow":
            response.headers[name] = value
    return response


def no_sniffing(response: Response) -> Response:
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
