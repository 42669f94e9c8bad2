"""When a part counts as up, and what is said when it is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from stack import lifecycle, paths, solr, status, supervision
from stack.errors import StackError
from stack.part import Part


def part(ready: bool) -> Part:
    return Part("thu", "Phần thử", ["true"], lambda: ready, "", ready_seconds=1)


def info(state: str, error: str = "") -> dict[str, Any]:
    return {"name": "thu", "statename": state, "spawnerr": error, "pid": 7}


def test_a_part_that_never_answers_is_reported_with_its_log(
    hue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "states", lambda: {"thu": info("RUNNING")})
    (paths.LOG / "thu.log").write_text("lỗi cấu hình dòng 3", encoding="utf-8")
    with pytest.raises(StackError, match="Phần thử không chạy được: không sẵn sàng sau 1 giây") as raised:
        lifecycle.wait_until_ready(part(ready=False))
    assert "lỗi cấu hình dòng 3" in str(raised.value)


def test_a_part_that_cannot_start_is_reported_at_once(hue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "states", lambda: {"thu": info("FATAL", "Exited too quickly")})
    with pytest.raises(StackError, match="Exited too quickly"):
        lifecycle.wait_until_ready(part(ready=False))


@pytest.mark.parametrize(
    ("ready", "known", "said"),
    [
        (True, info("RUNNING"), ""),
        (False, info("RUNNING"), "tiến trình 7 không trả lời"),
        (False, info("STOPPED"), "không chạy"),
        (False, info("FATAL", "no such file"), "không khởi động được: no such file"),
        (False, None, "hãy chạy lại ./hue up"),
    ],
)
def test_status_says_why_a_part_is_not_up(ready: bool, known: dict[str, Any] | None, said: str) -> None:
    reason = status.why_not(part(ready), known)
    assert said in reason
    assert bool(reason) is bool(said)


def test_the_innermost_cause_of_solrs_error_is_named() -> None:
    trace = "org.X: outer\n\tat a\nCaused by: org.Y: middle\n\tat b\nCaused by: org.Z: thiếu lớp\n\tat c"
    answer = {"error": {"msg": "Unable to reload core", "trace": trace}}
    assert solr.cause_in(json.dumps(answer).encode()) == "org.Z: thiếu lớp"


def test_an_error_of_solr_without_a_trace_is_named_by_its_message() -> None:
    assert solr.cause_in(b'{"error": {"msg": "SolrCore is loading"}}') == "SolrCore is loading"
