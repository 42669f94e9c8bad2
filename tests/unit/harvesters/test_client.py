"""The HTTP client over real connections: deadlines, files, conditional requests, addresses."""

from __future__ import annotations

import gzip
import io
import ipaddress
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ckanext.hue.harvesters import errors
from ckanext.hue.harvesters.http import Client

Serve = Callable[..., Any]
LONG = 600  # steps of a server that would drip for a minute


def client(web: Any, **settings: Any) -> Client:
    return Client(web.base, allow_private_host=True, backoff_seconds=0, **settings)


def drip(request: Any, data: bytes) -> None:
    for _ in range(LONG):
        request.wfile.write(data)
        request.wfile.flush()
        time.sleep(0.1)


def slow_status(request: Any) -> None:
    request.wfile.write(b"HTTP/1.1 2")
    drip(request, b"0")


def slow_headers(request: Any) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    drip(request, b"a")


def endless_interim_answers(request: Any) -> None:
    drip(request, b"HTTP/1.1 100 Continue\r\n\r\n")


def slow_body(request: Any) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    drip(request, b"a")


def slow_chunks(request: Any) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    drip(request, b"1\r\na\r\n")


def slow_redirects(request: Any) -> None:
    time.sleep(0.2)
    request.give(status=302, Location="/again")


@pytest.mark.parametrize(
    "answer",
    [slow_status, slow_headers, endless_interim_answers, slow_body, slow_chunks, slow_redirects],
)
def test_whatever_is_slow_ends_at_the_deadline(serve: Serve, answer: Callable[[Any], None]) -> None:
    web = serve(answer)
    with pytest.raises(errors.TooSlow):
        client(web, total_seconds=0.5).get("x")
    assert len(web.seen) <= 5


def test_slow_headers_end_at_the_deadline_behind_tls_too(serve: Serve, tmp_path: Path) -> None:
    web = serve(slow_headers, certificate(tmp_path))
    slow = client(web, total_seconds=0.5)
    slow.session.verify = str(tmp_path / "certificate.pem")
    with pytest.raises(errors.TooSlow):
        slow.get("x")


def test_a_certificate_that_nobody_vouches_for_is_no_connection(serve: Serve, tmp_path: Path) -> None:
    web = serve(lambda request: request.give(b"[]"), certificate(tmp_path))
    with pytest.raises(errors.Unreachable):
        client(web).get_json("x")
    trusting = client(web)
    trusting.session.verify = str(tmp_path / "certificate.pem")
    assert trusting.get_json("x") == []


def test_the_body_of_a_redirect_is_not_read(serve: Serve) -> None:
    def answer(request: Any) -> None:
        if request.path == "/toi":
            request.give(b"[]")
        else:
            request.wfile.write(b"HTTP/1.1 302 Found\r\nLocation: /toi\r\nContent-Length: 100000\r\n\r\n")
            drip(request, b"a")

    assert client(serve(answer), total_seconds=5).get_json("x") == []


def test_each_try_has_the_whole_time_and_an_empty_file(serve: Serve) -> None:
    def answer(request: Any) -> None:
        if len(web.seen) == 1:
            request.give(b"mot nua", Content_Length="100")  # and then no more
            request.close_connection = True
        else:
            request.give(b"ca tep")

    web = serve(answer)
    file = io.BytesIO()
    answered = client(web).download("tep.csv", file)
    assert file.getvalue() == b"ca tep"
    assert answered.body == b""
    assert len(web.seen) == 2


def test_a_file_over_the_cap_is_not_read_on(serve: Serve) -> None:
    web = serve(lambda request: request.give(b"x" * 100_000))
    with pytest.raises(errors.TooLarge):
        client(web).download("tep.csv", io.BytesIO(), max_bytes=50_000)
    assert len(web.seen) == 1


def test_the_cap_counts_bytes_after_decompression(serve: Serve) -> None:
    packed = gzip.compress(b"0" * 10_000_000)
    web = serve(lambda request: request.give(packed, Content_Encoding="gzip"))
    assert len(packed) < 50_000
    with pytest.raises(errors.TooLarge):
        client(web, max_bytes=50_000).get("x")


def test_a_tag_that_still_holds_saves_the_body(serve: Serve) -> None:
    def answer(request: Any) -> None:
        if request.headers["If-None-Match"] == 'W/"một"'.encode().decode("latin-1"):
            request.give(status=304, ETag="x")
        else:
            request.give(b"[1]", ETag='W/"một"'.encode().decode("latin-1"))

    web = serve(answer)
    first = client(web).get("x")
    assert (first.modified, first.json()) == (True, [1])
    again = client(web).get("x", mark=first.mark)
    assert (again.modified, again.body) == (False, b"")
    assert "If-Modified-Since" not in web.seen[1][2]


