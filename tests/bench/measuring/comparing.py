"""Both arms must hold the same before anything is compared: counts, and the text of every cell.

Headers differ by design (one arm keeps diacritics), and so do types; cells are compared by place, as text:
numbers without trailing zeros, dates without a midnight, no value as "".
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from typing import IO

from stack import credentials, ports, postgres

from .children import BenchError

_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)[ T]00:00:00")
_FRACTION = re.compile(r"(-?\d+)(?:\.(\d*?)0*)")


def cell(text: str | None) -> str:
    """A cell as both arms should have it."""
    if not text:
        return ""
    if found := _MIDNIGHT.fullmatch(text):
        return found[1]
    if found := _FRACTION.fullmatch(text):
        return f"{found[1]}.{found[2]}".rstrip(".")
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
    with _rows(*ours) as left, _rows(*others) as right:
        return same_rows(csv.reader(left), csv.reader(right), what)


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


@contextmanager
def _rows(database: str, resource_id: str) -> Iterator[IO[str]]:
    """The rows of a table as CSV, in their order, without what the DataStore adds."""
    names = postgres.psql(
        "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
        " WHERE attrelid = to_regclass(quote_ident(:'name')) AND attnum > 0 AND NOT attisdropped"
        " AND attname NOT IN ('_id', '_full_text')",
        database,
        {"name": resource_id},
    ).strip()
    if not names:
        raise BenchError(f"Không có bảng {resource_id} trong {database}.")
    query = f'COPY (SELECT {names} FROM "{resource_id}" ORDER BY _id) TO STDOUT (FORMAT csv)'  # noqa: S608
    with subprocess.Popen(
        psql(database, query), env=psql_environment(), stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        yield process.stdout
    if process.returncode != 0:
        raise BenchError(f"Không đọc được bảng {resource_id} trong {database}.")


def psql(database: str, command: str) -> list[str]:
    """The command line that runs one statement, or one of psql's own commands, as the administrator."""
    login = [f"--host={ports.HOST}", f"--port={ports.load()['postgres']}", f"--username={postgres.ADMIN}"]
    options = ["-Xq", "--set=ON_ERROR_STOP=1", f"--dbname={database}"]
    return [str(postgres.binaries() / "psql"), *options, *login, "-c", command]


def psql_environment() -> dict[str, str]:
    from .children import environment

    return environment({"PGPASSWORD": credentials.load()["postgres_admin"]})
