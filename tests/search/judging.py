"""The judged set: datasets, queries with what they should find, and two ways to search, ours and CKAN's.

Both have the same datasets, each in a core of its own of the same Solr. Nothing stays: the datasets are
written in a transaction that is never committed, and cores and tables are dropped.
"""

from __future__ import annotations

import math
import unicodedata
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import ckan
import pysolr

HERE = Path(__file__).parent
OURS, STOCK = "judged_ours", "judged_stock"
AT = 10  # results that are judged
NAMESPACE = uuid.UUID("5c5e6c0e-8b3c-4d39-9a52-7b1a0f3a3c11")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of corpus.txt."""

    id: str
    title: str
    notes: str
    keywords: list[str]
    agency: str
    field: str
    columns: list[str]
    units: list[str]
    years: str
    title_en: str

    @property
    def resource_id(self) -> str:
        return str(uuid.uuid5(NAMESPACE, self.id))

    def as_dataset(self) -> dict[str, Any]:
        """The dataset as `package_create` takes it."""
        first, _, last = self.years.partition("-")
        return {
            "name": f"judged-{self.id}",
            "title": self.title,
            "title_en": self.title_en,
            "notes": self.notes,
            "owner_org": self.agency,
            "groups": [{"name": self.field}],
            "tags": [{"name": keyword} for keyword in self.keywords],
            "spatial_coverage": [{"code": code} for code in self.units],
            "temporal_coverage": [{"start": first, "end": last or first}] if first else [],
            "license_id": "cc-by-4.0",
            "no_personal_data": True,
            "resources": [
                {
                    "id": self.resource_id,
                    "name": self.title,
                    "url": f"https://example.vn/{self.id}.csv",
                    "format": "CSV",
                    "datastore_active": True,
                }
            ],
        }


@dataclass(frozen=True, slots=True)
class Query:
    """grades: what datasets (ids) are worth to who types `text`: 3, 2 or 1."""

    text: str
    grades: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Judged:
    """One query's nDCG@10 in both arms."""

    query: Query
    ours: float
    stock: float


Arm = Callable[[str], list[str]]


def corpus() -> list[Entry]:
    return [Entry(*_values(line)) for line in _lines("corpus.txt")]


def queries(file: str = "queries.txt") -> list[Query]:
    """Those that the weights were chosen on, or those of `held-out.txt`."""
    return [_query(line) for line in _lines(file)]


def ndcg(found: Sequence[str], grades: Mapping[str, int]) -> float:
    """Normalised discounted cumulative gain of the first ten, with gains of 2^grade - 1; 0 to 1."""

    def gain(values: Sequence[int]) -> float:
        return sum((2**value - 1) / math.log2(place + 2) for place, value in enumerate(values[:AT]))

    return gain([grades.get(one, 0) for one in found]) / gain(sorted(grades.values(), reverse=True))


def judge(ours: Arm, stock: Arm, asked: Sequence[Query]) -> list[Judged]:
    return [
        Judged(query, ndcg(ours(query.text), query.grades), ndcg(stock(query.text), query.grades))
        for query in asked
    ]


@contextmanager
def arms() -> Iterator[tuple[Arm, Arm]]:
    """Both arms with the corpus; inside a request context of the portal's application."""
    entries = corpus()
    with ExitStack() as stack:
        stack.enter_context(_tables(entries))
        shown = stack.enter_context(_written(entries))
        for core, documents, configuration in (
            (OURS, _documents(shown), None),
            (STOCK, _stock_documents(shown), stock_files()),
        ):
            stack.enter_context(_core(core, configuration))
            _solr(core).add(documents, commit=True)
        yield _ours, _stock


def stock_files() -> dict[str, str]:
    """A core's files with the schema that CKAN ships, and the portal's handlers."""
    from stack import solr

    schema = Path(ckan.__file__).parent / "config" / "solr" / "schema.xml"
    handlers = solr.SOURCE / "conf" / "solrconfig.xml"
    read = {file.name: file.read_text(encoding="utf-8") for file in (schema, handlers)}
    return {**read, **dict.fromkeys(("stopwords.txt", "synonyms.txt", "protwords.txt"), "")}


def _ours(text: str) -> list[str]:
    import ckan.plugins.toolkit as tk

    with _solr_is(OURS):
        found = tk.get_action("package_search")({"user": ""}, {"q": text, "rows": AT, "fl": ["id", "name"]})
    return _ids(found["results"])


