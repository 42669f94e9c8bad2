"""Private addresses are refused unless the source's own host and port were allowed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ckanext.hue.harvesters import errors
from ckanext.hue.harvesters.addresses import source_address
from ckanext.hue.harvesters.guard import GuardedAdapter, checked_addresses, is_public
from ckanext.hue.harvesters.http import Client


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:10.0.0.1",
        "2002:a00:1::",
        "64:ff9b::a00:1",
        "64:ff9b:1::a00:1",
        "fec0::1",
        "::10.0.0.1",
        "::ffff:0:10.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2002:c0a8:101::1",
        "2001::1",
        "ff02::1",
        "::",
        "::1%lo",
        "fd00:ec2::254",
        "2001:db8::1",
        "100.100.100.200",
        "192.0.2.1",
        "198.18.0.1",
        "240.0.0.1",
        "255.255.255.255",
    ],
)
def test_private_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


def test_public_addresses_are_public() -> None:
    assert is_public("1.1.1.1")
    assert is_public("2606:4700:4700::1111")


def test_one_private_address_of_a_name_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(2, 1, 6, "", ("1.1.1.1", 80)), (2, 1, 6, "", ("10.0.0.1", 80))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_a, **_k: answers)
    with pytest.raises(errors.AddressRefused, match=r"10\.0\.0\.1"):
        checked_addresses("nguon.example", 80, [])


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_the_addresses_does_not_matter(monkeypatch: pytest.MonkeyPatch, order: int) -> None:
    answers = [(2, 1, 6, "", ("1.1.1.1", 80)), (10, 1, 6, "", ("::ffff:127.0.0.1", 80, 0, 0))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_a, **_k: answers[::order])
    with pytest.raises(errors.AddressRefused):
        checked_addresses("nguon.example", 80, [("nguon.example", 8080)])


@pytest.mark.parametrize(
    "host",
    [
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "0",
        "0.0.0.0",  # noqa: S104
        "169.254.169.254",
        "0xa9fea9fe",
        "2852039166",
        "localhost",
        "LOCALHOST",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:a9fe:a9fe]",
        "[::1%25lo]",
        "[fe80::1%25lo]",
        "①②⑦.⓪.⓪.①",
        "127。0。0。1",
        "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
        "１２７.1",
    ],
)
def test_no_spelling_of_a_private_host_is_reached(host: str) -> None:
    with pytest.raises((errors.AddressRefused, errors.SettingsError)):
        Client(f"http://{host}:9", backoff_seconds=0).get("x")


@pytest.mark.parametrize(
    "url",
    [
        "http://nguon.example\\@127.0.0.1/",
        "http://nguon.example#@127.0.0.1/",
        "http://nguon.example@127.0.0.1/",
        "http://127.0.0.1\\.nguon.example/",
        "http://127.0.0.1%2f.nguon.example/",
        "http://127.0.0.1%00.nguon.example/",
        "http://nguon.example:80@127.0.0.1:9/",
    ],
)
def test_what_is_checked_is_what_is_reached(url: str) -> None:
    """However an address is written to be read in two ways, only one reading exists here."""
    try:
        host, _port = source_address(url)
    except errors.SettingsError:
        return
    with pytest.raises((errors.AddressRefused, errors.Unreachable)) as caught:
        Client(url, backoff_seconds=0).get("x")
    if isinstance(caught.value, errors.AddressRefused):
        assert caught.value.values["host"] == host


def test_only_the_allowed_port_of_the_host_is_reached() -> None:
    assert checked_addresses("127.0.0.1", 8080, [("127.0.0.1", 8080)]) == ["127.0.0.1"]
    with pytest.raises(errors.AddressRefused):
        checked_addresses("127.0.0.1", 6379, [("127.0.0.1", 8080)])


def test_a_redirect_to_a_private_address_is_refused() -> None:
    class Redirect(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:9/metadata")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Tests print nothing."""

    with serving(Redirect) as base, pytest.raises(errors.AddressRefused):
        Client(base, allow_private_host=True, backoff_seconds=0).get_json("danhmuc")


@pytest.mark.parametrize(
    ("target", "refused"),
    [
        ("http://127.0.0.1:9/", errors.AddressRefused),
        ("https://127.0.0.1:9/", errors.AddressRefused),
        ("//127.0.0.1:9/", errors.AddressRefused),
        ("http://[::1]:9/", errors.AddressRefused),
        ("http://169.254.169.254/latest/meta-data/", errors.AddressRefused),
        ("http://2130706433:9/", errors.AddressRefused),
        ("file:///etc/passwd", errors.BadRedirect),
        ("gopher://127.0.0.1:6379/_FLUSHALL", errors.BadRedirect),
        ("ftp://127.0.0.1/", errors.BadRedirect),
        ("http://u:p@127.0.0.1:9/", errors.BadRedirect),
        ("http://[::1", errors.BadRedirect),
        ("http://[fe80::1%25lo]/", errors.BadRedirect),
    ],
)
def test_no_redirect_leads_out_of_the_open_web(
    serve: Callable[..., Any], target: str, refused: type[Exception]
) -> None:
    web = serve(lambda request: request.give(status=302, Location=target))
    with pytest.raises(refused):
        Client(web.base, allow_private_host=True, backoff_seconds=0).get("x")
    assert len(web.seen) == 1


