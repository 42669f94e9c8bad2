"""What a warehouse's catalogue says of its tables, and what proves that a table did not change.

A version is made of PostgreSQL's own counters of written rows, which never count less than what was
committed but may come up to a minute late. That is safe: a version is read before the rows, so a late
count makes the table be read once more, never once less. The counters are believed only

- from PostgreSQL 15 on (before, they were sent in packets that may get lost), on a server that is no
  standby (a standby counts nothing) and where counting is not switched off;
- together with all that would start them anew: the server's start, the resets of the statistics (which a
  crash brings about), and the identity of table and file (TRUNCATE, VACUUM FULL, a rebuilt table);
- together with the columns, keys, comments, partitions and labels of enumerations;
- for tables and materialised views whose rows are all their own: not for views, foreign tables, row-level
  security, or types whose text stands elsewhere.

Everything else has no version, and the rows themselves decide. What remains: a superuser's session that
switches `track_counts` off for itself writes without being counted.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from psycopg2 import sql

COUNTED_FROM = 150_000
_FORM = "1"  # of versions: to be changed when tables are read in another way

KIND = """
    SELECT c.relkind::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = %(schema)s AND c.relname = %(table)s
"""
MATERIALISED = "m"

SCHEMAS = """
    SELECT g.name FROM unnest(%(schemas)s) g(name)
    LEFT JOIN pg_namespace n ON n.nspname = g.name
    WHERE n.oid IS NULL OR NOT has_schema_privilege(n.oid, 'USAGE')
"""

TABLES = """
    WITH RECURSIVE chosen AS (
        SELECT c.oid, n.nspname, c.relname, c.relkind, c.relrowsecurity
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = ANY (%(schemas)s) AND c.relkind IN ('r', 'v', 'm', 'p')
        AND NOT c.relispartition AND has_table_privilege(c.oid, 'SELECT')
    ), parts AS (
        SELECT oid AS top, oid FROM chosen
        UNION
        SELECT parts.top, i.inhrelid FROM parts JOIN pg_inherits i ON i.inhparent = parts.oid
    ), written AS (
        SELECT parts.top, bool_and(c.relkind IN ('r', 'p', 'm')) AS is_counted,
               string_agg(concat_ws('/', c.oid, pg_relation_filenode(c.oid),
                   pg_stat_get_tuples_inserted(c.oid), pg_stat_get_tuples_updated(c.oid),
                   pg_stat_get_tuples_deleted(c.oid)), ',' ORDER BY c.oid) AS counts
        FROM parts JOIN pg_class c ON c.oid = parts.oid GROUP BY parts.top
    ), server AS (
        SELECT pg_is_in_recovery() OR current_setting('track_counts') <> 'on'
               OR current_setting('server_version_num')::int < %(counted_from)s
               OR EXISTS (SELECT FROM pg_db_role_setting s, unnest(s.setconfig) c
                          WHERE c LIKE 'track_counts=%%') AS counts_nothing,
               hashtextextended(concat_ws('/', pg_postmaster_start_time(),
                   extract(epoch FROM pg_stat_get_bgwriter_stat_reset_time()), d.oid, d.datname,
                   extract(epoch FROM pg_stat_get_db_stat_reset_time(d.oid)),
                   (SELECT string_agg(concat_ws('/', enumtypid, enumsortorder, enumlabel), ','
                           ORDER BY enumtypid, enumsortorder) FROM pg_enum)), 0)::text AS mark
        FROM pg_database d WHERE d.datname = current_database()
    )
    SELECT chosen.nspname, chosen.relname, obj_description(chosen.oid, 'pg_class'),
           defined.columns, defined.change_type, hashtextextended(concat_ws('/', chosen.oid, defined.text,
               keys.text, CASE chosen.relkind WHEN 'v' THEN pg_get_viewdef(chosen.oid) END), 0)::text,
           CASE WHEN written.is_counted AND defined.is_plain AND NOT chosen.relrowsecurity
                AND NOT server.counts_nothing
                THEN hashtextextended(written.counts || server.mark, 0)::text END
    FROM chosen JOIN written ON written.top = chosen.oid CROSS JOIN server
    CROSS JOIN LATERAL (
        SELECT count(*) AS columns,
               string_agg(jsonb_build_array(a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull,
                   col_description(chosen.oid, a.attnum))::text, ',' ORDER BY a.attnum) AS text,
               max(format_type(a.atttypid, NULL)) FILTER (WHERE a.attname = %(change)s) AS change_type,
               coalesce(bool_and((e.typtype IN ('b', 'e') OR e.oid < 16384) AND e.typname NOT LIKE 'reg%%'),
                   false) AS is_plain
        FROM pg_attribute a
        JOIN pg_type t ON t.oid = a.atttypid
        JOIN pg_type b ON b.oid = coalesce(nullif(t.typbasetype, 0), t.oid)
        JOIN pg_type e ON e.oid = coalesce(nullif(b.typelem, 0), b.oid)
        WHERE a.attrelid = chosen.oid AND a.attnum > 0 AND NOT a.attisdropped
    ) defined
    CROSS JOIN LATERAL (
        SELECT string_agg(concat_ws('/', i.indexrelid, i.indkey, i.indisprimary, i.indisvalid), ','
               ORDER BY i.indexrelid) AS text
        FROM pg_index i WHERE i.indrelid = chosen.oid AND i.indisunique
    ) keys
    ORDER BY chosen.nspname, chosen.relname
"""

# The column that the source declares; of other types the largest value says nothing.
_CHANGE_TYPES = frozenset(
    {
        "date",
        "timestamp without time zone",
        "timestamp with time zone",
        "smallint",
        "integer",
        "bigint",
        "numeric",
        "text",
        "character varying",
    }
)
_ISO = {
    "date": "max({c})::text",
    "timestamp without time zone": "to_char(max({c}), 'YYYY-MM-DD\"T\"HH24:MI:SS.US')",
    "timestamp with time zone": (
        "to_char(max({c}) AT TIME ZONE INTERVAL '+07:00', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+07:00\"')"
    ),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of TABLES.

    `change_type` is the type of the declared change column, None where the table has none; `definition`
    identifies its columns, `written` its rows, None where nothing safe is known of them.
    """

    schema: str
    table: str
    comment: str | None
    columns: int
    change_type: str | None
    definition: str
    written: str | None

    @property
    def is_probed(self) -> bool:
        """Whether its declared change column tells what changed."""
        return self.change_type in _CHANGE_TYPES


def probe(listed: Listed, change_column: str) -> sql.Composable:
    """What a table's change column holds: its values in any order, and the latest as ISO 8601.

    The greatest value alone would miss what is deleted, or comes later with an earlier date.
    """
    latest = sql.SQL(_ISO.get(listed.change_type or "", "NULL::text"))  # pyright: ignore[reportArgumentType]
    return sql.SQL(
        "SELECT count(*)::text, max({c})::text,"
        " sum(hashtextextended({c}::text, 0))::text, {latest}"
        " FROM {table}"
    ).format(
        c=sql.Identifier(change_column),
        latest=latest.format(c=sql.Identifier(change_column)),
        table=sql.Identifier(listed.schema, listed.table),
    )


def version(listed: Listed, *proofs: Any) -> str:
    """An opaque text that differs when the table may differ."""
    text = json.dumps([_FORM, listed.definition, *proofs], ensure_ascii=False)
    return f"pg:{hashlib.sha256(text.encode(errors='replace')).hexdigest()}"