def test_a_time_serves_where_there_is_no_tag(serve: Serve) -> None:
    old = "Wed, 01 Jan 2020 00:00:00 GMT"

    def answer(request: Any) -> None:
        if request.headers["If-Modified-Since"] == old:
            request.give(status=304)
        else:
            request.give(b"a", Last_Modified=old, Date="Wed, 01 Jan 2025 00:00:00 GMT")

    web = serve(answer)
    mark = client(web).get("x").mark
    assert not client(web).download("x", io.BytesIO(), mark=mark).modified


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"ETag": ""},
        {"ETag": '"' + "x" * 600 + '"'},
        {"Last_Modified": "hôm qua".encode().decode("latin-1")},
        {"Last_Modified": "Wed, 01 Jan 2025 00:00:00 GMT", "Date": "Wed, 01 Jan 2025 00:00:01 GMT"},
    ],
)
def test_what_cannot_tell_a_later_change_is_no_mark(serve: Serve, headers: dict[str, str]) -> None:
    assert client(serve(lambda request: request.give(b"a", **headers))).get("x").mark == ""


def test_not_modified_is_an_error_when_nobody_asked(serve: Serve) -> None:
    with pytest.raises(errors.RefusedByServer, match="304"):
        client(serve(lambda request: request.give(status=304))).get("x")


def test_text_is_read_in_the_encoding_that_it_declares(serve: Serve) -> None:
    def answer(request: Any) -> None:
        encoding = request.path.removeprefix("/")
        body = "\ufeffHuế".encode() if encoding == "utf-8" else "Hu\u1ebf".encode("utf-16")
        request.give(body, Content_Type=f"text/plain; charset={encoding}")

    web = serve(answer)
    assert client(web).get_text("utf-8") == client(web).get_text("utf-16") == "Huế"
    for wrong in ("ascii", "khong-co"):
        with pytest.raises(errors.NotText, match=wrong):
            client(web).get_text(wrong)


def test_a_whole_address_is_asked_for_as_it_is(serve: Serve) -> None:
    web = serve(lambda request: request.give(b"[]"))
    here = Client(web.base + "/goc", allow_private_host=True, token="abc")
    here.get_json("muc")
    here.get_json(f"{web.base}/khac?trang=2")
    assert web.paths() == ["/goc/muc", "/khac?trang=2"]
    assert {headers["Authorization"] for _method, _path, headers in web.seen} == {"Bearer abc"}


@pytest.mark.parametrize(
    "address",
    [
        "http://",
        "https://a:b@nguon.example/",
        "http://nguon.example:99999/",
        "http://[fe80::1%25lo]/",
        "http://[::1/",
    ],
)
def test_a_whole_address_has_to_be_a_plain_one(address: str) -> None:
    with pytest.raises(errors.BadAddress):
        Client("https://nguon.example").get(address)


def test_a_path_never_leaves_the_source(serve: Serve) -> None:
    web = serve(lambda request: request.give(b"[]"))
    for path in ("//khac.example/x", "file:///etc/passwd", "ftp://khac.example/"):
        client(web).get_json(path)
    assert len(web.seen) == 3


def test_the_headers_of_a_head_are_given(serve: Serve) -> None:
    web = serve(lambda request: request.give(b"abc", ETag='"1"'))
    answer = client(web).head("x")
    assert (answer.mark, answer.headers["content-length"]) == ('etag:"1"', "3")
    assert web.paths("HEAD") == ["/x"]


def test_a_head_is_tried_once(serve: Serve) -> None:
    web = serve(lambda request: request.give(status=503))
    with pytest.raises(errors.RefusedByServer):
        client(web).head("x")
    assert len(web.seen) == 1


@pytest.mark.parametrize("told", ["9" * 5_000, "Wed, 21 Oct 99999 07:28:00 GMT", "soon"])
def test_a_pause_that_is_none_is_not_kept(serve: Serve, told: str) -> None:
    tries: list[str] = []

    def answer(request: Any) -> None:
        tries.append(request.path)
        if len(tries) == 1:
            request.give(status=503, Retry_After=told)
        else:
            request.give(b"{}")

    assert client(serve(answer)).get_json("x") == {}


def certificate(folder: Path) -> ssl.SSLContext:
    """A certificate for 127.0.0.1 that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "thu")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context


@pytest.mark.parametrize(
    ("head", "get", "status", "methods"),
    [
        (200, 500, 200, ["HEAD"]),
        (404, 200, 200, ["HEAD", "GET"]),
        (405, 206, 206, ["HEAD", "GET"]),
        (501, 404, 404, ["HEAD", "GET"]),
        (500, 500, 500, ["HEAD", "GET"]),
        (429, 200, 429, ["HEAD"]),
    ],
)
def test_a_status_is_asked_by_head_and_then_by_get(
    serve: Callable[..., Any], head: int, get: int, status: int, methods: list[str]
) -> None:
    web = serve(lambda request: request.give(b"x" * 100_000, head if request.command == "HEAD" else get))
    client = Client(web.base, allow_private_host=True)
    assert client.status(f"{web.base}/tep?a=1") == status
    assert [method for method, _, _ in web.seen] == methods


def test_a_status_is_the_one_behind_the_redirects(serve: Callable[..., Any]) -> None:
    web = serve(
        lambda request: request.give(status=302, Location="/moi") if request.path == "/cu" else request.give()
    )
    assert Client(web.base, allow_private_host=True).status(f"{web.base}/cu") == 200


def test_no_status_of_a_private_address_is_asked(serve: Callable[..., Any]) -> None:
    web = serve(lambda request: request.give())
    with pytest.raises(errors.AddressRefused):
        Client("http://example.vn").status(f"{web.base}/tep")
    assert web.seen == []
