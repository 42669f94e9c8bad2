"""What does not depend on the machine: SQL statements, commits, requests to Solr and to the source.

The servers count them: PostgreSQL logs a line for each statement while `log_duration` is on (BEGIN, COMMIT
and COPY too), Solr one for each request. Times are not measured meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stack import paths, postgres, solr

from .sandboxes import Platform

_SOLR_LOGGERS = (
    "org.apache.solr.core.SolrCore.Request",
    "org.apache.solr.update.processor.LogUpdateProcessorFactory",
)
_SETTLED_SECONDS = 2.5  # until the last lines stand in the logs


@dataclass(slots=True)
class Counts:
    """Totals of a run. `posts` are update requests to Solr, `commits` those that open a new searcher."""

    statements: int = 0
    posts: int = 0
    searches: int = 0
    commits: int = 0
    requests: int = 0


@contextmanager
def counted(logins: Sequence[tuple[str, str]], core: str, platform: Platform) -> Iterator[Counts]:
    """Count what happens in the block; the result is filled in at its end.

    `logins` are the roles and databases that count, of connections made in the block.
    """
    result = Counts()
    databases = sorted({database for _, database in logins})
    marks = [f" {role}@{database} LOG:  duration:" for role, database in logins]
    for database in databases:
        postgres.psql('ALTER DATABASE :"name" SET log_duration = on', variables={"name": database})
    try:
        _solr_logs("INFO")
        start, statements, searches = _asked(platform), _Log("postgres"), _Log("solr")
        yield result
        time.sleep(_SETTLED_SECONDS)
        found = Counts(requests=_asked(platform) - start)
        found.statements = sum(any(mark in line for mark in marks) for line in statements.lines())
        asked = [line for line in searches.lines() if f"[{core}]" in line]
        posts = [line for line in asked if " path=/update " in line]
        found.posts, found.commits = len(posts), sum("commit=true" in line for line in posts)
        found.searches = sum(" path=/select " in line for line in asked)
        for name in Counts.__slots__:
            setattr(result, name, getattr(found, name))
    finally:
        _solr_logs("WARN")
        for database in databases:
            postgres.psql('ALTER DATABASE :"name" RESET log_duration', variables={"name": database})


def _asked(platform: Platform) -> int:
    asked = platform.requests()
    return asked["danhmuc"] + asked["bang"] + asked["csv"]


class _Log:
    """A server's log from now on. The supervisor starts a new file at 10 MB; one such change is followed."""

    def __init__(self, name: str) -> None:
        self._path = paths.LOG / f"{name}.log"
        found = self._path.stat()
        self._node, self._size = found.st_ino, found.st_size

    def lines(self) -> list[str]:
        text = b""
        if self._path.stat().st_ino != self._node:
            text = _tail(Path(f"{self._path}.1"), self._size)
            self._size = 0
        text += _tail(self._path, self._size)
        return text.decode(errors="replace").splitlines()


def _solr_logs(level: str) -> None:
    for logger in _SOLR_LOGGERS:
        solr.ask("admin/info/logging", {"set": f"{logger}:{level}"})


def _tail(path: Path, start: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return file.read()