def test_a_redirect_to_another_port_of_the_allowed_host_is_refused(serve: Callable[..., Any]) -> None:
    other = serve(lambda request: request.give(b"bi mat"))
    web = serve(lambda request: request.give(status=307, Location=other.base))
    with pytest.raises(errors.AddressRefused):
        Client(web.base, allow_private_host=True, backoff_seconds=0).get("x")
    assert other.seen == []


def test_the_address_that_was_checked_is_the_one_connected_to(
    serve: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name whose answer changes after the check: public first, then loopback."""
    web = serve(lambda request: request.give(b"cong khai"))
    asked: list[str] = []
    connected: list[Any] = []
    resolve, connect = socket.getaddrinfo, socket.socket.connect

    def changing(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        if host != "nguon.example":
            return resolve(host, port, *args, **kwargs)
        asked.append(host)
        return [(2, 1, 6, "", ("8.8.8.8" if len(asked) == 1 else "127.0.0.1", port))]

    def recorded(self: socket.socket, address: Any) -> None:
        connected.append(address)
        connect(self, ("127.0.0.1", web.port))  # stands for the public server

    monkeypatch.setattr("socket.getaddrinfo", changing)
    monkeypatch.setattr("socket.socket.connect", recorded)
    answer = Client(f"http://nguon.example:{web.port}", backoff_seconds=0).get("x")
    assert answer.body == b"cong khai"
    assert connected == [("8.8.8.8", web.port)]
    assert asked == ["nguon.example"]
    assert web.seen[0][2]["Host"] == f"nguon.example:{web.port}"


def test_a_name_is_checked_again_for_each_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["8.8.8.8", "127.0.0.1"])

    def refuse(_self: socket.socket, _address: Any) -> None:
        raise ConnectionRefusedError

    def changing(host: str, port: int, *_args: Any, **_kwargs: Any) -> Any:
        address = next(answers) if host == "nguon.example" else host
        return [(2, 1, 6, "", (address, port))]

    monkeypatch.setattr("socket.getaddrinfo", changing)
    monkeypatch.setattr("socket.socket.connect", refuse)
    with pytest.raises(errors.AddressRefused, match=r"127\.0\.0\.1"):
        Client("http://nguon.example:9", backoff_seconds=0).get("x")


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_not_used(
    serve: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    proxy = serve(lambda request: request.give(b"proxy"))
    web = serve(lambda request: request.give(b"nguon"))
    monkeypatch.setenv(name, proxy.base)
    monkeypatch.setenv("no_proxy", "")
    assert Client(web.base, allow_private_host=True).get("x").body == b"nguon"
    with pytest.raises(errors.AddressRefused):
        Client("http://127.0.0.1:9", backoff_seconds=0).get("x")
    assert proxy.seen == []


def test_being_named_in_no_proxy_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    with pytest.raises(errors.AddressRefused):
        Client("http://127.0.0.1:9", backoff_seconds=0).get("x")


def test_passwords_of_the_machine_are_not_sent(
    serve: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    web = serve(lambda request: request.give(b"[]"))
    Client(web.base, allow_private_host=True).get_json("x")
    assert "Authorization" not in web.seen[0][2]


def test_a_host_with_letters_of_its_own_language_is_allowed_as_it_is_reached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    host, port = source_address("http://Nguồn.example:8080/x")
    assert host == "xn--ngun-dy5a.example"
    monkeypatch.setattr("socket.getaddrinfo", lambda *_a, **_k: [(2, 1, 6, "", ("10.0.0.1", port))])
    assert checked_addresses(host, 8080, [(host, port)]) == ["10.0.0.1"]


def test_the_token_goes_to_the_sources_own_host_alone() -> None:
    seen: list[str | None] = []

    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers["Authorization"])
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"[]")

        def log_message(self, *_arguments: object) -> None:
            """Tests print nothing."""

    with serving(Other) as other:

        class Redirect(Other):
            def do_GET(self) -> None:
                seen.append(self.headers["Authorization"])
                self.send_response(302)
                self.send_header("Location", other + "/x")
                self.send_header("Content-Length", "0")
                self.end_headers()

        with serving(Redirect) as base:
            client = Client(base, allow_private_host=True, token="abc", backoff_seconds=0)
            client.session.mount("http://", GuardedAdapter([source_address(base), source_address(other)]))
            assert client.get_json("danhmuc") == []
    assert seen == ["Bearer abc", None]


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_client_refuses_before_it_connects() -> None:
    with pytest.raises(errors.AddressRefused):
        Client("http://127.0.0.1:9", backoff_seconds=0).get_json("danhmuc")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x/y",
        "file:///etc/passwd",
        "http://",
        "//x",
        "http://u:p@x/",
        "http://x:99999/",
        "",
        "http://x/?khoa=1",
        "http://x/#y",
        "http://" + "a" * 64 + ".vn/",
    ],
)
def test_only_plain_web_addresses_are_sources(url: str) -> None:
    with pytest.raises(errors.SettingsError):
        source_address(url)
