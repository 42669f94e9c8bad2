"""JSON values become COPY text without loss."""

from __future__ import annotations

import pytest

from ckanext.hue.tables.cells import Kind, copy_text, kind_of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, r"\N"),
        ("", ""),
        (r"\N", r"\\N"),
        ("một\thai\nba\r", r"một\thai\nba\r"),
        ("x\x00y", "xy"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (107.583, "107.583"),
        (2**70, "1180591620717411303424"),
        (["đ", None], '["đ", null]'),
        ({"a": "b\n"}, r'{"a": "b\\n"}'),
    ],
)
def test_a_value_is_escaped_for_copy(value: object, text: str) -> None:
    assert copy_text(value) == text


def test_text_is_stored_in_nfc() -> None:
    assert copy_text("Huế".encode().decode()) == copy_text("Hu\u0065\u0302\u0301") == "Huế"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, Kind.NONE),
        ("1", Kind.TEXT),
        (1, Kind.INTEGER),
        (1.0, Kind.DECIMAL),
        (True, Kind.BOOLEAN),
        ([1], Kind.TEXT),
    ],
)
def test_the_kind_is_the_json_type(value: object, kind: Kind) -> None:
    assert kind_of(value) is kind
