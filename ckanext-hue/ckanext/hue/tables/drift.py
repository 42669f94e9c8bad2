"""Columns that vanish or change their type break the programs that read a table: a person decides of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from .columns import PublishedColumn
from .errors import SchemaDrift
from .forms import DECLARED

# Every value of the first type is one of the second.
WIDENINGS = {("bigint", "numeric"), ("date", "timestamp")}
MOST_NAMED = 10  # columns


def check(
    cursor: Cursor,
    resource_id: str,
    planned: Sequence[PublishedColumn],
    stored: Mapping[str, PublishedColumn],
) -> None:
    """Raise SchemaDrift when a published column would vanish or hold another type; new ones are welcome.

    A column without any value so far has no type to keep.
    """
    now = {column.name: column.type for column in planned}
    vanished = [name for name in stored if name not in now]
    retyped = [
        name
        for name, column in stored.items()
        if name in now and now[name] != column.type and (column.type, now[name]) not in WIDENINGS
    ]
    retyped = _with_values(cursor, resource_id, retyped)
    if not vanished and not retyped:
        return
    changes = [f"mất cột «{name}»" for name in vanished]
    changes += [f"cột «{name}» đổi từ {_noun(stored[name].type)} sang {_noun(now[name])}" for name in retyped]
    more = f" và {len(changes) - MOST_NAMED} thay đổi khác" if len(changes) > MOST_NAMED else ""
    raise SchemaDrift(changes="; ".join(changes[:MOST_NAMED]) + more)


def _with_values(cursor: Cursor, resource_id: str, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    tests = sql.SQL(", ").join(
        sql.SQL("EXISTS (SELECT FROM {} WHERE {} IS NOT NULL)").format(
            sql.Identifier("public", resource_id), sql.Identifier(name)
        )
        for name in names
    )
    cursor.execute(sql.SQL("SELECT {}").format(tests))
    row = cursor.fetchone() or ()
    return [name for name, filled in zip(names, row, strict=True) if filled]


def _noun(type_: str) -> str:
    """What a type of PostgreSQL is called."""
    found = [declared.noun for declared in DECLARED.values() if declared.type == type_]
    return found[0] if found else "văn bản"
