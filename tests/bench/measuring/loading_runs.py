"""Loading: one big table, and many small ones, against xloader and a bare COPY."""

from __future__ import annotations

import statistics
import subprocess
import time
import uuid
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from stack import postgres
from stack.steps import say

from . import comparing, portal_arm, samples, stock_arm
from .children import LIMIT, BenchError
from .figures import Row, alternate, goal, per_second, spread
from .plan import SMALL_ROWS, Bench, settle

_COPIED = "bench_copy"


def big(bench: Bench) -> list[Row]:
    """Seconds until visible and until complete, beside xloader's and those of `psql \\copy`."""
    arms: dict[str, Callable[[], dict[str, float]]] = {
        "cổng": bench.load_big,
        "\\copy": lambda: {"seconds": _copy(bench)},
    }
    if bench.stock:
        arms["xloader"] = lambda: {"seconds": bench.stock_load_big()}
    # The bare copy goes into columns of the types that our arm found.
    bench.load_big()
    turns = alternate(arms, bench.sizes.repeats, partial(_tell, f"nạp {bench.sizes.big_rows} dòng"))
    bench.loaded = True
    if bench.stock:
        ours, others = (portal_arm.SITE.datastore, bench.big), (stock_arm.DATASTORE, bench.stock_big)
        say(f"  Hai bên cùng có {comparing.same_tables(ours, others, 'Bảng lớn')} dòng như nhau.")
    return _big_rows(bench, turns)


def _big_rows(bench: Bench, turns: dict[str, list[dict[str, float]]]) -> list[Row]:
    def of(arm: str, what: str) -> list[float]:
        return [turn[what] for turn in turns.get(arm, [])]

    visible, full_text, copy, stock = (
        of("cổng", "visible"),
        of("cổng", "full_text"),
        of("\\copy", "seconds"),
        of("xloader", "seconds"),
    )
    title = f"{bench.sizes.big_rows:,} rows × {len(samples.HEADER)} columns"
    share = [bare / ours for bare, ours in zip(copy, visible, strict=True)]
    base = of("cổng", "base")
    added = [most - before for most, before in zip(of("cổng", "peak"), base, strict=True)]
    rows = [
        Row(
            f"{title}: visible, typed, sortable; beside `psql \\copy`",
            spread(visible, "s"),
            spread(copy, "s"),
            f"{spread(share)} of its speed",
            goal("≥ 0.25", statistics.median(share) >= 0.25),
        ),
        Row(
            f"{title}: most memory that loading adds to a CKAN process of {spread(base, 'MiB')}",
            spread(added, "MiB"),
            goal=goal("< 200 MiB", max(added) < 200),
        ),
    ]
    indexed = Row(f"{title}: index of every column complete", spread(of("cổng", "complete"), "s"))
    if not stock:
        return [*rows, Row(f"{title}: full text complete", spread(full_text, "s")), indexed]
    return [
        *rows,
        Row.against(f"{title}: visible, typed, sortable; beside xloader", visible, stock, "s", 5),
        Row.against(f"{title}: full text complete; beside xloader", full_text, stock, "s", 2.5),
        indexed,
    ]


def small(bench: Bench) -> list[Row]:
    """Tables a second of one worker."""
    count, stock_count = bench.sizes.small_tables, bench.sizes.stock_small_tables
    files = [samples.write_csv(bench.folder / f"nho-{seed}.csv", SMALL_ROWS, seed) for seed in range(count)]
    loaded: dict[str, list[str]] = {}
    arms: dict[str, Callable[[], float]] = {"cổng": lambda: _load_small(files, loaded)}
    if stock := bench.stock:

        def load_stock() -> float:
            settle()
            seconds, loaded["xloader"] = stock.load(files[:stock_count])
            return seconds

        arms["xloader"] = load_stock
    turns = alternate(arms, bench.sizes.repeats, partial(_tell, f"nạp các bảng {SMALL_ROWS} dòng"))
    ours = per_second(count, turns["cổng"])
    title = f"tables of {SMALL_ROWS} rows ({count} here, {stock_count} in xloader)"
    if not bench.stock:
        return [Row(title, spread(ours, "tables/s"))]
    for mine, other in zip(loaded["cổng"], loaded["xloader"], strict=False):
        ids = ((portal_arm.SITE.datastore, mine), (stock_arm.DATASTORE, other))
        comparing.same_tables(*ids, "Bảng nhỏ")
    say(f"  {stock_count} bảng đầu như nhau ở hai bên.")
    return [Row.against_rate(title, ours, per_second(stock_count, turns["xloader"]), "tables/s", 30)]


def _load_small(files: Sequence[Path], loaded: dict[str, list[str]]) -> float:
    settle()
    tables = {str(uuid.uuid4()): str(file) for file in files}
    loaded["cổng"] = list(tables)
    return portal_arm.call("load_many", tables=tables)


def _copy(bench: Bench) -> float:
    """Seconds of `psql \\copy` into logged columns of our table's types, without key and full text."""
    database = portal_arm.SITE.datastore
    columns = postgres.psql(
        "SELECT string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum)"
        " FROM pg_attribute WHERE attrelid = to_regclass(quote_ident(:'name')) AND attnum > 0"
        " AND attname NOT IN ('_id', '_full_text')",
        database,
        {"name": bench.big},
    )
    postgres.psql(f"CREATE TABLE {_COPIED} ({columns})", database)
    settle()
    command = comparing.psql(database, f"\\copy {_COPIED} FROM pstdin WITH (FORMAT csv, HEADER)")
    with bench.csv(bench.sizes.big_rows).open("rb") as file:
        start = time.perf_counter()
        done = subprocess.run(
            command, stdin=file, env=comparing.psql_environment(), timeout=LIMIT, check=False
        )
        seconds = time.perf_counter() - start
    postgres.psql(f"DROP TABLE {_COPIED}", database)
    if done.returncode != 0:
        raise BenchError(f"psql \\copy thất bại (mã {done.returncode}).")
    return seconds


def _tell(what: str, arm: str, turn: int) -> None:
    say(f"  … {what}, {arm}, lượt {turn}")
