"""The whole index anew, in batches of one request each.

What a document keeps of its dataset is taken from it where that is still true: then nothing has to be read
and validated again, which is most of the work. All else is read from the database. How far a rebuild came
stands in the database, so that one that was killed is continued.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import ckan.logic as logic
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.search.common import make_connection
from ckan.types import Context
from pysolr import SolrError

from ckanext.hue.harvest.database import rows

from . import contents, indexing
from .showing import Shown

log = logging.getLogger(__name__)

BATCH = 200  # datasets of one request
_MARK = "ckanext.hue.search.rebuild"  # in CKAN's system_info
_REFUSED = "HTTP 400"  # as pysolr quotes Solr's answer; anything else says nothing about a document
_NEXT = "SELECT id FROM package WHERE state <> 'deleted' AND id > :after ORDER BY id LIMIT :most"
_NOW = """
    SELECT p.id, p.metadata_modified, p.state, p.private, p.owner_org,
        o.name AS agency, o.title AS agency_title,
        (SELECT coalesce(json_object_agg(g.name, g.title), '{}')
            FROM member m JOIN "group" g ON g.id = m.group_id
            WHERE m.table_name = 'package' AND m.table_id = p.id AND m.state = 'active'
            AND g.state = 'active' AND NOT g.is_organization) AS fields
    FROM package p LEFT JOIN "group" o ON o.id = p.owner_org WHERE p.id = ANY(:ids)
"""


@dataclass(slots=True)
class Progress:
    """done: datasets so far, those of an interrupted rebuild among them; after: the last one's id."""

    total: int = 0
    done: int = 0
    from_index: int = 0
    removed: int = 0
    after: str = ""
    purpose: str = ""
    refused: list[str] = field(default_factory=list)


def rebuild(
    tell: Callable[[Progress], None], *, purpose: str = "", anew: bool = False, from_database: bool = False
) -> Progress:
    """Index every dataset and remove the documents that have none; `tell` hears of each batch.

    A rebuild that was killed is continued, unless it was begun for another `purpose` or is to be done `anew`.
    Raises SolrError when Solr does not answer; the next call goes on from there.
    """
    progress = _begun(purpose, anew)
    progress.total = _count()
    while batch := [row.id for row in rows(_NEXT, after=progress.after, most=BATCH)]:
        stored = {} if from_database else _still_true(batch)
        progress.refused += _index(batch, stored)
        progress.after = batch[-1]
        progress.done += len(batch)
        progress.from_index += len(stored)
        _remember(progress)
        model.Session.remove()
        tell(progress)
    make_connection().commit()
    _complete(progress)
    progress.removed = remove_strange()
    model.Session.query(model.SystemInfo).filter_by(key=_MARK).delete()
    model.Session.commit()
    return progress


def _complete(progress: Progress) -> None:
    """Index what is missing all the same: what a rebuild did that was killed may have been lost meanwhile."""
    there = {one.index_id for one in contents.documents()}
    missing = [
        row.id
        for row in rows("SELECT id FROM package WHERE state <> 'deleted' ORDER BY id")
        if indexing.index_id(row.id) not in there and row.id not in progress.refused
    ]
    for start in range(0, len(missing), BATCH):
        progress.refused += _index(missing[start : start + BATCH], {})
        model.Session.remove()
    if missing:
        make_connection().commit()


def remove_strange() -> int:
    """Remove the documents without a dataset; how many there were."""
    known = {indexing.index_id(row.id) for row in rows("SELECT id FROM package WHERE state <> 'deleted'")}
    strange = [one.index_id for one in contents.documents() if one.index_id not in known]
    if strange:
        contents.remove(strange)
    return len(strange)


def _begun(purpose: str, anew: bool) -> Progress:
    left = model.get_system_info(_MARK)
    if left and not anew:
        progress = Progress(**json.loads(left))
        if progress.purpose == purpose and _are_there(progress.done - len(progress.refused)):
            return progress
    return Progress(purpose=purpose)


def _are_there(documents: int) -> bool:
    """Whether Solr still has what an interrupted rebuild brought; its core may have been emptied since."""
    solr = make_connection()
    solr.commit()
    return solr.search("*:*", rows=0, defType="lucene").hits >= documents


def _remember(progress: Progress) -> None:
    model.set_system_info(_MARK, json.dumps(asdict(progress)))


def _count() -> int:
    return rows("SELECT count(*) FROM package WHERE state <> 'deleted'")[0][0]


def _index(batch: Sequence[str], stored: Shown) -> list[str]:
    """Bring datasets to Solr; returns those that it refuses each by itself, which are found by halves."""
    shown = {
        dataset_id: read for dataset_id in batch if (read := stored.get(dataset_id) or _read(dataset_id))
    }
    return list(_refused(indexing.documents(list(shown), shown)))


def _read(dataset_id: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """A dataset of the database; None when it was deleted meanwhile."""
    try:
        return logic.package_show_default_and_custom_schemas(Context(ignore_auth=True), dataset_id)
    except tk.ObjectNotFound:
        return None


def _refused(made: Sequence[dict[str, Any]]) -> Iterator[str]:
    try:
        if made:
            make_connection().add(list(made), commit=False)
        return
    except SolrError as error:
        if _REFUSED not in str(error):
            raise
        if len(made) == 1:
            log.exception("Solr refuses the document of dataset %s", made[0]["id"])
            yield made[0]["id"]
            return
    middle = len(made) // 2
    yield from _refused(made[:middle])
    yield from _refused(made[middle:])


def _still_true(dataset_ids: Collection[str]) -> Shown:
    """Datasets as their documents keep them, where the database says the same of them."""
    kept: Shown = {}
    now = {row.id: row for row in rows(_NOW, ids=list(dataset_ids))}
    for default, custom in _kept(dataset_ids):
        row = now.get(custom["id"])
        if row is not None and _says_the_same(row, custom):
            kept[row.id] = (default, custom)
    return kept


def _says_the_same(row: Any, dataset: Mapping[str, Any]) -> bool:
    agency = dataset.get("organization") or {}
    return (
        row.metadata_modified.isoformat() == dataset["metadata_modified"]
        and (row.state, row.private, row.owner_org)
        == tuple(dataset[key] for key in ("state", "private", "owner_org"))
        and (row.agency, row.agency_title) == (agency.get("name"), agency.get("title"))
        and row.fields == {group["name"]: group["title"] for group in dataset.get("groups") or ()}
    )


def _kept(dataset_ids: Collection[str]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """What documents keep: as CKAN's schema shows a dataset, and as ours does."""
    found = make_connection(decode_dates=False).search(
        "{!terms f=index_id}" + ",".join(map(indexing.index_id, dataset_ids)),
        fl="data_dict,validated_data_dict",
        rows=len(dataset_ids),
        defType="lucene",
    )
    for document in found.docs:
        if "data_dict" in document and "validated_data_dict" in document:
            yield json.loads(document["data_dict"]), json.loads(document["validated_data_dict"])


def summary(progress: Progress) -> str:
    """What was done, in Vietnamese."""
    lines = [
        f"Đã lập chỉ mục {progress.done} bộ dữ liệu ({progress.from_index} từ bản đã lưu trong chỉ mục),"
        f" gỡ {progress.removed} bản mô tả không còn bộ dữ liệu."
    ]
    if progress.refused:
        lines.append(
            f"Máy tìm kiếm từ chối {len(progress.refused)} bộ dữ liệu: {', '.join(progress.refused[:20])}"
        )
    return "\n".join(lines)
