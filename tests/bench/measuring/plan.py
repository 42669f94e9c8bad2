"""How much is measured, and what the measures share: files, registered resources, loaded tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from stack import postgres
from stack.steps import say

from . import portal_arm, samples
from .children import BenchError
from .stock_arm import Stock


@dataclass(frozen=True, slots=True)
class Sizes:
    """Rows of each table and numbers of tables; `repeats`: how often each arm runs."""

    repeats: int = 3
    big_rows: int = 1_000_000
    small_tables: int = 597
    stock_small_tables: int = 40
    xlsx_written_rows: int = 200_000
    xlsx_read_rows: int = 100_000
    big_downloads: int = 3
    small_downloads: int = 30
    questions: int = 10
    stock_questions: int = 3


QUICK = Sizes(
    repeats=1,
    big_rows=20_000,
    small_tables=40,
    stock_small_tables=3,
    xlsx_written_rows=5_000,
    xlsx_read_rows=5_000,
    small_downloads=10,
    questions=5,
)
SMALL_ROWS = 100


@dataclass(slots=True)
class Bench:
    """One run. `stock` is None when only our arm runs; ids of loaded tables are "" until they are loaded."""

    sizes: Sizes
    folder: Path
    stock: Stock | None
    big: str
    small: str
    stock_big: str = ""
    stock_small: str = ""
    loaded: bool = False
    _files: dict[int, Path] = field(default_factory=dict)

    def csv(self, rows: int) -> Path:
        """The sample table of so many rows as CSV, written once."""
        if rows not in self._files:
            say(f"  … viết bảng mẫu {rows} dòng")
            self._files[rows] = samples.write_csv(self.folder / f"bang-{rows}.csv", rows)
        return self._files[rows]

    def need_tables(self) -> None:
        """Load the big and the small table into both arms, unless a measure did."""
        if not self.loaded:
            say("  … nạp bảng vào hai bên")
            self.load_big()
            if self.stock:
                self.stock_load_big()
        if not self.stock_small:
            portal_arm.load(self.small, self.csv(SMALL_ROWS))
            if self.stock:
                _, [self.stock_small] = self.stock.load([self.csv(SMALL_ROWS)])
        self.loaded = True

    def load_big(self) -> dict[str, float]:
        """Load the big table into the portal, from nothing."""
        settle()
        result = portal_arm.load(self.big, self.csv(self.sizes.big_rows))
        self._check(result["rows"])
        return result

    def stock_load_big(self) -> float:
        """Load the big table into the stock CKAN, from nothing; seconds."""
        if self.stock is None:
            raise ValueError("There is no stock arm in this run")
        if self.stock_big:
            self.stock.drop([self.stock_big])
        settle()
        seconds, [self.stock_big] = self.stock.load([self.csv(self.sizes.big_rows)])
        return seconds

    def _check(self, rows: float) -> None:
        if rows != self.sizes.big_rows:
            raise BenchError(f"Cổng chỉ nạp được {rows} trong {self.sizes.big_rows} dòng.")


def settle() -> None:
    """Let PostgreSQL write what is left to write, so that no arm pays for the one before."""
    postgres.psql("CHECKPOINT")
