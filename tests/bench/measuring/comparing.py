"""Both arms must hold the same before anything is compared: counts, and the text of every cell.

Headers differ by design (one arm keeps diacritics), and so do types; cells are compared by place, as text:
numbers without trailing zeros, dates without a midnight, "có" as true, no value as "".
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from typing import IO

from stack import credentials, ports, postgres

from .children import BenchError

_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)[ T]00:00:00")
_SIGNS = re.compile(r"[^a-z0-9]")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\+07:00)?")
_DAY_FIRST = re.compile(r"(\d\d)/(\d\d)/(\d{4})")
_YES_OR_NO = {"có": "true", "không": "false"}
_FRACTION = re.compile(r"(-?\d+)(?:\.(\d*?)0*)")


def cell(text: str | None) -> str:
    """A cell as both arms should have it."""
    if not text:
        return ""
    if truth := _YES_OR_NO.get(text.lower()):
        return truth
    if found := _DAY_FIRST.fullmatch(text):
        return f"{found[3]}-{found[2]}-{found[1]}"
    if found := _MOMENT.fullmatch(text):
        text = f"{found[1]} {found[2]}"
    if found := _MIDNIGHT.fullmatch(text):
        return found[1]
    if found := _FRACTION.fullmatch(text):
        plain = f"{found[1]}.{found[2]}".rstrip(".")
        return "0" if plain == "-0" else plain  # which numbers do not know, and text does
    return text


def same_rows(left: Iterable[Sequence[str | None]], right: Iterable[Sequence[str | None]], what: str) -> int:
    """Compare rows one by one and return how many there are. Raises BenchError at the first difference."""
    count = 0
    for count, (ours, others) in enumerate(zip_longest(left, right), 1):
        if ours == others:
            continue
        if ours is None or others is None or list(map(cell, ours)) != list(map(cell, others)):
            raise BenchError(f"{what}: dòng {count} khác nhau: {ours} và {others}.")
    if not count:
        raise BenchError(f"{what}: không có dòng nào.")
    return count


def same_tables(ours: tuple[str, str], others: tuple[str, str], what: str) -> int:
    """Compare two DataStore tables, each a database and a resource id; how many rows both hold."""
    with rows(*ours) as left, rows(*others) as right:
        return same_rows(csv.reader(left), csv.reader(right), what)


def same_tables_by_header(
    ours: tuple[str, str], others: tuple[str, str], what: str, but: Sequence[str] = ()
) -> int:
    """The same for tables whose columns stand in different orders: they go by name, accents set aside.

    `but`: columns that are no data, which one arm leaves out.
    """
    left, right = (
        _by_plain_name(name for name in columns(*table) if name not in but) for table in (ours, others)
    )
    if set(left) != set(right):
        raise BenchError(f"{what}: không cùng các cột: {sorted(left)} và {sorted(right)}.")
    in_order = sorted(left)
    with (
        rows(*ours, [left[name] for name in in_order]) as mine,
        rows(*others, [right[name] for name in in_order]) as theirs,
    ):
        return same_rows(csv.reader(mine), csv.reader(theirs), what)


def _by_plain_name(names: Iterable[str]) -> dict[str, str]:
    """Column names by what is left of them without accents, case and signs."""
    return {_SIGNS.sub("", unaccented(name)): name for name in names}


def unaccented(text: str) -> str:
    bare = "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))
    return bare.lower().replace("đ", "d")


def same_csv(ours: Path, others: Path, what: str) -> int:
    """Compare two downloads without their headers; `_id`, which both may begin with, is left out."""
    with (
        ours.open(encoding="utf-8-sig", newline="") as left,
        others.open(encoding="utf-8-sig", newline="") as right,
    ):
        return same_rows(_without_id(left), _without_id(right), what)


def same_cells(ours: Path, others: Path, what: str) -> int:
    """Compare two files of JSON lists, a row a line."""
    with ours.open(encoding="utf-8") as left, others.open(encoding="utf-8") as right:
        return same_rows(_texts(left), _texts(right), what)


def _without_id(file: IO[str]) -> Iterator[list[str]]:
    reader = csv.reader(file)
    start = 1 if next(reader)[0] == "_id" else 0
    return (row[start:] for row in reader)


def _texts(file: IO[str]) -> Iterator[list[str]]:
    return (["" if value is None else str(value) for value in json.loads(line)] for line in file)


def columns(database: str, resource_id: str) -> list[str]:
    """A table's columns in their order, but the DataStore's own. Raises BenchError without a table."""
    names = postgres.psql(
        "SELECT attname FROM pg_attribute"
        " WHERE attrelid = to_regclass(quote_ident(:'name')) AND attnum > 0 AND NOT attisdropped"
        " AND attname NOT IN ('_id', '_full_text') ORDER BY attnum",
        database,
        {"name": resource_id},
    ).splitlines()
    if not names:
        raise BenchError(f"Không có bảng {resource_id} trong {database}.")
    return names


@contextmanager
def rows(database: str, resource_id: str, chosen: Sequence[str] | None = None) -> Iterator[IO[str]]:
    """The rows of a table as CSV, in their order; all columns, or the chosen ones."""
    # As text: COPY alone would write truth values as "t" and "f".
    shown = ", ".join(f"{_quoted(name)}::text" for name in chosen or columns(database, resource_id))
    query = f"COPY (SELECT {shown} FROM {_quoted(resource_id)} ORDER BY _id) TO STDOUT (FORMAT csv)"  # noqa: S608
    with subprocess.Popen(
        psql(database, query), env=psql_environment(), stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        yield process.stdout
    if process.returncode != 0:
        raise BenchError(f"Không đọc được bảng {resource_id} trong {database}.")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def psql(database: str, command: str) -> list[str]:
    """The command line that runs one statement, or one of psql's own commands, as the administrator."""
    login = [f"--host={ports.HOST}", f"--port={ports.load()['postgres']}", f"--username={postgres.ADMIN}"]
    options = ["-Xq", "--set=ON_ERROR_STOP=1", f"--dbname={database}"]
    return [str(postgres.binaries() / "psql"), *options, *login, "-c", command]


def psql_environment() -> dict[str, str]:
    from .children import environment

    return environment({"PGPASSWORD": credentials.load()["postgres_admin"]})
