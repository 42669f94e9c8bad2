"""The catalogue in RDF: pages, single datasets, unchanged ones and the whole, against ckanext-dcat.

    ./hue bench catalog [--quick] [--only NAME …] [--repeats N]

docs/benchmarks.md says how each figure is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace

from cataloguing import arms, page_runs, whole_runs
from cataloguing.plan import QUICK, Bench, Sizes
from measuring import entry, portal_arm
from measuring.figures import Row

from stack.arguments import Parser
from stack.steps import step

# In this order: the last ones make the catalogue grow.
MEASURES: dict[str, tuple[str, Callable[[Bench], list[Row]]]] = {
    "page": ("Trang danh mục", page_runs.pages),
    "dataset": ("Một bộ dữ liệu", page_runs.datasets),
    "unchanged": ("Không có gì đổi", page_runs.unchanged),
    "making": ("Tạo lại các đồ thị", whole_runs.making),
    "deep": ("Trang cuối của danh mục lớn", whole_runs.deep),
    "whole": ("Cả danh mục", whole_runs.whole),
}


def parser() -> Parser:
    """Return the description of the command line."""
    given = Parser(prog="./hue bench catalog", description="Đo tốc độ danh mục RDF so với ckanext-dcat.")
    given.add_argument("--quick", action="store_true", help="danh mục nhỏ, để thử phép đo")
    given.add_argument(
        "--only", nargs="+", choices=list(MEASURES), metavar="PHÉP_ĐO", help=f"trong: {', '.join(MEASURES)}"
    )
    given.add_argument("--repeats", type=int, choices=range(1, 21), metavar="N", help="số lượt mỗi bên (3)")
    return given


def measure(names: Sequence[str], sizes: Sizes) -> list[Row]:
    """Make the catalogue, run the measures in order over both servers, and take everything away again."""
    with ExitStack() as stack:
        with step("Dựng cổng để đo"):
            stack.enter_context(portal_arm.site())
            dataset_names = arms.fill(sizes.datasets)
        bench = Bench(
            sizes, stack.enter_context(arms.ours()), stack.enter_context(arms.stock()), dataset_names
        )
        with step("So sánh hai bên"):
            page_runs.compare(bench)
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
    entry.show(rows, conditions, trial="Thử với danh mục nhỏ, không phải kết quả đo" if given.quick else "")
    return 0


if __name__ == "__main__":
    entry.run(main, made_for="đo")
