"""A first harvest: from nothing to datasets that a search finds, with tables that answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count

from measuring import comparing, stock_arm
from measuring.children import BenchError
from measuring.figures import Row, alternate, per_second, spread

from stack.steps import say

from . import portal
from .counts import Counts, counted
from .plan import ROWS, Bench
from .sandboxes import Platform, platform
from .stock import StockHarvest

SOURCE = "nen-tang"
_STOCK_LOGINS = [(stock_arm.OWNER, stock_arm.DATABASE), (stock_arm.OWNER, stock_arm.DATASTORE)]
# The platform's own numbering of rows, which the portal does not publish.
ROW_NUMBER = ("sttbanghi",)
_numbers = count(1)


def first(bench: Bench) -> list[Row]:
    """Tables a second of one worker, published and searchable, beside harvest and xloader in turn."""
    sizes = bench.sizes
    with platform(sizes.tables, rows=ROWS) as ours:
        ours.listing()
        arms: dict[str, Callable[[], float]] = {"cổng": partial(harvest_all, ours, sizes.tables)}
        if bench.stock is None:
            return _rows(bench, alternate(arms, sizes.repeats, _tell), ())
        with platform(sizes.stock_tables, rows=ROWS) as others:
            _same_rows_at_both_platforms(ours, others)
            kept: dict[str, str] = {}
            arms["CKAN gốc"] = partial(_stock_harvest, bench.stock, others, sizes.stock_tables, kept)
            turns = alternate(arms, sizes.repeats, _tell, lambda: _compare(kept, others))
            counts = (
                _count_ours(sizes.counted_tables),
                _count_stock(bench.stock, sizes.stock_counted_tables),
            )
    return _rows(bench, turns, counts)


def harvest_all(source: Platform, tables: int) -> float:
    """Harvest everything into an empty portal; seconds."""
    portal.empty()
    portal.add_source(SOURCE, source.address)
    with portal.workers():
        job = portal.harvest(SOURCE)
    published = portal.call("published", name=SOURCE)
    if job.items != {"done": tables} or len(published) != tables:
        raise BenchError(f"Cổng công bố {len(published)} trong {tables} bảng: {job}.")
    if wrong := [one for one, found in published.items() if not found["rows"]]:
        raise BenchError(f"Cổng công bố {len(wrong)} bảng trống, như {wrong[0]}.")
    return job.seconds


def _stock_harvest(stock: StockHarvest, source: Platform, tables: int, kept: dict[str, str]) -> float:
    source_id = stock.add_source(f"nguon-{next(_numbers)}", source.address)
    seconds = stock.harvest(source_id, {"added": tables})
    seconds += stock.load_tables(source_id)
    kept.clear()
    kept.update(stock.published(source_id))
    return seconds


def _same_rows_at_both_platforms(ours: Platform, others: Platform) -> None:
    """Fewer tables of the same seed are the same tables, else the arms would not do the same work."""
    versions = {entry["id"]: entry["mabam"] for entry in ours.listing()}
    for entry in others.listing():
        if versions.get(entry["id"]) != entry["mabam"]:
            raise BenchError(f"Hai nền tảng không có cùng bảng {entry['id']}.")


def _compare(stock_resources: dict[str, str], source: Platform) -> None:
    """Every dataset that the stock arm made is ours too, with the same cells."""
    listed = {entry["id"] for entry in source.listing()}
    published = portal.call("published", name=SOURCE)
    if set(stock_resources) != listed or not listed <= set(published):
        raise BenchError("Hai bên không có cùng các bộ dữ liệu.")
    rows = 0
    for table_id, resource_id in stock_resources.items():
        mine = (portal.SITE.datastore, published[table_id]["resource"])
        rows += comparing.same_tables_by_header(
            mine, (stock_arm.DATASTORE, resource_id), f"Bảng {table_id}", ROW_NUMBER
        )
    say(f"  {len(listed)} bộ dữ liệu, {rows} dòng như nhau ở hai bên.")


def _count_ours(tables: int) -> Counts:
    say(f"  … đếm lệnh của cổng trên {tables} bảng")
    with platform(tables, rows=ROWS) as source:
        portal.empty()
        portal.add_source(SOURCE, source.address)
        portal.without_download_files()
        return portal.counted_harvest(SOURCE, source)


def _count_stock(stock: StockHarvest, tables: int) -> Counts:
    say(f"  … đếm lệnh của CKAN gốc trên {tables} bảng")
    with platform(tables, rows=ROWS) as source:
        source_id = stock.add_source(f"nguon-{next(_numbers)}", source.address)
        with counted(_STOCK_LOGINS, stock_arm.CORE, source) as counts:
            stock.harvest(source_id, {"added": tables})
            stock.load_tables(source_id)
    return counts


def _rows(bench: Bench, turns: dict[str, list[float]], counts: tuple[Counts, ...]) -> list[Row]:
    sizes = bench.sizes
    ours = per_second(sizes.tables, turns["cổng"])
    title = f"first harvest, tables of {ROWS} rows"
    if bench.stock is None:
        return [Row(f"{title} ({sizes.tables})", spread(ours, "tables/s"))]
    others = per_second(sizes.stock_tables, turns["CKAN gốc"])
    title = f"{title} ({sizes.tables} here, {sizes.stock_tables} there)"
    mine, other = counts
    return [
        Row.against_rate(f"{title}: published and searchable", ours, others, "tables/s", 20),
        *(
            Row(
                f"first harvest: {what} a table",
                spread([getattr(mine, name) / sizes.counted_tables]),
                spread([getattr(other, name) / sizes.stock_counted_tables]),
            )
            for name, what in NAMES.items()
        ),
    ]


NAMES = {
    "statements": "SQL statements",
    "posts": "posts to Solr",
    "commits": "commits of Solr",
    "searches": "searches in Solr",
    "requests": "requests to the source",
}


def _tell(arm: str, turn: int) -> None:
    say(f"  … thu thập lần đầu, {arm}, lượt {turn}")
