"""What the commands of the benches share: the lock, the stock arm, the printed table, and the end."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

from measuring import machine, portal_arm, stock_arm
from measuring.figures import Row, table

from stack import state
from stack.errors import StackError
from stack.steps import say, seconds, warn

Bench = TypeVar("Bench")


def run(main: Callable[[Sequence[str]], int], made_for: str) -> None:
    """Run a bench's command, and end the process with its exit code.

    A signal to stop is as good as Ctrl-C, so that everything is taken away; `made_for` says what it was for.
    """
    signal.signal(signal.SIGTERM, _stop)
    try:
        sys.exit(main(sys.argv[1:]))
    except StackError as error:
        warn(f"\nLỗi: {error}")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        warn(f"\nĐã ngắt; mọi thứ dựng để {made_for} đã được gỡ.")
        os._exit(130)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def alone() -> Iterator[None]:
    """The benches' folder, for one of them at a time."""
    portal_arm.HOME.mkdir(mode=0o700, exist_ok=True)
    with state.exclusive("bench.lock", "một lượt ./hue bench khác"):
        for left in portal_arm.HOME.glob("run-*"):
            shutil.rmtree(left)
        yield


def stock_is_there(what: str) -> bool:
    """Install the stock arm where it is missing; where that fails, say so and measure without it."""
    try:
        stock_arm.install()
    except StackError as error:
        warn(f"  Không cài được CKAN gốc với {what} nên chỉ đo cổng. {error}")
        return False
    return True


def in_turn(measures: Sequence[tuple[str, Callable[[Bench], list[Row]]]], bench: Bench) -> list[Row]:
    """Run measures (title, function), and say which one runs and how long it took. Returns all their rows."""
    rows: list[Row] = []
    for title, measure in measures:
        say(f"\n── {title}")
        start = time.monotonic()
        rows += measure(bench)
        say(f"  {seconds(time.monotonic() - start)}")
    return rows


def facts(repeats: int) -> list[str]:
    """What the figures hold for."""
    when = time.strftime("%Y-%m-%d %H:%M")
    how = f"{when}; each arm {repeats} times in turns; medians with least and greatest"
    return [how, *machine.facts(portal_arm.HOME)]


def show(rows: list[Row], conditions: list[str], trial: str) -> None:
    """Print the table and what it holds for; `trial` says that it is none to keep, when it is none."""
    say(f"\n{trial or 'Để dán vào docs/benchmarks.md'}:\n\n{table(rows, with_goals=not trial)}\n")
    for fact in conditions:
        say(f"- {fact}")
