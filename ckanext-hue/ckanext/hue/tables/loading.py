"""Load rows into the DataStore: all of them, or none.

One transaction holds staging, checks, build and swap: what the source raises, or TableError, leaves
every published table as it was, and so does a crash at any point.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from itertools import chain, groupby
from typing import cast

import psycopg2
import psycopg2.errors
from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from ckanext.hue.harvesters.base import Batch, Column, CopyStream, Page, Sheet

from . import changes, columns, drift, locks, periods, personal, publishing, quarantine, types, versions
from .building import Built, build
from .columns import PublishedColumn
from .database import datastore_connection
from .errors import DatabaseRefused, NoColumns, TypeLost
from .forms import DECLARED
from .periods import Period
from .personal import PersonalColumn, PersonalData
from .quarantine import BadValue
from .reading.base import Finding
from .staging import Staging


@dataclass(frozen=True, slots=True)
class LoadedList:
    """One list of a table after loading.

    `findings` tell its owner what was found; `quarantined` counts rows left out; `version` is the number of
    the published state, whose rows and changes stand in the schema `hue`; `written` is False when the
    published table held the same already. `period` is the first and the last day that its dates tell of.
    """

    name: str
    resource_id: str
    rows: int
    columns: tuple[PublishedColumn, ...]
    content_hash: str
    written: bool
    findings: tuple[Finding, ...] = ()
    quarantined: int = 0
    version: int = 0
    period: Period | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found, as Vietnamese sentences."""
        return tuple(finding.message for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Rules:
    """How strictly rows are taken.

    `number_format` ("vi" or "en") tells how to read numbers whose separators can be read in two ways.
    With `accept_drift` columns may vanish and change their type; else that keeps the old table. Up to
    `bad_row_percent` of the rows may be left out for values that their column's declared type cannot hold
    (None: 1 % or 5 rows), never half of them. Columns that look like personal data are only told of, or keep
    all of the table back with `hold_personal`, unless they are in `approved` (`PersonalColumn.key`).
    """

    number_format: str = ""
    accept_drift: bool = True
    bad_row_percent: Decimal | None = None
    hold_personal: bool = False
    approved: frozenset[tuple[str, str, str]] = frozenset()


USUAL = Rules()
SMALL_PAGE = 2_000  # rows


def load(
    pages: Iterable[Page | Sheet | CopyStream],
    resource_id_of: Callable[[str], str],
    *,
    rules: Rules = USUAL,
) -> list[LoadedList]:
    """Read `pages` to their end and publish each list as the DataStore table of its resource.

    Tables whose rows and columns did not change are left alone. Raises TableError, or what `pages` raises;
    PersonalData when columns of any list wait for approval.
    """
    with _errors_in_words(), datastore_connection() as connection:
        staged: dict[str, Staging] = {}
        dictionary: dict[str, Column] = {}
        for name, some in groupby(pages, lambda page: page.list_name):
            first = next(some)
            if name not in staged:
                staged[name] = Staging(connection, small=_is_small(first))
            _stage(staged[name], chain([first], some), dictionary)  # noqa: B031 (used once)
        return _publish(
            connection,
            [
                _Given(name, resource_id_of(name), staging, dictionary, rules)
                for name, staging in staged.items()
            ],
        )


def load_batches(
    resource_id: str,
    batches: Iterable[Batch],
    *,
    dictionary: Sequence[Column] = (),
    rules: Rules = USUAL,
) -> LoadedList:
    """Read `batches` to their end and publish them as the DataStore table of `resource_id`.

    `dictionary` declares columns, before what the batches and the published table say of them.
    Raises TableError, or what `batches` raises.
    """
    given = {column.name: column for column in dictionary}
    with _errors_in_words(), datastore_connection() as connection:
        staging = Staging(connection)
        staging.copy(_noting(batches, given))
        [loaded] = _publish(connection, [_Given("", resource_id, staging, given, rules)])
        return loaded


def drop(resource_ids: Iterable[str]) -> None:
    """Take the tables of these resources away. Raises TableError; then all of them are still there."""
    with _errors_in_words(), datastore_connection() as connection, connection.cursor() as cursor:
        for resource_id in resource_ids:
            publishing.drop_table(cursor, resource_id)


@dataclass(frozen=True, slots=True)
class _Given:
    """What is known of a staged list before it is published."""

    name: str
    resource_id: str
    staging: Staging
    dictionary: Mapping[str, Column]
    rules: Rules


def _is_small(first: Page | Sheet | CopyStream) -> bool:
    """Whether the first that comes of a list is most likely all of it: sources give 10,000 rows a page."""
    return isinstance(first, Page) and len(first.rows) <= SMALL_PAGE


def _stage(
    staging: Staging, pages: Iterable[Page | Sheet | CopyStream], dictionary: dict[str, Column]
) -> None:
    """Stage what comes of one list; `dictionary` takes up what it declares."""
    for is_stream, alike in groupby(pages, lambda page: isinstance(page, CopyStream)):
        if not is_stream:
            staging.copy(_batches(cast("Iterator[Page | Sheet]", alike), dictionary))
            continue
        for stream in cast("Iterator[CopyStream]", alike):
            for column in stream.columns:
                dictionary.setdefault(column.name, column)
            staging.copy_stream(stream)


def _batches(pages: Iterable[Page | Sheet], dictionary: dict[str, Column]) -> Iterator[Batch]:
    """Pages of rows by column name as batches; `dictionary` takes up what they declare."""
    first_row = 1
    for page in pages:
        if isinstance(page, Sheet):
            yield from _noting([page.batch], dictionary)
            continue
        for column in page.columns:
            dictionary.setdefault(column.name, column)
        names = tuple(dict.fromkeys(name for row in page.rows for name in row))
        yield Batch(names, [[row.get(name) for name in names] for row in page.rows], first_row)
        first_row += len(page.rows)


def _noting(batches: Iterable[Batch], dictionary: dict[str, Column]) -> Iterator[Batch]:
    for batch in batches:
        for column in batch.columns:
            dictionary.setdefault(column.name, column)
        yield batch


@dataclass(frozen=True, slots=True)
class _Examined:
    """A staged list of which all is decided, and nothing built yet."""

    staging: Staging
    loaded: LoadedList
    stored: Mapping[str, PublishedColumn]
    decided: Mapping[str, types.Typed]
    bad: Sequence[BadValue]
    personal: tuple[PersonalColumn, ...]


def _publish(connection: Connection, given: Sequence[_Given]) -> list[LoadedList]:
    with connection.cursor() as cursor:
        examined = [_examine(cursor, one) for one in given]
        _hold_personal(given, examined)
        prepared = [_prepare(cursor, one) for one in examined]
        # All are built before the first one is swapped: readers wait for a swap, never for a build.
        for loaded, built in prepared:
            if built:
                locks.stop_indexing(cursor, loaded.resource_id)
                locks.take_over(cursor, loaded.resource_id)
                publishing.swap(cursor, built, loaded.resource_id)
    for one in given:
        one.staging.drop()
    return [loaded for loaded, _ in prepared]


def _hold_personal(given: Sequence[_Given], examined: Sequence[_Examined]) -> None:
    """Raise PersonalData for what nobody approved, of all lists at once: a person decides of the table."""
    found = [
        column
        for rules, one in zip((each.rules for each in given), examined, strict=True)
        if rules.hold_personal
        for column in one.personal
        if column.key not in rules.approved
    ]
    if found:
        raise PersonalData(found, [one.staging.content_hash for one in examined])


def _examine(cursor: Cursor, given: _Given) -> _Examined:
    """Check one list and decide how its rows are read."""
    staging, resource_id, rules = given.staging, given.resource_id, given.rules
    locks.loading(cursor, resource_id)
    stored = columns.published(cursor, resource_id)
    if not staging.rows:
        staging.add_columns(given.dictionary)
    if not staging.columns:
        raise NoColumns(name=given.name)
    names = columns.names_in_order(staging.columns, given.dictionary)
    dictionary = _with_key(staging, columns.remembered(names, given.dictionary, stored))
    decided = types.decide(staging, dictionary, rules.number_format, rules.bad_row_percent)
    _keep_declared_types(names, dictionary, decided, stored)
    bad = quarantine.set_aside(staging, dictionary, decided, rules.bad_row_percent)
    planned = columns.plan(names, decided, dictionary, stored)
    # A table without rows says nothing of its columns.
    if staging.rows and not rules.accept_drift:
        drift.check(cursor, resource_id, planned, stored)
    found = personal.of_staged(staging, resource_id, planned)
    warnings = () if rules.hold_personal else tuple(column.as_finding() for column in found)
    loaded = LoadedList(
        name=given.name,
        resource_id=resource_id,
        rows=staging.rows,
        columns=tuple(planned),
        content_hash=_hash(staging, planned, decided, len(bad)),
        written=False,
        findings=(*warnings, *(typed.finding for typed in decided.values() if typed.finding)),
        quarantined=len({value.row for value in bad}),
    )
    return _Examined(staging, loaded, stored, decided, bad, found)


def _prepare(cursor: Cursor, examined: _Examined) -> tuple[LoadedList, Built | None]:
    """Build the list's table; none when the published one holds the same already."""
    loaded, planned = examined.loaded, examined.loaded.columns
    if number := versions.holding(cursor, loaded.resource_id, loaded.content_hash):
        period = periods.of_table(cursor, sql.Identifier("public", loaded.resource_id), planned)
        return replace(loaded, version=number, period=period), None
    built = build(examined.staging, planned, examined.decided)
    loaded = replace(loaded, period=periods.of_table(cursor, built.table, planned))
    return _record(cursor, loaded, built, examined.stored, examined.bad), built


def _record(
    cursor: Cursor,
    loaded: LoadedList,
    built: Built,
    stored: Mapping[str, PublishedColumn],
    bad: Sequence[BadValue],
) -> LoadedList:
    """Write down the new version, what it changes and what it leaves out."""
    key = [column.name for column in loaded.columns if column.is_key]
    repeated = _repeated_keys(cursor, built.table, key)
    findings = [*loaded.findings, *repeated]
    number = versions.record(
        cursor,
        built.table,
        loaded.resource_id,
        rows=loaded.rows,
        content_hash=loaded.content_hash,
        columns=[column.as_dict() for column in loaded.columns],
        findings=[asdict(finding) for finding in findings],
        quarantined=loaded.quarantined,
        indexed=built.indexed,
    )
    if not repeated:
        changes.record(cursor, loaded.resource_id, number, built.table, loaded.columns, stored)
    execute_values(
        cursor,
        "INSERT INTO hue.quarantined_row"
        " (resource_id, version, row_number, column_name, value, reason, record) VALUES %s",
        [
            (
                loaded.resource_id,
                number,
                value.row,
                value.column,
                value.value,
                value.reason,
                versions.as_jsonb(value.record),
            )
            for value in bad
        ],
    )
    return replace(loaded, findings=tuple(findings), version=number, written=True)


def _repeated_keys(cursor: Cursor, table: sql.Identifier, key: Sequence[str]) -> list[Finding]:
    if not key:
        return []
    rows, examples = changes.duplicates(cursor, table, key)
    if not rows:
        return []
    message = (
        f"Khóa ({', '.join(key)}) không phân biệt được {rows} bản ghi: giá trị trùng hoặc trống,"
        f" ví dụ {'; '.join(f'«{example}»' for example in examples[:5])}."
    )
    return [Finding(message, column=key[0])]


def _with_key(staging: Staging, dictionary: dict[str, Column]) -> dict[str, Column]:
    """Take `id` for the key where none is declared and it is unique and complete."""
    if not staging.rows or any(column.is_key for column in dictionary.values()):
        return dictionary
    if "id" not in staging.columns:
        return dictionary
    column = staging.column("id")
    [[repeated]] = staging.execute(
        "SELECT EXISTS (SELECT FROM {} GROUP BY {} HAVING count(*) > 1 OR {} IS NULL)",
        staging.table,
        column,
        column,
    )
    if repeated:
        return dictionary
    return {**dictionary, "id": replace(dictionary.get("id", Column("id")), is_key=True)}


def _keep_declared_types(
    names: Mapping[str, str],
    dictionary: Mapping[str, Column],
    decided: Mapping[str, types.Typed],
    stored: Mapping[str, PublishedColumn],
) -> None:
    """Refuse values that would turn a published column of a declared type into text."""
    for source_name, typed in decided.items():
        column = dictionary.get(source_name)
        published = stored.get(names[source_name])
        kept = published is not None and published.type != "text"
        if typed.finding and column and column.type in DECLARED and kept:
            lost = TypeLost(column=column.label or source_name, type=DECLARED[column.type].noun)
            raise lost.at([typed.finding])


def _hash(
    staging: Staging, planned: Sequence[PublishedColumn], decided: Mapping[str, types.Typed], bad: int
) -> str:
    """Identify the table as published: its rows, how they were read, and its columns as described."""
    described = [
        (column.name, column.type, column.info, decided[column.source_name].form.cast) for column in planned
    ]
    text = f"{staging.content_hash} {bad} {versions.as_jsonb(described)}"
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


@contextmanager
def _errors_in_words() -> Iterator[None]:
    """Turn what PostgreSQL refuses into a TableError."""
    try:
        yield
    except psycopg2.errors.LockNotAvailable as error:
        raise DatabaseRefused(reason="bảng đang được đọc quá lâu nên chưa thay được") from error
    except psycopg2.errors.DependentObjectsStillExist as error:
        raise DatabaseRefused(
            reason="có khung nhìn (view) phụ thuộc vào bảng, hãy gỡ khung nhìn trước"
        ) from error
    except psycopg2.Error as error:
        reason = (error.diag.message_primary or str(error) or type(error).__name__).strip()
        raise DatabaseRefused(reason=reason) from error
