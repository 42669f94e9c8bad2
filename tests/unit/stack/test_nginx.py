"""nginx with the portal's settings before a server of the test's own, which sees what arrives."""

from __future__ import annotations

import http.client
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any

import pytest

from stack import nginx, ports

KEPT = "public, max-age=0, s-maxage=600"
START_SECONDS = 20
# nginx counts whole seconds, so a page of a second lives up to two
A_SECOND = 2.1


@dataclass
class Behind:
    """What stands behind nginx: how it answers, and what it was asked."""

    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=lambda: [("Cache-Control", KEPT)])
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    body: str = "trang"


@pytest.fixture
def behind() -> Behind:
    return Behind()


@pytest.fixture
def server(behind: Behind) -> Iterator[ThreadingHTTPServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            behind.asked.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}))
            body = behind.body.encode()
            self.send_response(behind.status)
            for name, value in behind.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            """Nothing is to be read of it."""

    with ThreadingHTTPServer((ports.HOST, 0), Handler) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


Ask = Callable[..., tuple[http.client.HTTPResponse, str]]


@pytest.fixture
def ask(server: ThreadingHTTPServer, tmp_path: Path) -> Iterator[Ask]:
    outer = ports.find_free(26000, set())
    folder = tmp_path / "Cổng dữ liệu 'mở' (bản 1) $host"
    nginx.write(folder, outer, server.server_port)

    def send(path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Any:
        with closing(http.client.HTTPConnection(ports.HOST, outer, timeout=20)) as connection:
            connection.request(method, path, body, {n.replace("_", "-"): v for n, v in headers.items()})
            answer = connection.getresponse()
            return answer, answer.read().decode()

    process = subprocess.Popen(nginx.server_command(folder), stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                send("/nginx-health")
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < deadline, "nginx did not start"
                time.sleep(0.02)
        yield send
    finally:
        process.terminate()
        process.wait(timeout=20)


def cached(answer: http.client.HTTPResponse) -> str:
    return answer.getheader("X-Cache") or ""


@pytest.mark.parametrize(
    "path", ["/", "/en", "/en/", "/dataset", "/dataset/", "/en/dataset/x?q=1", "/about", "/guide/agencies"]
)
def test_a_page_is_asked_for_once(ask: Ask, behind: Behind, path: str) -> None:
    for expected in ("MISS", "HIT", "HIT"):
        answer, text = ask(path)
        assert (cached(answer), text) == (expected, "trang")
    assert [asked[1] for asked in behind.asked] == [path]


@pytest.mark.parametrize(
    "path",
    [
        "/api/3/action/package_search",
        "/download/x.csv",
        "/dataset/x/resource/y/download/tep",
        "/dataset/x/resource/y/download",
        "/dataset/x.ttl",
        "/catalog.ttl",
        "/user/login",
        "/dashboard/",
        "/harvest",
        "/feeds/dataset.atom",
        "/datastore/dump/x",
        "/%75ser/login",
        "/dataset/../user/login",
        "/datasets-khac",
    ],
)
def test_what_is_no_page_is_asked_for_each_time(ask: Ask, behind: Behind, path: str) -> None:
    assert [cached(ask(path)[0]) for _ in range(2)] == ["", ""]
    assert len(behind.asked) == 2


@pytest.mark.parametrize(
    "said",
    [
        "private, no-store",
        "private",
        "no-store",
        "public, no-cache",
        "public, max-age=0, must-revalidate",
        "",
    ],
)
def test_only_what_may_be_kept_is_kept(ask: Ask, behind: Behind, said: str) -> None:
    behind.headers = [("Cache-Control", said)] if said else []
    assert [cached(ask("/dataset/")[0]) for _ in range(2)] == ["MISS", "MISS"]


def test_an_answer_with_a_cookie_is_not_kept(ask: Ask, behind: Behind) -> None:
    behind.headers.append(("Set-Cookie", "ckan=bi-mat; Path=/"))
    assert ask("/")[0].getheader("Set-Cookie")
    behind.headers.pop()
    answer, _ = ask("/")
    assert (cached(answer), answer.getheader("Set-Cookie")) == ("MISS", None)


def test_a_page_is_asked_for_without_the_readers_headers(ask: Ask, behind: Behind) -> None:
    ask("/dataset/", X_Evil="evil", User_Agent="evil", Cookie="evil=1", Range="bytes=0-1", If_None_Match="e")
    assert "evil" not in str(behind.asked)
    assert set(behind.asked[0][2]) == {"host", "x-forwarded-host", "x-forwarded-proto", "accept"}


@pytest.mark.parametrize(
    "path", ["/download/x.csv", "/dataset/x.ttl", "/dataset/x/resource/y/download/t.zip"]
)
def test_a_download_keeps_what_its_reader_asked(ask: Ask, behind: Behind, path: str) -> None:
    ask(
        path,
        Range="bytes=5-9",
        If_Range='"a"',
        If_None_Match='"b"',
        Accept="text/csv",
        Accept_Encoding="gzip",
    )
    headers = behind.asked[0][2]
    assert (headers["range"], headers["if-range"], headers["if-none-match"]) == ("bytes=5-9", '"a"', '"b"')
    assert (headers["accept"], headers["accept-encoding"]) == ("text/csv", "gzip")


def test_a_form_that_is_sent_arrives_whole(ask: Ask, behind: Behind) -> None:
    answer, _ = ask("/dataset/x", "POST", b"a=1", Content_Type="application/x-www-form-urlencoded")
    assert cached(answer) == ""
    assert (behind.asked[0][0], behind.asked[0][2]["content-length"]) == ("POST", "3")


def test_an_old_page_is_given_away_while_the_portal_is_down_where_it_may_be(
    ask: Ask, behind: Behind, server: ThreadingHTTPServer
) -> None:
    for path, bound in (("/about", "stale-if-error=600"), ("/dataset/x", "stale-if-error=1")):
        behind.headers = [("Cache-Control", f"public, max-age=0, s-maxage=1, {bound}")]
        ask(path)
    time.sleep(2 * A_SECOND)
    server.shutdown()
    server.server_close()
    answer, text = ask("/about")
    assert (answer.status, cached(answer), text) == (200, "STALE", "trang")
    assert ask("/dataset/x")[0].status == 503


@pytest.mark.parametrize("status", [403, 404, 410, 500])
def test_what_the_portal_answers_takes_an_old_pages_place(ask: Ask, behind: Behind, status: int) -> None:
    behind.headers = [("Cache-Control", "public, max-age=0, s-maxage=1, stale-if-error=600")]
    ask("/dataset/x")
    time.sleep(A_SECOND)
    behind.status, behind.body, behind.headers = status, "không còn", [("Cache-Control", "private")]
    answer, text = ask("/dataset/x")
    assert (answer.status, text) == (status, "không còn")


def test_no_page_is_older_than_is_allowed_however_rarely_it_is_read(ask: Ask, behind: Behind) -> None:
    behind.headers = [("Cache-Control", "public, max-age=0, s-maxage=1, stale-while-revalidate=1")]
    ask("/")
    time.sleep(2 * A_SECOND)
    behind.body = "trang mới"
    answer, text = ask("/")
    assert (cached(answer), text) == ("EXPIRED", "trang mới")


def test_many_readers_at_once_make_one_question(ask: Ask, behind: Behind) -> None:
    with ThreadPool(10) as pool:
        texts = pool.map(lambda _: ask("/about")[1], range(30))
    assert texts == ["trang"] * 30
    assert len(behind.asked) == 1


def test_without_the_portal_people_are_told_to_come_back(ask: Ask, server: ThreadingHTTPServer) -> None:
    server.shutdown()
    server.server_close()
    for path in ("/", "/dataset/moi", "/user/login", "/api/3"):
        answer, text = ask(path)
        assert (answer.status, answer.getheader("Retry-After")) == (503, "60"), path
        assert "Xin quay lại" in text


def test_files_of_the_portal_are_kept_for_good_under_a_name_of_their_content(
    ask: Ask, behind: Behind
) -> None:
    behind.headers = [("Cache-Control", "public, max-age=0"), ("Set-Cookie", "ckan=x"), ("Vary", "Cookie")]
    for path in (
        "/webassets/hue/f6f47925_theme.css",
        "/built/icons-8b7e7277.svg",
        "/built/explorer-ABCD2345.js",
    ):
        for _ in range(2):
            answer, _ = ask(path)
            assert answer.getheader("Cache-Control") == "public, max-age=31536000, immutable"
            assert answer.getheader("Set-Cookie") is None
    assert len(behind.asked) == 3


@pytest.mark.parametrize("file", ["/base/vendor/jquery.js", "/fonts/a.woff2", "/built/explorer-ABCD2345.js"])
@pytest.mark.parametrize("prefix", ["/dataset/..", "/dataset/%2e%2e", "//", "/x/%2e./y/.."])
def test_another_address_does_not_take_a_files_place(
    ask: Ask, behind: Behind, file: str, prefix: str
) -> None:
    behind.body = "xấu"
    ask(prefix + file)
    behind.body = "tốt"
    assert ask(file)[1] == "tốt"