def _stock(text: str) -> list[str]:
    """As CKAN's action calls it, without the portal's plugin."""
    from ckan.lib.search.query import PackageSearchQuery

    asked = {
        "q": text,
        "fq": "+capacity:public +state:(active)",
        "rows": AT,
        "sort": "score desc, metadata_modified desc",
        "fl": "id name",
        "df": "text",
    }
    with _solr_is(STOCK):
        found = PackageSearchQuery().run(asked)
    return _ids(found["results"])


def _ids(results: Collection[Mapping[str, str]]) -> list[str]:
    return [found["name"].removeprefix("judged-") for found in results]


def _documents(shown: Mapping[str, Any]) -> list[dict[str, Any]]:
    from ckanext.hue.search import indexing

    return indexing.documents(list(shown), shown)


def _stock_documents(shown: Mapping[str, Any]) -> list[dict[str, Any]]:
    from ckanext.hue.plugin import HuePlugin

    with patch.object(HuePlugin, "before_dataset_index", lambda _self, document: document):
        return _documents(shown)


@contextmanager
def _written(entries: Sequence[Entry]) -> Iterator[dict[str, Any]]:
    """The datasets as CKAN shows them, by id, in a transaction that is taken back."""
    import ckan.logic as logic
    import ckan.plugins.toolkit as tk
    from ckan import model

    from ckanext.hue.schemas import vocabulary

    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]

    def act(action: str, only_id: bool = False, **values: Any) -> Any:
        context = {"ignore_auth": True, "user": user, "defer_commit": True, "return_id_only": only_id}
        return tk.get_action(action)(context, values)

    try:
        for action, kind, used in (
            ("organization_create", "agencies", {entry.agency for entry in entries}),
            ("group_create", "fields", {entry.field for entry in entries}),
        ):
            for concept in vocabulary(kind):
                if concept.code in used and model.Group.get(concept.code) is None:
                    act(action, name=concept.code, title=concept.name)
        ids = [act("package_create", only_id=True, **entry.as_dataset()) for entry in entries]
        yield {
            dataset_id: logic.package_show_default_and_custom_schemas({"ignore_auth": True}, dataset_id)
            for dataset_id in ids
        }
    finally:
        model.Session.rollback()


@contextmanager
def _tables(entries: Sequence[Entry]) -> Iterator[None]:
    """Empty tables in the DataStore that have the columns."""
    from psycopg2 import sql

    from ckanext.hue.tables.database import datastore_connection

    def run(statements: Sequence[sql.Composable]) -> None:
        with datastore_connection() as connection, closing(connection.cursor()) as cursor:
            for statement in statements:
                cursor.execute(statement)

    drops = [sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(one.resource_id)) for one in entries]
    column = sql.SQL("{} text")
    creates = [
        sql.SQL("CREATE TABLE {} ({})").format(
            sql.Identifier(entry.resource_id),
            sql.SQL(", ").join(column.format(sql.Identifier(name)) for name in entry.columns),
        )
        for entry in entries
    ]
    run([*drops, *creates])
    try:
        yield
    finally:
        run(drops)


@contextmanager
def _core(name: str, configuration: Mapping[str, str] | None) -> Iterator[None]:
    """A fresh core: with these files, or configured as the portal's."""
    from stack import files, solr, state

    solr.drop_core(name)
    if configuration is None:
        state.mark_done(f"solr-core-{name}", "")
        solr.ensure_core(name)
    else:
        for file, text in configuration.items():
            files.write(solr.HOME / name / "conf" / file, text)
        solr.order("CREATE", name, name=name, instanceDir=str(solr.HOME / name))
    try:
        yield
    finally:
        solr.drop_core(name)


def _solr(core: str) -> pysolr.Solr:
    from stack import solr

    return pysolr.Solr(solr.core_url(core), timeout=60)


@contextmanager
def _solr_is(core: str) -> Iterator[None]:
    import ckan.plugins.toolkit as tk

    from stack import solr

    before = tk.config["solr_url"]
    tk.config["solr_url"] = solr.core_url(core)
    try:
        yield
    finally:
        tk.config["solr_url"] = before


def _query(line: str) -> Query:
    text, *graded = (part.strip() for part in line.split("|"))
    if text.startswith("NFD "):
        text = unicodedata.normalize("NFD", text.removeprefix("NFD "))
    grades = {one: grade for grade, ids in zip((3, 2, 1), graded, strict=True) for one in ids.split()}
    return Query(text, grades)


def _values(line: str) -> Iterator[Any]:
    for place, value in enumerate(part.strip() for part in line.split("|")):
        yield [one.strip() for one in value.split(";")] if place in (3, 6, 7) else value


def _lines(name: str) -> list[str]:
    text = (HERE / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
