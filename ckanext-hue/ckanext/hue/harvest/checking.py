"""A dry run: what a harvest of a source would do, and whether its first table can be read. Writes nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from ckanext.hue.harvesters.base import OPEN, CopyStream, Mark, Page, Source, TableEntry
from ckanext.hue.harvesters.errors import SourceError, TooSlow
from ckanext.hue.tables.errors import TableError

from .planning import Preview, preview
from .sources import HarvestSource

EXAMPLES = 5  # tables named of each action


@dataclass(frozen=True, slots=True)
class Sample:
    """The beginning of the first open table: names of columns, rows of the first page, or the problem."""

    title: str
    columns: tuple[str, ...] = ()
    rows: int | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """What would happen. `sample` is None when no table of the source is open."""

    plan: Preview
    sample: Sample | None


def check(source: HarvestSource, seconds: float | None = None) -> Findings:
    """Read the listing and the beginning of one table. Raises SourceError.

    A listing that takes longer than `seconds` is given up, so that nobody waits for a page without end.
    """
    reader = source.open()
    first: list[TableEntry] = []
    entries = reader.listing()
    if seconds is not None:
        entries = _within(entries, seconds, source.url)
    plan = preview(source, _noting_first_open(entries, first), EXAMPLES)
    return Findings(plan, _sample(reader, first[0]) if first else None)


def _within(entries: Iterator[TableEntry], seconds: float, url: str) -> Iterator[TableEntry]:
    deadline = time.monotonic() + seconds
    for entry in entries:
        if time.monotonic() > deadline:
            raise TooSlow(url=url, seconds=seconds)
        yield entry


def _noting_first_open(entries: Iterator[TableEntry], first: list[TableEntry]) -> Iterator[TableEntry]:
    for entry in entries:
        if not first and entry.access == OPEN:
            first.append(entry)
        yield entry


def _sample(reader: Source, entry: TableEntry) -> Sample:
    if entry.document_form:
        return Sample(entry.title)
    try:
        for chunk in reader.pages(entry):
            if isinstance(chunk, Page):
                names = dict.fromkeys([column.name for column in chunk.columns])
                names |= dict.fromkeys(name for row in chunk.rows for name in row)
                return Sample(entry.title, tuple(names), len(chunk.rows))
            if isinstance(chunk, CopyStream):
                return Sample(entry.title, chunk.names)
            if not isinstance(chunk, Mark):
                return Sample(entry.title, chunk.batch.names, len(chunk.batch.rows))
    except (SourceError, TableError) as error:
        return Sample(entry.title, problem=str(error))
    return Sample(entry.title, rows=0)
