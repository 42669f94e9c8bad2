"""Which rows a new table adds, changes and removes, where a key tells rows apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from .columns import PublishedColumn
from .versions import KEPT_CHANGES

EXAMPLES = 20
MAX_KEY = 20  # columns
_CHANGES = sql.Identifier("hue_row_changes")
_ROW = sql.SQL("to_jsonb({}) - '{{_id,_full_text}}'::text[]")


def duplicates(cursor: Cursor, table: sql.Identifier, key: Sequence[str]) -> tuple[int, list[str]]:
    """How many rows share their key with another or lack it, and some of those keys as text."""
    columns = [sql.Identifier(name) for name in key]
    cursor.execute(
        sql.SQL(
            "SELECT coalesce(sum(n), 0)::bigint, (array_agg(key ORDER BY n DESC, key))[:{limit}]"
            " FROM (SELECT left(concat_ws(', ', {key}), 100) AS key, count(*) AS n FROM {table}"
            " GROUP BY {key} HAVING count(*) > 1 OR {any_null}) AS repeated"
        ).format(
            limit=sql.Literal(EXAMPLES),
            key=sql.SQL(", ").join(columns),
            any_null=sql.SQL(" OR ").join(sql.SQL("{} IS NULL").format(column) for column in columns),
            table=table,
        )
    )
    rows, keys = cursor.fetchone() or (0, None)
    return rows, keys or []


def record(
    cursor: Cursor,
    resource_id: str,
    version: int,
    table: sql.Identifier,
    columns: Sequence[PublishedColumn],
    stored: Mapping[str, PublishedColumn],
) -> None:
    """Compare a built table with the published one by key; keep the counts and at most KEPT_CHANGES rows.

    The built table's key must tell its rows apart. Nothing is kept when there is nothing to compare by: no
    key, no published table, or a key of another type there. Columns that only one of both has, or in another
    type, are not compared: they are a change of the table, not of its rows.
    """
    key = [column.name for column in columns if column.is_key]
    alike = {
        column.name for column in columns if column.name in stored and stored[column.name].type == column.type
    }
    if not key or len(key) > MAX_KEY or not alike.issuperset(key):
        return
    published = sql.Identifier("public", resource_id)
    if duplicates(cursor, published, key)[0]:
        return
    compared = sorted(alike.difference(key))
    cursor.execute(
        sql.SQL(
            "CREATE TEMPORARY TABLE {changes} ON COMMIT DROP AS SELECT o._id AS old_id, n._id AS new_id"
            " FROM {published} AS o FULL JOIN {table} AS n ON {same_key}"
            " WHERE o._id IS NULL OR n._id IS NULL OR ({differs})"
        ).format(
            changes=_CHANGES,
            published=published,
            table=table,
            same_key=_all_equal(key),
            differs=sql.SQL("ROW({}) IS DISTINCT FROM ROW({})").format(_of("o", compared), _of("n", compared))
            if compared
            else sql.SQL("false"),
        )
    )
    cursor.execute(
        sql.SQL(
            "UPDATE hue.table_version SET (added, changed, removed) = (SELECT"
            " count(*) FILTER (WHERE old_id IS NULL), count(*) FILTER (WHERE old_id + new_id > 0),"
            " count(*) FILTER (WHERE new_id IS NULL) FROM {}) WHERE resource_id = %s AND version = %s"
        ).format(_CHANGES),
        (resource_id, version),
    )
    _keep_rows(cursor, resource_id, version, table, key)


def _keep_rows(
    cursor: Cursor, resource_id: str, version: int, table: sql.Identifier, key: Sequence[str]
) -> None:
    key_of = sql.SQL("jsonb_build_object({})").format(
        sql.SQL(", ").join(
            sql.SQL("{}, coalesce(to_jsonb(n.{}), to_jsonb(o.{}))").format(
                sql.Literal(name), sql.Identifier(name), sql.Identifier(name)
            )
            for name in key
        )
    )
    cursor.execute(
        sql.SQL(
            "INSERT INTO hue.row_change (resource_id, version, kind, key, before, after)"
            " SELECT {resource_id}, {version}, CASE WHEN old_id IS NULL THEN 'added'"
            " WHEN new_id IS NULL THEN 'removed' ELSE 'changed' END, {key},"
            " CASE WHEN old_id IS NOT NULL THEN {old} END, CASE WHEN new_id IS NOT NULL THEN {new} END"
            " FROM (SELECT * FROM {changes} ORDER BY coalesce(new_id, old_id) LIMIT {limit}) AS c"
            " LEFT JOIN {published} AS o ON o._id = old_id LEFT JOIN {table} AS n ON n._id = new_id;"
            " DROP TABLE {changes}"
        ).format(
            resource_id=sql.Literal(resource_id),
            version=sql.Literal(version),
            key=key_of,
            old=_ROW.format(sql.SQL("o")),
            new=_ROW.format(sql.SQL("n")),
            changes=_CHANGES,
            limit=sql.Literal(KEPT_CHANGES),
            published=sql.Identifier("public", resource_id),
            table=table,
        )
    )


def _all_equal(names: Sequence[str]) -> sql.Composable:
    return sql.SQL(" AND ").join(
        sql.SQL("o.{} = n.{}").format(sql.Identifier(name), sql.Identifier(name)) for name in names
    )


def _of(table: str, names: Sequence[str]) -> sql.Composable:
    return sql.SQL(", ").join(sql.Identifier(table, name) for name in names)
