"""The example of docs/sources.md is a kind of source, and as short as it says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ckanext.hue.harvesters import errors, kinds
from ckanext.hue.harvesters.base import Column, Page, Source
from ckanext.hue.harvesters.platform import PlatformSource

Serve = Callable[..., Any]
DOCUMENT = (Path(__file__).parents[3] / "docs/sources.md").read_text("utf-8")
LAKES: Any = [{"ma": "ta/trach", "ten": "Tả Trạch", "luc": "2026-01-31T08:00:00+07:00"}, {"ma": "binh-dien"}]
LEVELS: dict[str, Any] = {"so": 2, "muc": [{"luc": "2026-01-31T07:00", "muc": 25.4}, {"luc": "x", "muc": 25}]}


def example() -> str:
    [code] = re.findall(r"## A new kind of source\n.*?```python\n(.*?)```", DOCUMENT, re.DOTALL)
    return code


@pytest.fixture
def reservoirs(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Source]:
    """Serve reservoirs and open them as the kind of the example."""
    names: dict[str, Any] = {}
    exec(compile(example(), "docs/sources.md", "exec"), names)  # noqa: S102
    monkeypatch.setitem(kinds.KINDS, "ho-chua", names["ReservoirSource"])  # type: ignore[arg-type]

    def opened(lakes: Any = LAKES, levels: Any = LEVELS) -> Source:
        bodies = {"/ho.json": lakes, "/muc/ta%2Ftrach.json": levels}
        web = serve(lambda request: request.give(json.dumps(bodies[request.path]).encode()))
        return kinds.open_source(
            "ho-chua", web.base, allow_private_host=True, settings={"agency": "so-nong-nghiep"}
        )

    return opened


def test_the_example_has_at_most_forty_lines() -> None:
    assert len([line for line in example().splitlines() if line.strip()]) <= 40


def test_the_example_lists_and_reads(reservoirs: Callable[..., Source]) -> None:
    source = reservoirs()
    first, second = source.listing()
    assert (first.title, first.agency_code) == ("Mực nước hồ Tả Trạch", "so-nong-nghiep")
    assert (first.tells_changes, second.tells_changes) == (True, False)
    [page] = source.pages(first)
    assert isinstance(page, Page)
    assert len(page.rows) == 2
    assert page.columns[0] == Column("luc", "Thời điểm", "timestamp", "", True)


def test_the_example_believes_only_what_is_complete(reservoirs: Callable[..., Source]) -> None:
    source = reservoirs(levels={**LEVELS, "so": 3})
    with pytest.raises(errors.IncompleteTable):
        list(source.pages(next(source.listing())))
    with pytest.raises(errors.BadEnvelope):
        list(reservoirs(lakes=[{}]).listing())


def test_the_settings_of_the_example_are_checked(reservoirs: Callable[..., Source]) -> None:
    reservoirs()
    with pytest.raises(errors.SettingsError, match="agency"):
        kinds.open_source("ho-chua", "https://nguon.example", settings={"khac": "x"})


def test_the_mapping_of_the_document_is_a_valid_one() -> None:
    [text] = re.findall(r"## Another platform's names\n.*?```json\n(.*?)```", DOCUMENT, re.DOTALL)
    opened = kinds.open_source("platform", "https://nguon.example", settings=json.loads(text))
    assert isinstance(opened, PlatformSource)
    assert opened.names.table_address("a/b") == "api/v2/rows?dataset=a%2Fb"
