"""Build a typed table beside the published one, under a name that readers do not see.

`CREATE TABLE AS` reads the staged rows on several cores, where `INSERT … SELECT` uses one.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from .columns import PublishedColumn
from .errors import RowsLost
from .staging import POSITION, Staging
from .types import Typed, source
from .versions import as_jsonb

TEXT_SEARCH = "public.hue_vi"
# A tsvector holds at most 1 MB; what lies beyond this many characters of a row is not searched.
SEARCHED_CHARACTERS = 200_000
GIN_MEMORY = "4MB"  # what fits a core's cache is built a third faster than what fits 256 MB
# Above, the table is published first and its indexes follow (see indexing).
BIG_ROWS = 100_000
INDEXED_ROWS = 5_000  # below, reading the whole table is as fast as an index
INDEXED_COLUMNS = 16
INDEXED_BYTES = 500  # of one text; PostgreSQL refuses more than 2,704
MAX_ARGUMENTS = 90
_SORTABLE = frozenset({"bigint", "numeric", "date", "timestamp", "boolean"})


@dataclass(frozen=True, slots=True)
class Built:
    """A table that waits to be published; a big one has no full text and no column indexes yet."""

    table: sql.Identifier
    rows: int
    indexed: bool


def build(staging: Staging, columns: Sequence[PublishedColumn], types: Mapping[str, Typed]) -> Built:
    """Make the typed table from the staged rows. Raises RowsLost."""
    values = [_cast(staging, column, types[column.source_name]) for column in columns]
    indexed = staging.rows <= BIG_ROWS
    with staging.connection.cursor() as cursor:
        position = sql.SQL("{}::integer").format(sql.Identifier(POSITION))
        # A full scan of a big staging table runs on several cores; a small one keeps its order this way.
        table = create(cursor, position, values if indexed else None, values, columns, staging.table)
        rows = cursor.rowcount
        if rows != staging.rows:
            raise RowsLost(published=rows, staged=staging.rows)
        finish(cursor, table, columns, full_text=indexed)
        if indexed:
            index_columns(cursor, table, columns, rows)
    return Built(table, rows, indexed)


def create(
    cursor: Cursor,
    row_id: sql.Composable,
    searched: Sequence[sql.Composable] | None,
    values: Sequence[sql.Composable],
    columns: Sequence[PublishedColumn],
    origin: sql.Composable,
) -> sql.Identifier:
    """Fill a new table from `origin`; `searched` are the values of its full text, None to leave it out."""
    table = sql.Identifier(f"_hue_{uuid.uuid4().hex}")
    full_text = sql.SQL("NULL::tsvector") if searched is None else _full_text(searched)
    named = [
        sql.SQL("{} AS {}").format(value, sql.Identifier(column.name))
        for value, column in zip(values, columns, strict=True)
    ]
    cursor.execute(
        sql.SQL("CREATE TABLE {} AS SELECT {} AS _id, {} AS _full_text, {} FROM {}").format(
            table, row_id, full_text, sql.SQL(", ").join(named), origin
        )
    )
    return table


def finish(
    cursor: Cursor, table: sql.Identifier, columns: Sequence[PublishedColumn], *, full_text: bool
) -> None:
    """Give a filled table all that CKAN expects of it: `_id`, the trigger, the data dictionary, indexes."""
    sequence = sql.Identifier(f"{table.strings[-1]}_seq")
    cursor.execute(
        sql.SQL(
            "ALTER TABLE {table} ADD PRIMARY KEY (_id);"
            " CREATE SEQUENCE {sequence} AS integer OWNED BY {table}._id;"
            " SELECT setval({name}, coalesce(max(_id), 1), max(_id) IS NOT NULL) FROM {table};"
            " ALTER TABLE {table} ALTER _id SET DEFAULT nextval({name});"
            " CREATE TRIGGER zfulltext BEFORE INSERT OR UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION populate_full_text_trigger();"
            " {comments}"
        ).format(
            table=table,
            sequence=sequence,
            name=sql.Literal(sequence.strings[-1]),
            comments=_comments(table, columns),
        )
    )
    if full_text:
        cursor.execute(
            sql.SQL(
                "SET LOCAL maintenance_work_mem = {}; CREATE INDEX ON {} USING gin (_full_text);"
                " RESET maintenance_work_mem"
            ).format(sql.Literal(GIN_MEMORY), table)
        )
    cursor.execute(sql.SQL("ANALYZE {}").format(table))


def describe(cursor: Cursor, table: sql.Identifier, columns: Iterable[PublishedColumn]) -> None:
    """Write the data dictionary of a filled table."""
    described = [column for column in columns if column.info]
    if described:
        cursor.execute(_comments(table, described))


def index_columns(
    cursor: Cursor, table: sql.Identifier, columns: Sequence[PublishedColumn], rows: int
) -> None:
    """Make the indexes that sorting and filtering need, on columns whose values are short enough."""
    if rows < INDEXED_ROWS:
        return
    texts = [column for column in columns if column.type == "text"]
    longest = _longest(cursor, table, texts)
    chosen = [
        column
        for column in columns
        if column.type in _SORTABLE or longest.get(column.name, INDEXED_BYTES + 1) <= INDEXED_BYTES
    ]
    for column in chosen[:INDEXED_COLUMNS]:
        # The DataStore sorts by `_id` last: with it in the index even a column of few values needs no sort.
        cursor.execute(sql.SQL("CREATE INDEX ON {} ({}, _id)").format(table, sql.Identifier(column.name)))


def _longest(cursor: Cursor, table: sql.Identifier, columns: Sequence[PublishedColumn]) -> dict[str, int]:
    if not columns:
        return {}
    lengths = [
        sql.SQL("coalesce(max(octet_length({})), 0)").format(sql.Identifier(column.name))
        for column in columns
    ]
    cursor.execute(sql.SQL("SELECT {} FROM {}").format(sql.SQL(", ").join(lengths), table))
    return dict(zip((column.name for column in columns), cursor.fetchone() or (), strict=True))


def _cast(staging: Staging, column: PublishedColumn, typed: Typed) -> sql.Composable:
    if typed.type == "text":
        return staging.column(column.source_name)
    cast = sql.SQL(typed.form.cast).format(c=source(staging, column.source_name))  # pyright: ignore[reportArgumentType]
    return sql.SQL("({})::{}").format(cast, sql.SQL(typed.type))  # pyright: ignore[reportArgumentType]


def _full_text(values: Sequence[sql.Composable]) -> sql.Composable:
    """The row's values with blanks between; in groups, since a function takes at most 100 arguments."""
    groups = [values[start : start + MAX_ARGUMENTS] for start in range(0, len(values), MAX_ARGUMENTS)]
    texts = [sql.SQL("concat_ws(' ', {})").format(sql.SQL(", ").join(group)) for group in groups]
    text = texts[0] if len(texts) == 1 else sql.SQL("concat_ws(' ', {})").format(sql.SQL(", ").join(texts))
    return sql.SQL("to_tsvector({}, left({}, {}))").format(
        sql.Literal(TEXT_SEARCH), text, sql.Literal(SEARCHED_CHARACTERS)
    )


def _comments(table: sql.Identifier, columns: Sequence[PublishedColumn]) -> sql.Composable:
    statements = [
        sql.SQL("COMMENT ON COLUMN {}.{} IS {};").format(
            table,
            sql.Identifier(column.name),
            # The leading blank marks CKAN's present format of column comments.
            sql.Literal(" " + as_jsonb({"_info": column.info})),
        )
        for column in columns
        if column.info
    ]
    return sql.SQL(" ").join(statements)
