"""Where things are compared: one connection to CKAN's database with temporary tables of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any

from sqlalchemy import text
from sqlalchemy.engine import Connection, Row

from ckanext.hue.harvest.database import engine, held_lock
from ckanext.hue.harvest.errors import ReconcileUnderWay
from ckanext.hue.tables.cells import DELIMITER, copy_lines

AT_ONCE = 500  # datasets or tables that are mended together
_MEMORY = 16 * 1024 * 1024  # bytes; what is longer waits on disk
_LINES = 1_000  # that are written at once
_SCOPE = (
    "SELECT dataset_id::text AS id FROM hue_harvest_table WHERE source_id = ANY(CAST(:sources AS uuid[]))"
)


@dataclass(frozen=True, slots=True)
class Workspace:
    """`sources` are the ids of those that are looked at, None for the whole portal."""

    connection: Connection
    sources: list[str] | None

    @property
    def whole(self) -> bool:
        return self.sources is None

    def rows(self, statement: str, **values: Any) -> Sequence[Row[Any]]:
        """Run a statement; `:whole` and `:sources` may be used by it (see `in_scope`)."""
        given = {"whole": self.whole, "sources": self.sources or [], **values}
        result = self.connection.execute(text(statement), given)
        return result.fetchall() if result.returns_rows else []

    def make(self, table: str, query: str, **values: Any) -> None:
        """Keep what a query finds in a temporary table."""
        self.rows(f"DROP TABLE IF EXISTS {table}")
        self.rows(f"CREATE TEMPORARY TABLE {table} AS {query}", **values)

    def fill(self, table: str, columns: str, lines: IO[bytes]) -> None:
        """Make a temporary table of lines in COPY's form, from where the file stands."""
        self.rows(f"DROP TABLE IF EXISTS {table}")
        self.rows(f"CREATE TEMPORARY TABLE {table} ({columns})")
        connection: Any = self.connection.connection.dbapi_connection
        with connection.cursor() as cursor:
            cursor.copy_expert(f"COPY {table} FROM STDIN WITH ({DELIMITER}, NULL '')", lines)
        self.rows(f"ANALYZE {table}")

    def fill_rows(self, table: str, columns: str, found: Iterable[Sequence[str]]) -> None:
        """Make a temporary table of rows of texts, of which an empty one stands for null."""
        remaining = iter(found)
        with spool() as lines:
            while some := list(islice(remaining, _LINES)):
                lines.write(copy_lines(some, len(some[0])).encode())
            lines.seek(0)
            self.fill(table, columns, lines)

    def taken(self, table: str) -> Iterator[Sequence[Row[Any]]]:
        """Take the rows out of a temporary table, some at a time."""
        statement = (
            f"DELETE FROM {table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {table} LIMIT :limit)) RETURNING *"  # noqa: S608
        )
        while found := self.rows(statement, limit=AT_ONCE):
            yield found


def spool() -> IO[bytes]:
    """A file in memory that goes to the disk when it grows."""
    return tempfile.SpooledTemporaryFile(_MEMORY)


def in_scope(dataset: str) -> str:
    """SQL: whether a dataset (an expression for its id as text) is of the sources that are looked at."""
    return f"(:whole OR EXISTS (SELECT FROM reconcile_scope scope WHERE scope.id = {dataset}))"


def idle(dataset: str) -> str:
    """SQL: whether no harvest has this dataset (an expression for its id as text) in hand."""
    return (
        "NOT EXISTS (SELECT FROM hue_harvest_item hand JOIN hue_harvest_job job ON job.id = hand.job_id"
        f" WHERE hand.dataset_id::text = {dataset} AND job.state IN ('queued', 'planning', 'running'))"
    )


@contextmanager
def workspace(sources: list[str] | None) -> Iterator[Workspace]:
    """One for this run. Raises ReconcileUnderWay while another run has one."""
    with held_lock("hue reconcile") as held:
        if not held:
            raise ReconcileUnderWay
        with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            try:
                space = Workspace(connection, sources)
                space.make("reconcile_scope", _SCOPE)
                space.rows("CREATE INDEX ON reconcile_scope (id)")
                space.rows("ANALYZE reconcile_scope")
                yield space
            finally:
                connection.execute(text("DISCARD TEMP"))
