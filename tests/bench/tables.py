"""Tables: loading, downloads, workbooks and searches, against stock CKAN with xloader.

    ./hue bench tables [--quick] [--only NAME …] [--repeats N] [--without-stock]

docs/benchmarks.md says how each figure is measured.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from measuring import download_runs, entry, loading_runs, portal_arm, search_runs, stock_arm, workbook_runs
from measuring.figures import Row
from measuring.plan import QUICK, SMALL_ROWS, Bench, Sizes

from stack.arguments import Parser
from stack.steps import step

# In this order: the big table that the first one leaves is what the next two read.
MEASURES: dict[str, tuple[str, Callable[[Bench], list[Row]]]] = {
    "big": ("Nạp một bảng lớn", loading_runs.big),
    "download": ("Tải về CSV", download_runs.downloads),
    "search": ("Tìm trong bảng lớn", search_runs.searches),
    "xlsx-write": ("Viết XLSX", workbook_runs.written),
    "xlsx-read": ("Đọc XLSX", workbook_runs.read),
    "small": ("Nạp nhiều bảng nhỏ", loading_runs.small),
}


def parser() -> Parser:
    """Return the description of the command line."""
    given = Parser(prog="./hue bench tables", description="Đo tốc độ của bảng dữ liệu so với CKAN gốc.")
    given.add_argument("--quick", action="store_true", help="bảng nhỏ, để thử phép đo (dưới 3 phút)")
    given.add_argument(
        "--only", nargs="+", choices=list(MEASURES), metavar="PHÉP_ĐO", help=f"trong: {', '.join(MEASURES)}"
    )
    given.add_argument("--repeats", type=int, choices=range(1, 21), metavar="N", help="số lượt mỗi bên (3)")
    given.add_argument("--without-stock", action="store_true", help="chỉ đo cổng, không đo CKAN gốc")
    return given


def measure(names: Sequence[str], sizes: Sizes, with_stock: bool) -> list[Row]:
    """Make both arms, run the measures in order, and take both arms away again."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="run-", dir=portal_arm.HOME)))
        with step("Dựng cổng để đo"):
            stack.enter_context(portal_arm.site())
            big, small = portal_arm.register([f"Bảng {sizes.big_rows} dòng", f"Bảng {SMALL_ROWS} dòng"])
        stock = None
        if with_stock and entry.stock_is_there("xloader"):
            with step("Dựng CKAN gốc với xloader"):
                stock = stack.enter_context(stock_arm.site(folder))
        bench = Bench(sizes, folder, stock, big, small)
        return entry.in_turn([MEASURES[name] for name in names], bench)


def main(arguments: Sequence[str]) -> int:
    """Measure and print the table. Returns the exit code."""
    given = parser().parse_args(arguments)
    sizes = QUICK if given.quick else Sizes()
    if given.repeats:
        sizes = replace(sizes, repeats=given.repeats)
    names = [name for name in MEASURES if not given.only or name in given.only]
    with entry.alone():
        rows = measure(names, sizes, with_stock=not given.without_stock)
        conditions = entry.facts(sizes.repeats)
    entry.show(rows, conditions, trial="Thử với bảng nhỏ, không phải kết quả đo" if given.quick else "")
    return 0


if __name__ == "__main__":
    entry.run(main, made_for="đo")
