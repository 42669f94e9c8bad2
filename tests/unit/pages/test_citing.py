"""Citations hold what people wrote, and never become something else by it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ckanext.hue.pages import citing, values

ADDRESS = "https://du-lieu.example.vn/id/dataset/1"


@pytest.fixture(autouse=True)
def portal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(citing, "config", SimpleNamespace(site_title=lambda: "Cổng dữ liệu"))
    monkeypatch.setattr(citing, "addresses", SimpleNamespace(dataset=lambda _id: ADDRESS))
    helpers = SimpleNamespace(lang=lambda: "vi")
    monkeypatch.setattr(values, "tk", SimpleNamespace(h=helpers, _=lambda text: text))


def dataset(**given: Any) -> dict[str, Any]:
    said = {"id": "1", "name": "luot-khach", "title": "Lượt khách", "modified": "2025-09-09"}
    return {**said, "organization": {"name": "so", "title": "Sở Du lịch"}, **given}


def test_a_title_cannot_end_a_field_of_bibtex() -> None:
    written = citing.bibtex(dataset(title="}, url = {http://x.vn} % \\input{/etc/passwd} #&_$~^"))
    [line] = [line for line in written.splitlines() if line.startswith("  title")]
    assert r"\}, url = \{http://x.vn\} \% \textbackslash{}input\{/etc/passwd\} \#\&\_\$" in line
    plain = line.replace(r"\{", "").replace(r"\}", "")
    assert plain.count("{") == plain.count("}")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x00", "\x0b"])
def test_a_line_break_begins_no_field_of_ris(end: str) -> None:
    written = citing.ris(
        dataset(title=f"Lượt khách{end}ER  - {end}TY  - JOUR", tags=[{"name": f"a{end}UR  - x"}])
    )
    assert [line for line in written.split("\r\n") if line.startswith(("TY", "ER", "UR"))] == [
        "TY  - DATA",
        f"UR  - {ADDRESS}",
        "ER  - ",
    ]


def test_a_sentence_names_agency_title_portal_day_and_the_lasting_address() -> None:
    assert citing.sentence(dataset()) == f"Sở Du lịch. Lượt khách. Cổng dữ liệu, 09/09/2025. {ADDRESS}"


def test_what_a_dataset_does_not_say_is_left_out() -> None:
    bare = {"id": "1", "name": "luot-khach", "metadata_modified": "2025-09-09T01:02:03"}
    assert "author" not in citing.bibtex(bare)
    assert "AU  -" not in citing.ris(bare)
    assert "year = {2025}" in citing.bibtex(bare)


def test_a_key_of_bibtex_is_plain_whatever_the_name() -> None:
    assert citing.bibtex(dataset(name="Đường, Lê {Lợi}")).startswith("@misc{duong-le-loi,\n")
