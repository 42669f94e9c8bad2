"""Tables: loading, downloads, workbooks and searches, against stock CKAN with xloader.

    ./hue bench tables [--quick] [--only NAME …] [--repeats N] [--without-stock]

docs/benchmarks.md says how each figure is measured.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import FrameType

from measuring import download_runs, loading_runs, machine, portal_arm, search_runs, stock_arm, workbook_runs
from measuring.figures import Row, table
from measuring.plan import QUICK, SMALL_ROWS, Bench, Sizes

from stack import state
from stack.arguments import Parser
from stack.errors import StackError
from stack.steps import say, seconds, step, warn

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
    rows: list[Row] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="run-", dir=portal_arm.HOME)))
        with step("Dựng cổng để đo"):
            stack.enter_context(portal_arm.site())
            big, small = portal_arm.register([f"Bảng {sizes.big_rows} dòng", f"Bảng {SMALL_ROWS} dòng"])
        stock = None
        if with_stock and stock_is_there():
            with step("Dựng CKAN gốc với xloader"):
                stock = stack.enter_context(stock_arm.site(folder))
        bench = Bench(sizes, folder, stock, big, small)
        for name in names:
            title, run = MEASURES[name]
            say(f"\n── {title}")
            start = time.monotonic()
            rows += run(bench)
            say(f"  {seconds(time.monotonic() - start)}")
    return rows


def stock_is_there() -> bool:
    """Install the stock arm where it is missing; where that fails, say so and measure without it."""
    try:
        stock_arm.install()
    except StackError as error:
        warn(f"  Không cài được CKAN gốc với xloader nên chỉ đo cổng. {error}")
        return False
    return True


def conditions(sizes: Sizes) -> list[str]:
    """What the figures hold for."""
    when = time.strftime("%Y-%m-%d %H:%M")
    how = f"{when}; each arm {sizes.repeats} times in turns; medians with least and greatest"
    return [how, *machine.facts(portal_arm.HOME)]


def main(arguments: Sequence[str]) -> int:
    """Measure and print the table. Returns the exit code."""
    given = parser().parse_args(arguments)
    sizes = QUICK if given.quick else Sizes()
    if given.repeats:
        sizes = replace(sizes, repeats=given.repeats)
    names = [name for name in MEASURES if not given.only or name in given.only]
    portal_arm.HOME.mkdir(mode=0o700, exist_ok=True)
    with state.exclusive("bench.lock", "một lượt ./hue bench khác"):
        for left in portal_arm.HOME.glob("run-*"):
            shutil.rmtree(left)
        rows = measure(names, sizes, with_stock=not given.without_stock)
        facts = conditions(sizes)
    purpose = "Thử với bảng nhỏ, không phải kết quả đo" if given.quick else "Để dán vào docs/benchmarks.md"
    say(f"\n{purpose}:\n\n{table(rows, with_goals=not given.quick)}\n")
    for fact in facts:
        say(f"- {fact}")
    return 0


def stop(_number: int, _frame: FrameType | None) -> None:
    """End as Ctrl-C does, so that everything is taken away."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    try:
        sys.exit(main(sys.argv[1:]))
    except StackError as error:
        warn(f"\nLỗi: {error}")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        warn("\nĐã ngắt; mọi thứ dựng để đo đã được gỡ.")
        os._exit(130)
