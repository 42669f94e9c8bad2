"""How much is measured, and what the measures share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """Numbers of datasets and of requests; `repeats`: how often each arm runs."""

    repeats: int = 3
    datasets: int = 1_000
    questions: int = 400
    typed: int = 100


QUICK = Sizes(repeats=1, datasets=60, questions=20, typed=10)


@dataclass(frozen=True, slots=True)
class Bench:
    """One run. ours, stock: the addresses of both arms."""

    sizes: Sizes
    ours: str
    stock: str
