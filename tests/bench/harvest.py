"""Harvests: first, again, changed, very many tables and two workers, against ckanext-harvest with xloader.

    ./hue bench harvest [--quick] [--only NAME …] [--repeats N] [--tables N] [--stock-tables N]
                        [--without-stock]

docs/benchmarks.md says how each figure is measured.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from harvesting import again_runs, first_runs, portal, stock, worker_runs
from harvesting.plan import QUICK, Bench, Sizes
from measuring import entry, portal_arm
from measuring.figures import Row, table

from stack.arguments import Parser
from stack.steps import say, seconds, step

MEASURES: dict[str, tuple[str, Callable[[Bench], list[Row]]]] = {
    "first": ("Thu thập lần đầu", first_runs.first),
    "unchanged": ("Thu thập lại khi không có gì đổi", again_runs.unchanged),
    "changed": ("Thu thập lại khi một phần đổi", again_runs.changed),
    "large": ("Rất nhiều bảng không đổi", again_runs.large),
    "workers": ("Hai tiến trình nền", worker_runs.workers),
}


def parser() -> Parser:
    """Return the description of the command line."""
    given = Parser(prog="./hue bench harvest", description="Đo tốc độ thu thập so với CKAN gốc.")
    given.add_argument("--quick", action="store_true", help="ít bảng, để thử phép đo")
    given.add_argument(
        "--only", nargs="+", choices=list(MEASURES), metavar="PHÉP_ĐO", help=f"trong: {', '.join(MEASURES)}"
    )
    given.add_argument("--repeats", type=int, choices=range(1, 21), metavar="N", help="số lượt mỗi bên (3)")
    given.add_argument("--tables", type=int, metavar="N", help="số bảng thu thập lần đầu (597)")
    given.add_argument("--stock-tables", type=int, metavar="N", help="số bảng đó ở CKAN gốc (100)")
    given.add_argument("--without-stock", action="store_true", help="chỉ đo cổng, không đo CKAN gốc")
    return given


def measure(names: Sequence[str], sizes: Sizes, with_stock: bool) -> list[Row]:
    """Make both arms, run the measures in this order, and take both arms away again."""
    rows: list[Row] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="run-", dir=portal_arm.HOME)))
        with step("Dựng cổng để đo"):
            stack.enter_context(portal.site())
        other = None
        if with_stock and entry.stock_is_there("harvest và xloader"):
            with step("Dựng CKAN gốc với harvest và xloader"):
                other = stack.enter_context(stock.site(folder))
        bench = Bench(sizes, other)
        for name in names:
            title, run = MEASURES[name]
            say(f"\n── {title}")
            start = time.monotonic()
            found = run(bench)
            # At once: what comes later may fail or be stopped.
            say(f"{table(found, with_goals=False)}\n  {seconds(time.monotonic() - start)}")
            rows += found
    return rows


def chosen_sizes(given: object) -> Sizes:
    """The sizes that the command line asks for."""
    sizes = QUICK if getattr(given, "quick", False) else Sizes()
    asked = {name: getattr(given, name) for name in ("repeats", "tables", "stock_tables")}
    sizes = replace(sizes, **{name: value for name, value in asked.items() if value})
    return replace(sizes, stock_tables=min(sizes.stock_tables, sizes.tables))


def main(arguments: Sequence[str]) -> int:
    """Measure and print the table. Returns the exit code."""
    given = parser().parse_args(arguments)
    sizes = chosen_sizes(given)
    names = list(dict.fromkeys(given.only or MEASURES))
    with entry.alone():
        rows = measure(names, sizes, with_stock=not given.without_stock)
        conditions = entry.facts(sizes.repeats)
    entry.show(rows, conditions, trial="Thử với ít bảng, không phải kết quả đo" if given.quick else "")
    return 0


if __name__ == "__main__":
    entry.run(main, made_for="đo")
