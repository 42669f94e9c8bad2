"""Says what is being done and how long it took."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


def say(text: str = "") -> None:
    """Print a line at once, also into a pipe."""
    print(text, flush=True)


def warn(text: str) -> None:
    """Print a line to standard error."""
    print(text, file=sys.stderr, flush=True)


def seconds(value: float) -> str:
    """Write a duration as Vietnamese readers expect it: 12,3 giây."""
    return f"{value:.1f} giây".replace(".", ",")


@contextmanager
def step(title: str) -> Iterator[None]:
    """Show `title` while the block runs, and its duration when it has ended well."""
    back = "\r" if sys.stdout.isatty() else ""
    if back:
        print(f"  … {title}", end="", flush=True)
    start = time.monotonic()
    try:
        yield
    except BaseException:
        say(f"{back}  ✗ {title}")
        raise
    say(f"{back}  ✓ {title} ({seconds(time.monotonic() - start)})")
