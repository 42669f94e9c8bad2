"""Names of tables as ids, titles and labels."""

from __future__ import annotations

import re

from ckanext.hue.harvesters.errors import BadEntry

# Not PostgreSQL's own rule, which depends on the key words of a version: an id must never change.
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
_PART = r'(?:"((?:[^"]|"")+)"|([a-z_][a-z0-9_]*))'
_WHOLE = re.compile(rf"{_PART}\.{_PART}")


def remote_id(schema: str, table: str) -> str:
    """`schema.table`, in quotes where a part holds more than small letters, digits and underscores."""
    return f"{_quoted(schema)}.{_quoted(table)}"


def parts(given: str) -> tuple[str, str]:
    """Schema and table of an id. Raises BadEntry."""
    found = _WHOLE.fullmatch(given)
    if found is None:
        raise BadEntry(reason=f"«{given[:200]}» không phải tên bảng dạng lược_đồ.bảng")
    schema, plain_schema, table, plain_table = found.groups()
    return _unquoted(schema) or plain_schema, _unquoted(table) or plain_table


def title_and_description(comment: str | None, table: str) -> tuple[str, str]:
    """The first line of a table's comment and the rest of it; the table's name where there is none."""
    first, _, rest = (comment or "").strip().partition("\n")
    return first.strip() or table.strip() or table, rest.strip()


def _quoted(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else '"' + name.replace('"', '""') + '"'


def _unquoted(name: str | None) -> str:
    return (name or "").replace('""', '"')
