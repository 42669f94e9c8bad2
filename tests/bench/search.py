"""Search: results, speed, suggestions and rebuilding, against CKAN's own schema and query.

    ./hue bench search [--quick] [--only NAME …] [--repeats N]

docs/benchmarks.md says how each figure is measured.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "search"))

from measuring import entry, portal_arm
from measuring.figures import Row
from searching import arms, runs
from searching.plan import QUICK, Bench, Sizes

from stack.arguments import Parser
from stack.steps import step

MEASURES: dict[str, tuple[str, Callable[[Bench], list[Row]]]] = {
    "results": ("Chất lượng kết quả", runs.results),
    "search": ("Tìm kiếm", runs.searches),
    "suggest": ("Gợi ý khi gõ", runs.suggestions),
    "rebuild": ("Lập lại chỉ mục", runs.rebuilds),
}


def parser() -> Parser:
    """Return the description of the command line."""
    given = Parser(prog="./hue bench search", description="Đo tìm kiếm so với cách tìm gốc của CKAN.")
    given.add_argument("--quick", action="store_true", help="ít bộ dữ liệu, để thử phép đo")
    given.add_argument(
        "--only", nargs="+", choices=list(MEASURES), metavar="PHÉP_ĐO", help=f"trong: {', '.join(MEASURES)}"
    )
    given.add_argument("--repeats", type=int, choices=range(1, 21), metavar="N", help="số lượt mỗi bên (3)")
    return given


def measure(names: Sequence[str], sizes: Sizes) -> list[Row]:
    """Make both indexes, run the measures in order, and take everything away again."""
    with ExitStack() as stack:
        with step("Dựng cổng để đo"):
            stack.enter_context(portal_arm.site())
            stack.enter_context(arms.stock_core())
            arms.call("fill", count=sizes.datasets)
            arms.call_stock("rebuild_as_ckan")
        bench = Bench(sizes, stack.enter_context(arms.ours()), stack.enter_context(arms.stock()))
        with step("So sánh hai bên"):
            runs.compare(bench)
        return entry.in_turn([MEASURES[name] for name in names], bench)


def main(arguments: Sequence[str]) -> int:
    """Measure and print the table. Returns the exit code."""
    given = parser().parse_args(arguments)
    sizes = QUICK if given.quick else Sizes()
    if given.repeats:
        sizes = replace(sizes, repeats=given.repeats)
    names = [name for name in MEASURES if not given.only or name in given.only]
    with entry.alone():
        rows = measure(names, sizes)
        conditions = entry.facts(sizes.repeats)
    entry.show(rows, conditions, trial="Thử với ít bộ dữ liệu, không phải kết quả đo" if given.quick else "")
    return 0


if __name__ == "__main__":
    entry.run(main, made_for="đo")
