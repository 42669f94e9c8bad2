"""Control addresses under `/_sandbox`, for tests.

    POST   /_sandbox/loi        a fault: {"path", "kind", "times", "from_page", options of faults.OPTIONS}
    DELETE /_sandbox/loi        no more faults
    POST   /_sandbox/bang/{id}  a changed table: {"revision", "mucdo", "removed", "rows"}, any of them
    GET    /_sandbox/yeucau     how often each kind of address was asked for; `tables`: the same of each table
    DELETE /_sandbox/yeucau     count from 0 again

`path` is danhmuc, bang/ID, csv/ID, bang/*, csv/* or *; `times` is a number, or null for always.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request

from . import answers
from .app import Platform
from .catalogue import MOST_ROWS, UnknownTable
from .encoding import encoded
from .faults import BadFault
from .tables import ACCESS_LEVELS, NoSuchRows

KINDS = ("danhmuc", "bang", "csv")
HIGHEST_REVISION = 10**6


class BadChange(ValueError):
    """A change was described wrongly; the message is Vietnamese."""


def add_control(app: Flask, platform: Platform) -> None:
    """Add the control addresses to the application of a platform. They ask for no token."""

    def add_fault() -> Response:
        platform.faults.add(request.get_json(force=True, silent=True))
        return Response(status=204)

    def clear_faults() -> Response:
        platform.faults.clear()
        return Response(status=204)

    def change_table(table_id: str) -> Response:
        change = change_from(request.get_json(force=True, silent=True))
        table = platform.catalogue.change(table_id, **change)
        return Response(encoded(table.entry()), content_type=answers.JSON)

    def counts() -> Response:
        with platform.lock:
            body: dict[str, Any] = {kind: platform.requests[kind] for kind in KINDS}
            body["tables"] = dict(platform.table_requests)
        return Response(encoded(body), content_type=answers.JSON)

    def reset_counts() -> Response:
        with platform.lock:
            platform.requests.clear()
            platform.table_requests.clear()
        return Response(status=204)

    for rule, method, view in (
        ("/_sandbox/loi", "POST", add_fault),
        ("/_sandbox/loi", "DELETE", clear_faults),
        ("/_sandbox/bang/<anytext:table_id>", "POST", change_table),
        ("/_sandbox/yeucau", "GET", counts),
        ("/_sandbox/yeucau", "DELETE", reset_counts),
    ):
        app.add_url_rule(rule, view.__name__, checked(view), methods=[method])


def checked(view: Callable[..., Response]) -> Callable[..., Response]:
    """A view whose errors are envelopes."""

    def answer(**given: Any) -> Response:
        try:
            return view(**given)
        except UnknownTable as error:
            return answers.failure(404, f"Không có bảng “{error.args[0]}”.")
        except (BadChange, BadFault, NoSuchRows) as error:
            return answers.failure(400, str(error))

    return answer


def change_from(given: Any) -> dict[str, Any]:
    """Arguments of Catalogue.change from an object of revision, mucdo, removed, rows; raises BadChange."""
    if not isinstance(given, dict) or not given or set(given) - {"revision", "mucdo", "removed", "rows"}:
        raise BadChange("Thay đổi phải là một đối tượng JSON có revision, mucdo, removed hoặc rows.")
    change: dict[str, Any] = {}
    if "mucdo" in given:
        if given["mucdo"] not in ACCESS_LEVELS:
            raise BadChange(f"“mucdo” phải là một trong {', '.join(ACCESS_LEVELS)}.")
        change["access"] = given["mucdo"]
    if "removed" in given:
        if not isinstance(given["removed"], bool):
            raise BadChange("“removed” phải là true hoặc false.")
        change["removed"] = given["removed"]
    for name, most in (("revision", HIGHEST_REVISION), ("rows", MOST_ROWS)):
        if name in given:
            value = given[name]
            if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
                raise BadChange(f"“{name}” phải là số nguyên từ 0 đến {most}.")
            change[name] = value
    return change
