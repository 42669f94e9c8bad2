"""Whatever a field is given, it is taken or refused with a sentence; it never fails the portal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import ckan.plugins.toolkit as tk
import pytest

from ckanext.hue.metadata import fields

Make = Callable[..., dict[str, Any]]
ODD: list[Any] = ["[abc", "{", "[" * 5_000, "x" * 40_000, 5, [5], ["a", {"b": 1}], {"a": {"b": 1}}]


def paths(section: str) -> Iterator[str]:
    """The fields that the portal's own validators look at."""
    for field in fields.all_fields():
        # CKAN guesses a format from whatever the resource's address is, before anything looks at that.
        is_own = "hue_" in field.values.get("validators", "") and (section, field.path) != (
            "Tài nguyên",
            "url",
        )
        if field.section == section and is_own:
            yield field.path


def given(path: str, value: Any) -> dict[str, Any]:
    whole, _, part = path.partition(".")
    return {whole: [{part: value}]} if part else {whole: value}


@pytest.mark.parametrize("path", paths("Bộ dữ liệu"))
def test_a_dataset_is_stored_or_refused(dataset: Make, path: str) -> None:
    for value in ODD:
        with suppress(tk.ValidationError, tk.ObjectNotFound):
            dataset(**given(path, value))


@pytest.mark.parametrize("path", paths("Tài nguyên"))
def test_a_resource_is_stored_or_refused(dataset: Make, path: str) -> None:
    for value in ODD:
        with suppress(tk.ValidationError):
            dataset(resources=[{"url": "https://vi-du.vn/a.csv", "name": "a", **given(path, value)}])


@pytest.mark.parametrize("path", paths("Cơ quan"))
def test_an_agency_is_stored_or_refused(make_agency: Make, path: str) -> None:
    for value in ODD:
        with suppress(tk.ValidationError):
            make_agency(**given(path, value))
