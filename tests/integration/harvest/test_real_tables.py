"""The province's real exports: complete ones are published row for row, the incomplete one is refused."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ckanext.hue.harvest import reports

Run = Callable[..., Any]
FOLDER = Path(__file__).parents[4] / "shared" / "real-tables"
LISTS = ("data", "newsList")

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the real exports (../shared/real-tables) are not beside this checkout"
)


def exported_rows() -> dict[str, list[dict[str, Any]]]:
    """Each file's rows by file name."""
    found = {}
    for path in sorted(FOLDER.glob("*.json")):
        body = json.loads(path.read_text(encoding="utf-8"))
        found[path.name] = body if isinstance(body, list) else next(body[n] for n in LISTS if n in body)
    return found


def as_text(value: Any) -> str:
    """A value as it is stored: nested ones as JSON, letters composed (some exports hold decomposed ones)."""
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else str(value)
    return unicodedata.normalize("NFC", text)


def test_nine_tables_are_published_row_for_row_and_one_is_refused(
    sandbox: Run, add_source: Run, harvest: Run, action: Run
) -> None:
    source = add_source(sandbox(data=FOLDER))

    status = harvest(source)

    assert (status.state, status.listed, status.done, status.failed) == ("finished", 10, 9, 1)
    assert status.held == 0  # phones of hotels, coordinates and codes are no personal data
    [line] = reports.report(status.id, notable=True)
    title, state, reason = line.title, line.state, line.message
    assert "lữ hành" in title.lower()
    assert state == "failed"
    assert "190" in reason and "10" in reason

    found = action("package_search", q="", fq=f"extras_harvest_source:{source.name}", rows=100)["results"]
    counts = {}
    for dataset in found:
        [resource] = dataset["resources"]
        answer = action("datastore_search", resource_id=resource["id"], limit=32000)
        counts[dataset["title"]] = answer["total"]
        expected = next(rows for rows in exported_rows().values() if same(rows, answer["records"]))
        assert len(expected) == answer["total"]
    assert sorted(counts.values()) == [12, 12, 50, 88, 138, 154, 180, 196, 6794]


def same(exported: list[dict[str, Any]], records: list[dict[str, Any]]) -> bool:
    """Whether the records hold the exported rows, cell for cell, in their order."""
    if len(exported) != len(records):
        return False
    for row, record in zip(exported, records, strict=True):
        for name, value in row.items():
            if name == "sttbanghi":
                continue
            stored = record.get(name)
            if value is None or isinstance(value, (bool, int, float)):
                if stored != value:
                    return False
            elif stored != as_text(value) and not is_the_same_moment(stored, value):
                return False
    return True


def is_the_same_moment(stored: Any, exported: Any) -> bool:
    """17-09-2024 10:55 stands as the timestamp 2024-09-17T10:55:00."""
    if not isinstance(stored, str) or not isinstance(exported, str) or len(exported) < 16:
        return False
    day, month, year, time = exported[:2], exported[3:5], exported[6:10], exported[11:16]
    return stored.startswith(f"{year}-{month}-{day}T{time}")
