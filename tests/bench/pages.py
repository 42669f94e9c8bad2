"""Pages as anonymous readers get them, ten at once: CKAN's own theme beside ours, without and with the cache.

    ./hue bench pages [--quick] [--only NAME …] [--repeats N]

docs/benchmarks.md says how each figure is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace

from measuring import entry, portal_arm
from measuring.figures import Row
from paging import arms, loading, painting
from paging.plan import QUICK, Bench, Sizes

from stack.arguments import Parser
from stack.steps import step

MEASURES: dict[str, tuple[str, Callable[[Bench], list[Row]]]] = {
    "uncached": ("Không qua bộ nhớ đệm", loading.uncached),
    "cached": ("Qua bộ nhớ đệm của nginx", loading.cached),
    "paint": ("Điện thoại chậm, mạng chậm", painting.paint),
}


def parser() -> Parser:
    """Return the description of the command line."""
    given = Parser(prog="./hue bench pages", description="Đo tốc độ các trang so với CKAN gốc.")
    given.add_argument("--quick", action="store_true", help="ít bộ dữ liệu, lượt ngắn, để thử phép đo")
    given.add_argument(
        "--only", nargs="+", choices=list(MEASURES), metavar="PHÉP_ĐO", help=f"trong: {', '.join(MEASURES)}"
    )
    given.add_argument("--repeats", type=int, choices=range(1, 21), metavar="N", help="số lượt mỗi bên (3)")
    return given


def measure(names: Sequence[str], sizes: Sizes) -> list[Row]:
    """Make the datasets, run the measures over the servers, and take everything away again."""
    loading.require_wrk()
    with ExitStack() as stack:
        with step("Dựng cổng để đo"):
            stack.enter_context(portal_arm.site())
            datasets = arms.fill(sizes.datasets)
        ours = stack.enter_context(arms.ours())
        bench = Bench(
            sizes,
            ours,
            stack.enter_context(arms.stock()),
            stack.enter_context(arms.behind_nginx(ours)),
            datasets,
        )
        with step("So sánh hai bên"):
            arms.compare(bench)
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
    entry.show(rows, conditions, trial="Thử với dữ liệu nhỏ, không phải kết quả đo" if given.quick else "")
    return 0


if __name__ == "__main__":
    entry.run(main, made_for="đo")
