"""How much is measured, and what the measures share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """Numbers of datasets, seconds of a run; `repeats`: how often each arm runs."""

    repeats: int = 3
    datasets: int = 200
    seconds: int = 8
    warm_reads: int = 10
    readers: int = 10


QUICK = Sizes(repeats=1, datasets=25, seconds=4)


@dataclass(frozen=True, slots=True)
class Bench:
    """One run: the addresses of the arms, and the datasets' names. `front` is nginx before `ours`."""

    sizes: Sizes
    ours: str
    stock: str
    front: str
    names: list[str]

    def pages(self) -> dict[str, str]:
        """The measured pages: title and path."""
        return {
            "home": "/",
            "results": "/dataset/",
            "results of words": "/dataset/?q=du+lich",
            "a dataset": f"/dataset/{self.names[0]}",
        }
