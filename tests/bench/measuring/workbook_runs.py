"""Workbooks: writing one of many rows in bounded memory, and reading one, against openpyxl."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from stack.steps import say

from . import comparing, portal_arm, samples, stock_arm
from .figures import Row, alternate, spread
from .plan import Bench


def written(bench: Bench) -> list[Row]:
    """Seconds and memory of an XLSX download of a table."""
    resource_id, count = str(uuid.uuid4()), bench.sizes.xlsx_written_rows
    portal_arm.load(resource_id, bench.csv(count))
    path = bench.folder / "viet.xlsx"
    arms = {"cổng": lambda: portal_arm.call("write_xlsx", resource_id=resource_id, path=str(path))}
    turns = alternate(
        arms, bench.sizes.repeats, lambda arm, turn: say(f"  … viết XLSX {count} dòng, {arm}, lượt {turn}")
    )["cổng"]
    title = f"XLSX of {count:,} rows written"
    return [
        Row(title, spread([turn["seconds"] for turn in turns], "s"), goal="bounded memory"),
        Row(f"{title}: most memory (before: {_of(turns, 'base', 'MiB')})", _of(turns, "peak", "MiB")),
    ]


def read(bench: Bench) -> list[Row]:
    """Seconds of reading every cell of a workbook."""
    count = bench.sizes.xlsx_read_rows
    path = samples.write_xlsx(bench.folder / "doc.xlsx", count)
    ours, others = bench.folder / "cong.jsonl", bench.folder / "openpyxl.jsonl"
    arms: dict[str, Callable[[], Any]] = {
        "cổng": lambda: portal_arm.call("read_xlsx", path=str(path), cells=str(ours))
    }
    if bench.stock:
        arms["openpyxl"] = lambda: stock_arm.call("read_xlsx", path=str(path), cells=str(others))
    turns = alternate(
        arms, bench.sizes.repeats, lambda arm, turn: say(f"  … đọc XLSX {count} dòng, {arm}, lượt {turn}")
    )
    title = f"XLSX of {count:,} rows read; beside openpyxl, read-only"
    memory = Row(
        f"{title}: most memory",
        _of(turns["cổng"], "peak", "MiB"),
        _of(turns["openpyxl"], "peak", "MiB") if bench.stock else "",
    )
    mine = [turn["seconds"] for turn in turns["cổng"]]
    if not bench.stock:
        return [Row(title, spread(mine, "s")), memory]
    say(f"  Hai bên đọc được {comparing.same_cells(ours, others, 'Tệp XLSX')} dòng như nhau.")
    return [Row.against(title, mine, [turn["seconds"] for turn in turns["openpyxl"]], "s", 3), memory]


def _of(turns: list[dict[str, float]], what: str, unit: str) -> str:
    return spread([turn[what] for turn in turns], unit)
