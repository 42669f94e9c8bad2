"""How much is measured, and what the measures share."""

from __future__ import annotations

from dataclasses import dataclass

from .stock import StockHarvest

ROWS = 100


@dataclass(frozen=True, slots=True)
class Sizes:
    """Numbers of tables; `repeats`: how often each arm runs."""

    repeats: int = 3
    tables: int = 597
    stock_tables: int = 100  # of a first harvest: xloader takes about a second each
    counted_tables: int = 60
    stock_counted_tables: int = 20
    large_tables: int = 100_000
    grown_tables: tuple[int, ...] = (597, 5_970, 100_000)  # that did not change, while statements are counted
    delayed_tables: int = 200
    delay_ms: int = 100


QUICK = Sizes(
    repeats=1,
    tables=40,
    stock_tables=5,
    counted_tables=10,
    stock_counted_tables=3,
    large_tables=5_000,
    grown_tables=(40, 400, 5_000),
    delayed_tables=60,
)


@dataclass(frozen=True, slots=True)
class Bench:
    """One run. `stock` is None when only our arm runs."""

    sizes: Sizes
    stock: StockHarvest | None
