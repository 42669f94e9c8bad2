"""What does not depend on the machine: SQL statements, commits, requests to Solr and to the source.

Statements are counted by the server, which logs a line for each while `log_duration` is on: BEGIN, COMMIT and COPY
are among them, whoever sends them. Times are not measured meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stack import paths, postgres, solr

from .sandboxes import Platform

_LOG = paths.LOG / "postgres.log"
_SETTLED_SECONDS = 2.5  # a server process reports its commits when it ends, or a second after it became idle


@dataclass(slots=True)
class Counts:
    """Totals of a run. `posts` are update requests to Solr, `commits` those that open a new searcher."""

    statements: int = 0
    transactions: int = 0
    posts: int = 0
    searches: int = 0
    commits: int = 0
    requests: int = 0

    def minus(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, name) - getattr(other, name) for name in Counts.__slots__))


@contextmanager
def counted(logins: Sequence[tuple[str, str]], core: str, platform: Platform) -> Iterator[Counts]:
    """Count what happens in the block; the result is filled in at its end.

    `logins` are the roles and databases that count, of connections made in the block.
    """
    result = Counts()
    databases = sorted({database for _, database in logins})
    for database in databases:
        postgres.psql('ALTER DATABASE :"name" SET log_duration = on', variables={"name": database})
    try:
        start, log = _now(databases, core, platform), _Log(logins)
        yield result
        time.sleep(_SETTLED_SECONDS)
        found = _now(databases, core, platform).minus(start)
        found.statements = log.statements()
        for name in Counts.__slots__:
            setattr(result, name, getattr(found, name))
    finally:
        for database in databases:
            postgres.psql('ALTER DATABASE :"name" RESET log_duration', variables={"name": database})


def _now(databases: Sequence[str], core: str, platform: Platform) -> Counts:
    names = ",".join(f"'{name}'" for name in databases)  # our own names, plain words
    committed = postgres.psql(
        f"SELECT sum(xact_commit) FROM pg_stat_database WHERE datname IN ({names})"  # noqa: S608
    )
    metrics = solr.ask("admin/metrics", {"group": "core", "prefix": "UPDATE.,QUERY./select"})["metrics"]
    of_core = metrics[f"solr.core.{core}"]
    asked = platform.requests()
    return Counts(
        transactions=int(committed),
        posts=of_core.get("UPDATE./update.requests", 0),
        searches=of_core.get("QUERY./select.requests", 0),
        commits=of_core["UPDATE.updateHandler.commits"]["count"],
        requests=asked["danhmuc"] + asked["bang"] + asked["csv"],
    )


class _Log:
    """The server's log from now on. The supervisor starts a new file at 10 MB; one such change is followed."""

    def __init__(self, logins: Sequence[tuple[str, str]]) -> None:
        self._marks = [f" {role}@{database} LOG:  duration:".encode() for role, database in logins]
        self._node, self._size = _LOG.stat().st_ino, _LOG.stat().st_size

    def statements(self) -> int:
        text = b""
        if _LOG.stat().st_ino != self._node:
            text = _tail(Path(f"{_LOG}.1"), self._size)
            self._size = 0
        text += _tail(_LOG, self._size)
        return sum(text.count(mark) for mark in self._marks)


def _tail(path: Path, start: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return file.read()
