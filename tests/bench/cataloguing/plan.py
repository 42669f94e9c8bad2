"""How much is measured, and what the measures share."""

from __future__ import annotations

from dataclasses import dataclass, field

from .arms import Server


@dataclass(frozen=True, slots=True)
class Sizes:
    """Numbers of datasets and of requests; `repeats`: how often each arm runs."""

    repeats: int = 3
    datasets: int = 100  # real ones: a page
    large: int = 100_000  # as copies of these
    requests: int = 20
    stock_requests: int = 3
    single_requests: int = 40


QUICK = Sizes(repeats=1, datasets=20, large=2_000, requests=5, stock_requests=1, single_requests=5)


@dataclass(slots=True)
class Bench:
    """One run. `names`: of the real datasets; `stock_pages`: seconds of stock's page by format."""

    sizes: Sizes
    ours: Server
    stock: Server
    names: list[str]
    grown: bool = False
    stock_pages: dict[str, list[float]] = field(default_factory=dict)
