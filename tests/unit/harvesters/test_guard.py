"""Private addresses are refused unless the source's own host and port were allowed."""

from __future__ import annotations

import pytest

from ckanext.hue.harvesters import errors
from ckanext.hue.harvesters.guard import checked_address, is_public
from ckanext.hue.harvesters.http import Client, source_address


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
        checked_address("nguon.example", 80, [])


def test_only_the_allowed_port_of_the_host_is_reached() -> None:
    assert checked_address("127.0.0.1", 8080, [("127.0.0.1", 8080)]) == "127.0.0.1"
    with pytest.raises(errors.AddressRefused):
        checked_address("127.0.0.1", 6379, [("127.0.0.1", 8080)])


def test_the_client_refuses_before_it_connects() -> None:
    with pytest.raises(errors.AddressRefused):
        Client("http://127.0.0.1:9", backoff_seconds=0).get_json("danhmuc")


@pytest.mark.parametrize(
    "url", ["ftp://x/y", "file:///etc/passwd", "http://", "//x", "http://u:p@x/", "http://x:99999/", ""]
)
def test_only_plain_web_addresses_are_sources(url: str) -> None:
    with pytest.raises(errors.SettingsError):
        source_address(url)
