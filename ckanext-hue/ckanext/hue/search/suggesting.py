"""What somebody who is typing may be looking for: datasets, words, fields, agencies and places.

One question to Solr answers all: datasets by the beginnings of their titles' syllables, the others by the
lines that documents keep (`entries`), counted over all public datasets.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckan.lib.search.common import SolrConnectionError
from pysolr import SolrError

from . import entries, public
from .connecting import connection
from .entries import Entry

MIN_TYPED, MAX_TYPED = 2, 100  # characters
MOST = 8
MOST_OF_KIND = {"field": 1, "agency": 2, "place": 1, "words": 3}
_LINES = 60  # looked at; names come before words, and one name has several lines


@dataclass(frozen=True, slots=True)
class Suggestion:
    """kind: dataset, words, field, agency or place. note: the agency, or how many datasets; may be empty."""

    kind: str
    text: str
    url: str
    note: str = ""


def suggestions(typed: str) -> list[dict[str, str]]:
    """At most eight, the best first: names and words that begin so, then datasets.

    Raises SolrConnectionError.
    """
    typed = typed.replace("\x00", " ").strip()[:MAX_TYPED]
    start = entries.beginning(typed)
    if len(start) < MIN_TYPED:
        return []
    try:
        found = _ask(typed, start)
    except SolrError as error:
        raise SolrConnectionError(str(error)) from error  # which CKAN's API knows
    begun = list(_begun(found.raw_response.get("facets", {})))
    room = MOST - len(begun)
    datasets = [dataset for dataset in found.docs if dataset["title"] not in {one.text for one in begun}]
    titles = _agency_titles({dataset.get("organization") for dataset in datasets[:room]})
    return [asdict(one) for one in (*begun, *(_dataset(found, titles) for found in datasets[:room]))]


def _ask(typed: str, start: str) -> Any:
    filters = public.filters()
    counted = {
        "type": "terms",
        "field": "hue_suggest",
        "prefix": start,
        "limit": _LINES,
        "domain": {"query": "*:*", "filter": filters},
    }
    return connection(decode_dates=False).search(
        "{!bool should=$in_order should=$in_any_order}",
        in_order="{!field f=title_start v=$typed}",
        in_any_order='{!edismax qf="title_start" mm="100%" bf="" v=$words}',
        typed=typed,
        words=start,
        defType="lucene",
        fq=filters,
        fl="name,title,organization",
        rows=MOST,
        sort="score desc, title_string asc",
        **{"json.facet": json.dumps({"begun": counted})},
    )


def _begun(facets: dict[str, Any]) -> Iterator[Suggestion]:
    """The entries whose lines begin so, those of most datasets first; few of each kind."""
    counts: dict[Entry, int] = {}
    for bucket in facets.get("begun", {}).get("buckets", ()):
        counts.setdefault(entries.read(bucket["val"]), bucket["count"])
    for kind, most in MOST_OF_KIND.items():
        ordered = sorted((entry for entry in counts if entry.kind == kind), key=lambda entry: -counts[entry])
        yield from (_suggestion(entry, counts[entry]) for entry in _differently_written(ordered)[:most])


def _differently_written(ordered: Iterable[Entry]) -> list[Entry]:
    """Each text once, as most datasets write it: "Địa chỉ" and "địa chỉ" are the same words."""
    return list({(entry.text.lower(), entry.key): entry for entry in reversed(list(ordered))}.values())[::-1]


def _suggestion(entry: Entry, count: int) -> Suggestion:
    note = tk.ungettext("{n} dataset", "{n} datasets", count).format(n=tk.h.hue_number(count))
    return Suggestion(entry.kind, entry.text, _address(entry), note)


def _address(entry: Entry) -> str:
    match entry.kind:
        case "field":
            return tk.h.url_for("group.read", id=entry.key)
        case "agency":
            return tk.h.url_for("organization.read", id=entry.key)
        case "place":
            return tk.h.url_for("dataset.search", hue_units=entry.key)
    return tk.h.url_for("dataset.search", q=entry.text)


def _dataset(found: dict[str, Any], titles: dict[str, str]) -> Suggestion:
    address = tk.h.url_for("dataset.read", id=found["name"])
    return Suggestion("dataset", found["title"], address, titles.get(found.get("organization", ""), ""))


def _agency_titles(names: set[str | None]) -> dict[str, str]:
    if not names:
        return {}
    found = model.Session.query(model.Group.name, model.Group.title).filter(model.Group.name.in_(names))
    return {name: title or name for name, title in found}
