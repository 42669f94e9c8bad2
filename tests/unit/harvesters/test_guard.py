"""Private addresses are refused unless the source's own host and port were allowed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

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
