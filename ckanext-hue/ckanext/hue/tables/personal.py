"""Columns that look like personal data: identity numbers, and phones and e-mails of people.

Names and values of all rows decide together; docs/harvest.md says what is found and what is not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from psycopg2 import sql

from . import personal_wording as wording
from .columns import PublishedColumn
from .errors import TableError
from .personal_wording import EMAIL, IDENTITY, PHONE
from .reading.base import Finding
from .staging import Staging

LEAST = 5  # values
LEAST_SHARE = 0.3  # of the values that are not empty
MAX_NAMED = 10  # columns
MAX_LABEL = 100  # characters
KINDS = {
    IDENTITY: "số định danh cá nhân (CCCD, CMND)",
    PHONE: "số điện thoại di động của cá nhân",
    EMAIL: "thư điện tử của cá nhân",
}

# Full-width digits become plain ones, blanks and quotes go.
_FROM = "０１２３４５６７８９＋＠ \t\r\n'’`\"\u00a0\u3000\u200b"
_TO = "0123456789+@"
_MAX_BYTES = 200  # of a value; what hides in longer texts is not looked for
# What most texts are not, which costs little to see: what begins with a digit or a mark, what has an @.
_MAY_BE_NUMBER = sql.SQL("{c} COLLATE \"C\" < ':' OR {c} COLLATE \"C\" >= '０'")
_MAY_BE_MAIL = sql.SQL("strpos({c}, '@') > 0 OR strpos({c}, '＠') > 0")


@dataclass(frozen=True, slots=True)
class PersonalColumn:
    """A column that looks like personal data; `count` of its values do. `kind` is one of KINDS."""

    resource_id: str
    column: str
    label: str
    kind: str
    count: int

    @property
    def key(self) -> tuple[str, str, str]:
        """What an approval covers."""
        return self.resource_id, self.column, self.kind

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def as_finding(self) -> Finding:
        """A warning for the table's agency. It never quotes a value."""
        return Finding(
            f"Cột «{self.label}» {self._what}. Hãy xóa cột này hoặc che bớt giá trị trước khi công khai, nếu"
            " đó là dữ liệu cá nhân.",
            column=self.column,
        )

    def __str__(self) -> str:
        return f"cột «{self.label}» {self._what}"

    @property
    def _what(self) -> str:
        return f"có {self.count} giá trị giống {KINDS[self.kind]}"


class PersonalData(TableError):
    """Columns look like personal data and nobody approved them.

    `found` are those columns; `content` identifies the rows and the columns that a person decides of.
    """

    template = (
        "Chờ duyệt vì bảng có dữ liệu giống dữ liệu cá nhân: {columns}. Bảng chưa được công bố; dữ liệu đang"
        " có trên cổng được giữ nguyên. Hãy kiểm tra ở nguồn rồi duyệt hoặc từ chối."
    )

    def __init__(self, found: Sequence[PersonalColumn], contents: Sequence[str]) -> None:
        super().__init__(columns=_listed(found))
        self.found = tuple(found)
        told = [*contents, *("\0".join(column.key) for column in found)]
        self.content = hashlib.sha256("\n".join(told).encode(errors="replace")).hexdigest()


def _listed(found: Sequence[PersonalColumn]) -> str:
    """The columns in one line, the first ones by name."""
    more = f" và {len(found) - MAX_NAMED} cột khác" if len(found) > MAX_NAMED else ""
    return "; ".join(map(str, found[:MAX_NAMED])) + more


def of_staged(
    staging: Staging, resource_id: str, columns: Sequence[PublishedColumn]
) -> tuple[PersonalColumn, ...]:
    """The columns of a staged table that look like personal data, by all rows in one statement."""
    asked = _asked(columns) if staging.rows else []
    if not asked:
        return ()
    measures = [_measure(staging, column, patterns) for column, patterns, _ in asked]
    [counts] = staging.execute("SELECT {} FROM {}", sql.SQL(", ").join(measures), staging.table)
    return tuple(
        PersonalColumn(resource_id, column.name, _label(column), kind, count)
        for (column, patterns, named), (filled, *found) in zip(asked, counts, strict=True)
        for kind, count in zip(patterns, found, strict=True)
        if _enough(count, filled, named=named and kind == IDENTITY)
    )


def _enough(count: int, filled: int, *, named: bool) -> bool:
    """A name that says it leaves no doubt: then either many values or a share of them is enough."""
    many, share = count >= LEAST, count >= LEAST_SHARE * filled
    if named:
        return count > 0 and (many or share)
    return many and share


def _asked(columns: Sequence[PublishedColumn]) -> list[tuple[PublishedColumn, dict[str, str], bool]]:
    """Which columns to look at: each with a pattern by kind, and whether its name says identity."""
    names = [wording.names_of(column) for column in columns]
    asked = []
    for column, words, people in zip(columns, names, wording.of_people(names), strict=True):
        if column.type in ("text", "bigint", "numeric"):
            patterns = wording.patterns(words, is_text=column.type == "text", people=people)
            if patterns:
                asked.append((column, patterns, wording.names_identity(words)))
    return asked


def _measure(staging: Staging, column: PublishedColumn, patterns: dict[str, str]) -> sql.Composable:
    """How many values a column has, and how many of each kind."""
    name = staging.column(column.source_name)
    counts = [sql.SQL("count(nullif({}, ''))").format(name)]
    counts += [
        sql.SQL(
            "count(*) FILTER (WHERE CASE WHEN octet_length({c}) BETWEEN 8 AND {most} AND ({may})"
            " THEN translate({c}, {given}, {plain}) ~* {pattern} ELSE false END)"
        ).format(
            c=name,
            most=sql.Literal(_MAX_BYTES),
            may=_MAY_BE_MAIL.format(c=name) if kind == EMAIL else _MAY_BE_NUMBER.format(c=name),
            given=sql.Literal(_FROM),
            plain=sql.Literal(_TO),
            pattern=sql.Literal(pattern),
        )
        for kind, pattern in patterns.items()
    ]
    return sql.SQL("ARRAY[{}]").format(sql.SQL(", ").join(counts))


def _label(column: PublishedColumn) -> str:
    label = " ".join(str(column.info.get("label") or column.name).split())
    return label if len(label) <= MAX_LABEL else label[:MAX_LABEL] + "…"
