"""Index a batch of datasets with one request and one commit, where CKAN makes one of each a dataset."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import ckan.lib.search.index as core_index
import ckan.logic as logic
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.search.common import make_connection
from ckan.types import Context

from . import facts
from .showing import Shown


class _Collector:
    """Takes the place of CKAN's Solr connection and keeps the documents that it is given."""

    url = ""

    def __init__(self) -> None:
        self.documents: list[dict[str, Any]] = []

    def add(self, docs: list[dict[str, Any]], **_settings: Any) -> None:
        self.documents += docs


@contextmanager
def _collected() -> Iterator[list[dict[str, Any]]]:
    """CKAN builds and posts a document in one method; only its connection can be replaced.

    The module attribute is shared by the process, so this is for workers, which run one job at a time.
    """
    collector = _Collector()
    original = core_index.make_connection
    core_index.make_connection = lambda *_args, **_settings: collector  # type: ignore[assignment]
    try:
        yield collector.documents
    finally:
        core_index.make_connection = original


def index_datasets(
    active: Collection[str], deleted: Collection[str] = (), shown: Shown | None = None
) -> None:
    """Put datasets (ids) into Solr and take the deleted ones out, visible to searches on return.

    `shown` are those that were read just now (see `showing`); the others are read.
    Raises pysolr.SolrError; then nothing is known to be indexed and the call may be repeated.
    """
    if made := documents(active, shown):
        make_connection().add(made, commit=True)
    if deleted:
        make_connection().delete(id=list(map(index_id, deleted)), commit=True)


def documents(dataset_ids: Collection[str], shown: Shown | None = None) -> list[dict[str, Any]]:
    """The documents of these datasets, as CKAN and the plugins make them; `shown` as in `index_datasets`."""
    index = core_index.PackageSearchIndex()
    read = [
        (shown or {}).get(dataset_id)
        or logic.package_show_default_and_custom_schemas(Context(ignore_auth=True), dataset_id)
        for dataset_id in dataset_ids
    ]
    # CKAN asks for each to say who may find it; what the session holds it does not ask for.
    held = model.Session.query(model.Package).filter(model.Package.id.in_(dataset_ids)).all()
    with _collected() as made, facts.asked_once(custom for _, custom in read):
        for default, custom in read:
            index.update_dict({**default, "with_custom_schema": custom})
    del held
    return made


def index_id(dataset_id: str) -> str:
    """The key of a dataset's document, as CKAN makes it (ckan.lib.search.index)."""
    return hashlib.md5(f"{dataset_id}{tk.config['ckan.site_id']}".encode(), usedforsecurity=False).hexdigest()
