"""Fragments for readers, only ever read together with their datasets' rows: so none outlives its dataset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.engine import Row

from ckanext.hue.catalog.formats import Format
from ckanext.hue.harvest.database import rows

from .store import LISTED, PUBLIC

_FRAGMENTS = f"hue_catalog_fragment f JOIN package p ON p.id = f.dataset_id AND {PUBLIC}"


class Stored(NamedTuple):
    """A fragment for a reader; `member` is gzip in the format asked for, None when only hashes were."""

    dataset_id: str
    hash: bytes
    changed: datetime
    member: bytes | None


class Known(NamedTuple):
    """A dataset for a reader; without `hash` it has no fragment that anyone may read."""

    id: str
    hash: bytes | None
    changed: datetime | None
    member: bytes | None


class Change(NamedTuple):
    """A dataset that changed, or was removed (then without `hash` and `member`)."""

    dataset_id: str
    moment: datetime
    hash: bytes | None
    member: bytes | None


def numbered(first: int, last: int, format: Format | None) -> list[Stored]:
    """The catalogue's datasets with these places, in their order; only their hashes without a format."""
    found = rows(
        f"SELECT f.dataset_id, f.hash, f.changed, {_column(format)} FROM {_FRAGMENTS}"  # noqa: S608
        f" WHERE f.number BETWEEN :first AND :last AND {LISTED} ORDER BY f.number",
        first=first,
        last=last,
    )
    return [Stored(*row) for row in found]


def chosen(dataset_ids: Sequence[str], format: Format | None) -> list[Stored]:
    """Those of these datasets that have a fragment, in the order given."""
    found = rows(
        f"SELECT f.dataset_id, f.hash, f.changed, {_column(format)} FROM {_FRAGMENTS}"  # noqa: S608
        " WHERE f.dataset_id = ANY(:ids)",
        ids=list(dataset_ids),
    )
    by_id = {row.dataset_id: Stored(*row) for row in found}
    return [by_id[dataset_id] for dataset_id in dataset_ids if dataset_id in by_id]


def changes(since: datetime, after: str, limit: int, format: Format | None) -> list[Change]:
    """What changed or left since then, oldest first, behind the dataset `after` of that moment."""
    found = rows(
        f"(SELECT f.dataset_id, f.changed AS moment, f.hash, {_column(format)} FROM {_FRAGMENTS}"  # noqa: S608
        f" WHERE f.number IS NOT NULL AND {LISTED} AND (f.changed, f.dataset_id) > (:since, :after)"
        " ORDER BY f.changed, f.dataset_id LIMIT :limit)"
        " UNION ALL (SELECT dataset_id, removed, NULL, NULL FROM hue_catalog_removed"
        " WHERE (removed, dataset_id) > (:since, :after) ORDER BY removed, dataset_id LIMIT :limit)"
        " ORDER BY moment, dataset_id LIMIT :limit",
        since=since,
        after=after,
        limit=limit,
    )
    return [Change(*row) for row in found]


def removals(since: datetime, after: str, limit: int) -> list[Change]:
    """What left the catalogue since then, oldest first."""
    found = rows(
        "SELECT dataset_id, removed, NULL, NULL FROM hue_catalog_removed"
        " WHERE (removed, dataset_id) > (:since, :after) ORDER BY removed, dataset_id LIMIT :limit",
        since=since,
        after=after,
        limit=limit,
    )
    return [Change(*row) for row in found]


def named(name_or_id: str, format: Format | None) -> Known | None:
    """A dataset by its id or name, with the fragment that anyone may read; None when there is no dataset."""
    found = rows(
        f"SELECT p.id, f.hash, f.changed, {_column(format)} FROM package p"  # noqa: S608
        f" LEFT JOIN hue_catalog_fragment f ON f.dataset_id = p.id AND {PUBLIC}"
        " WHERE p.id = :name OR p.name = :name ORDER BY p.id = :name DESC LIMIT 1",
        name=name_or_id,
    )
    return Known(*found[0]) if found else None


def in_parts(format: Format, size: int) -> Iterator[list[Row[Any]]]:
    """All of the catalogue, `size` datasets at a time, each part in a transaction of its own.

    By dataset and not by place: closing gaps would move some behind a slow reader.
    """
    last = ""
    while True:
        found = rows(
            f"SELECT f.dataset_id, {format.key} AS member FROM {_FRAGMENTS}"  # noqa: S608
            # Said of both, or each part would read one table from its beginning.
            f" WHERE f.dataset_id > :last AND p.id > :last AND f.number IS NOT NULL AND {LISTED}"
            " ORDER BY f.dataset_id LIMIT :size",
            last=last,
            size=size,
        )
        if not found:
            return
        yield found
        last = found[-1].dataset_id


def _column(format: Format | None) -> str:
    return f"f.{format.key}" if format else "NULL::bytea"
