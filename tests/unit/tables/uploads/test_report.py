"""A report holds what was found, in the file's order and within limits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ckanext.hue.harvesters.base import Batch
from ckanext.hue.tables.errors import TableError
from ckanext.hue.tables.reading.base import Finding, Findings
from ckanext.hue.tables.uploads import formats, report, work
from ckanext.hue.tables.uploads.errors import SheetMissing
from ckanext.hue.tables.uploads.report import Draft


class Opened:
    """A file that was opened, with some findings."""

    def __init__(
        self, *found: Finding, sheets: tuple[str, ...] = ("Quý 1", "Quý 2"), limit: int = 1_000
    ) -> None:
        self.sheets: Any = sheets
        self.findings = Findings(limit)
        for finding in found:
            self.findings.add(finding)

    def batches(self, sheet: str) -> Iterator[Batch]:
        raise NotImplementedError(sheet)


def test_findings_come_in_the_order_of_rows_and_name_their_sheet() -> None:
    draft = Draft(
        "", opened=Opened(Finding("b", row=7), Finding("cả cột"), Finding("a", row=2, sheet="Quý 2"))
    )
    draft.sheet = "Quý 1"
    found = draft.as_dict()["findings"]
    assert [(finding["message"], finding["sheet"], finding["row"]) for finding in found] == [
        ("a", "Quý 2", 2),
        ("b", "Quý 1", 7),
        ("cả cột", "Quý 1", None),
    ]


def test_what_a_refusal_knows_of_rows_is_in_the_report_once() -> None:
    same = Finding("sai", row=3)
    draft = Draft("", opened=Opened(same))
    draft.failed(TableError().at([same, Finding("sai", row=9)]))
    assert [finding["row"] for finding in draft.as_dict()["findings"]] == [3, 9]


def test_a_report_is_bounded_and_says_what_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "MAX_FINDINGS", 3)
    draft = Draft("", opened=Opened(*(Finding("sai", row=row) for row in range(10)), limit=5))
    told = draft.as_dict()
    assert len(told["findings"]) == 3
    assert told["left_out"] == 7


def test_long_values_are_cut() -> None:
    [finding] = Draft("", opened=Opened(Finding("dài", value="x" * 10_000))).as_dict()["findings"]
    assert len(finding["value"]) == report.MAX_VALUE + 1


def test_a_file_that_could_not_be_opened_has_an_empty_report() -> None:
    assert Draft("Quý 1").as_dict() == {"sheet": "Quý 1", "sheets": [], "findings": [], "left_out": 0}


@pytest.mark.parametrize(("asked", "read"), [("", "Quý 1"), ("Quý 2", "Quý 2")])
def test_the_sheet_is_the_one_asked_for_or_the_first(asked: str, read: str) -> None:
    assert work.sheet_of(Opened(), asked, "a.xlsx") == read


def test_a_missing_sheet_names_those_that_are_there() -> None:
    with pytest.raises(SheetMissing, match="«Quý 1», «Quý 2»"):
        work.sheet_of(Opened(), "Quý 3", "a.xlsx")


def test_a_file_without_sheets_is_refused() -> None:
    with pytest.raises(TableError, match="không trang tính nào có dữ liệu"):
        work.sheet_of(Opened(sheets=()), "", "a.xlsx")


@pytest.mark.parametrize(
    ("extension", "name"),
    [
        (".xlsx", "XLSX"),
        (".CSV", "CSV"),
        (".geojson", "GeoJSON"),
        (".jsonl", "NDJSON"),
        (".pdf", None),
        ("", None),
    ],
)
def test_formats_are_known_by_the_end_of_the_name(extension: str, name: str | None) -> None:
    assert formats.name_of(extension) == name
