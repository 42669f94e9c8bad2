"""Addresses, settings and names of a warehouse are told apart, and wrong ones refused in words."""

from __future__ import annotations

import pytest

from ckanext.hue.harvesters.errors import AddressRefused, BadEntry, SettingsError
from ckanext.hue.harvesters.kinds import open_source
from ckanext.hue.harvesters.warehouse import address, names


@pytest.mark.parametrize(
    "url",
    [
        "", "postgresql://", "postgresql://kho/so_hoa", "http://doc@kho/so_hoa", "postgresql://doc@kho",
        "postgresql://doc@kho/", "postgresql://doc@kho/a/b", "postgresql://doc:mat-khau@kho/so_hoa",
        "postgresql://doc@kho/so_hoa?host=khac", "postgresql://doc@kho/so_hoa?options=-c%20x",
        "postgresql://doc@kho,khac/so_hoa", "postgresql://doc@%2Ftmp/so_hoa", "postgresql://doc@kho:99999/a",
        "postgresql://doc@kho/a%00b", "postgresql://doc@[::1/so_hoa",
    ],
)  # fmt: skip
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(SettingsError):
        open_source("warehouse", url)


def test_an_address_is_taken_apart() -> None:
    found = address.parse("postgresql://doc%40so@kho.hue.gov.vn:6432/s%E1%BB%91%20h%C3%B3a")
    assert found == address.Address("doc@so", "kho.hue.gov.vn", 6432, "số hóa")
    assert address.parse("postgresql://doc@[2001:db8::1]/a") == address.Address(
        "doc", "2001:db8::1", 5432, "a"
    )


@pytest.mark.parametrize(
    "settings",
    [
        {"schemas": ["pg_catalog"]}, {"schemas": ["information_schema"]}, {"schemas": [""]},
        {"schemas": "public"}, {"schemas": ["x" * 64]}, {"change_column": "ế" * 22}, {"sslmode": "prefer"},
        {"khac": "1"},
    ],
)  # fmt: skip
def test_wrong_settings_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        open_source("warehouse", "postgresql://doc@kho/so_hoa", settings=settings)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "10.0.0.1", "[::ffff:10.0.0.1]", "169.254.169.254"])
def test_a_private_host_is_refused_before_anything_is_sent(host: str) -> None:
    source = open_source("warehouse", f"postgresql://doc@{host}/so_hoa")
    with pytest.raises(AddressRefused):
        next(source.listing())


@pytest.mark.parametrize("sslmode", address.SSL_MODES)
def test_what_libpq_would_take_from_elsewhere_is_given(sslmode: str) -> None:
    where = address.parse("postgresql://doc@203.0.114.9/so_hoa")
    how = address.connection_settings(where, "", sslmode, allow_private_host=False)
    assert (how["hostaddr"], how["password"], how["sslmode"]) == ("203.0.114.9", "", sslmode)
    assert {"passfile", "sslrootcert", "sslcert", "sslkey", "options", "target_session_attrs"} <= set(how)


@pytest.mark.parametrize(
    ("schema", "table", "remote_id"),
    [
        ("mo", "khach_2024", "mo.khach_2024"),
        ("mo.a", "b", '"mo.a".b'),
        ("mo", "a.b", 'mo."a.b"'),
        ('m"o', '"', '"m""o".""""'),
        ("Mở", "select", '"Mở".select'),
        ("mo", "2024", 'mo."2024"'),
    ],
)
def test_a_table_has_one_id_and_an_id_one_table(schema: str, table: str, remote_id: str) -> None:
    assert names.remote_id(schema, table) == remote_id
    assert names.parts(remote_id) == (schema, table)


@pytest.mark.parametrize("remote_id", ["", "a", "a.b.c", 'a."b', 'a."b"c"', "a.B", "a.", 'a.""', "a.b; x"])
def test_what_is_no_id_is_refused(remote_id: str) -> None:
    with pytest.raises(BadEntry):
        names.parts(remote_id)
