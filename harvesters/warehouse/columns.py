"""The columns of a table: which are read, how, and what the data dictionary says of them.

Values become the text that the same value has when it comes from any other source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg2 import sql

from ckanext.hue.harvesters.base import Column

# A base type behind a domain; arrays have typcategory A. The key is the primary one, else a unique index
# that cannot hold a null.
STATEMENT = """
    SELECT a.attname, b.typname, b.typtype::text, b.typcategory::text,
           b.typnamespace = 'pg_catalog'::regnamespace AS is_builtin,
           col_description(a.attrelid, a.attnum),
           coalesce(a.attnum = ANY (k.numbers), false) AS is_key
    FROM pg_attribute a
    CROSS JOIN LATERAL (
        WITH RECURSIVE below AS (
            SELECT t.* FROM pg_type t WHERE t.oid = a.atttypid
            UNION ALL
            SELECT t.* FROM below JOIN pg_type t ON t.oid = below.typbasetype
            WHERE below.typtype = 'd'
        )
        SELECT * FROM below WHERE typtype <> 'd'
    ) b
    LEFT JOIN LATERAL (
        SELECT (i.indkey::int2[])[0:i.indnkeyatts - 1] AS numbers
        FROM pg_index i
        WHERE i.indrelid = a.attrelid AND i.indisunique AND i.indisvalid AND i.indimmediate
        AND i.indpred IS NULL AND i.indexprs IS NULL
        AND NOT EXISTS (
            SELECT FROM pg_attribute c
            WHERE c.attrelid = i.indrelid AND c.attnum = ANY (i.indkey) AND NOT c.attnotnull
        )
        ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid LIMIT 1
    ) k ON true
    WHERE a.attrelid = (
        SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = %(schema)s AND c.relname = %(table)s
    ) AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum
"""

# Nobody reads them as a table's values; a view can give what they mean (see docs/sources.md).
_LEFT_OUT = frozenset({"bytea", "tsvector", "tsquery"})
_LEFT_OUT_EXTENSIONS = frozenset({"geometry", "geography", "raster"})
_PLAIN = sql.SQL("{}")
_AS_TEXT = sql.SQL("{}::text")
_AS_JSON = sql.SQL("to_jsonb({})::text")
# JSON and CSV have no such numbers either.
_FINITE = sql.SQL("CASE WHEN {0} IN ('NaN', 'Infinity', '-Infinity') THEN NULL ELSE {0} END")
_TYPES: dict[str, tuple[str, sql.SQL]] = {
    **dict.fromkeys(("int2", "int4", "int8", "oid"), ("int", _PLAIN)),
    **dict.fromkeys(("float4", "float8", "numeric"), ("numeric", _FINITE)),
    "money": ("numeric", sql.SQL("{}::numeric")),
    "bool": ("bool", _AS_TEXT),
    "date": ("date", _PLAIN),
    "timestamp": ("timestamp", _PLAIN),
    "timestamptz": ("timestamp", sql.SQL("{} AT TIME ZONE INTERVAL '+07:00'")),
    "bpchar": ("text", _AS_TEXT),  # without the blanks that fill it up
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A column as it is read: its entry in the dictionary, and the expression of its values."""

    column: Column
    value: sql.Composable


def readings(rows: Sequence[tuple]) -> list[Reading]:
    """The columns to read, from the rows of STATEMENT; a key only counts whole."""
    kept = [row for row in rows if not _is_left_out(row[1], row[4])]
    whole = sum(row[6] for row in kept) == sum(row[6] for row in rows)
    found = []
    for name, type_name, kind, category, is_builtin, comment, is_key in kept:
        declared, how = _reading(type_name if is_builtin else "", kind, category)
        label = (comment or "").strip().partition("\n")[0].strip()
        column = Column(name, label=label, type=declared, is_key=is_key and whole)
        found.append(Reading(column, how.format(sql.Identifier(name))))
    return found


def query(schema: str, table: str, columns: Sequence[Reading]) -> sql.Composable:
    """All rows in an order that only their content decides: by the key, else by all values."""
    order = [sql.Identifier(one.column.name) for one in columns if one.column.is_key] or [
        sql.SQL('({})::text COLLATE "C"').format(one.value) for one in columns
    ]
    return sql.SQL("SELECT {} FROM {} ORDER BY {}").format(
        sql.SQL(", ").join(one.value for one in columns),
        sql.Identifier(schema, table),
        sql.SQL(", ").join(order),
    )


def _reading(type_name: str, kind: str, category: str) -> tuple[str, sql.SQL]:
    if kind == "c" or category == "A":
        return "text", _AS_JSON
    return _TYPES.get(type_name, ("text", _PLAIN))


def _is_left_out(type_name: str, is_builtin: bool) -> bool:
    return type_name in (_LEFT_OUT if is_builtin else _LEFT_OUT_EXTENSIONS)
