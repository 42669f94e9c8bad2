"""What changed in a dataset, and when: versions of its tables, and changes of what is said of it.

Two statements for a dataset. The same for every reader: what was not public then is not told.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model

from ckanext.datastore.backend.postgres import get_read_engine

MOST = 12  # events
MAX_ACTIVITY = 100_000  # characters; what a bigger one changed is not told
NAMED = 5

_VERSIONS = sa.text(
    "SELECT v.resource_id, v.version, v.loaded, v.rows, v.added, v.changed, v.removed"
    " FROM unnest(CAST(:ids AS text[])) AS asked (id)"
    " CROSS JOIN LATERAL (SELECT * FROM hue.table_version WHERE resource_id = asked.id"
    " ORDER BY version DESC LIMIT :most) v ORDER BY v.loaded DESC, v.resource_id LIMIT :most"
)
_ACTIVITIES = sa.text(
    "SELECT timestamp, activity_type, CASE WHEN length(data) <= :longest THEN data END AS data"
    " FROM activity WHERE object_id = :id AND activity_type IN ('new package', 'changed package')"
    " AND permission_labels && ARRAY['public']"
    " ORDER BY timestamp DESC LIMIT :most"
)
# Fields that CKAN itself writes at each change.
_OWN = frozenset({"metadata_modified", "num_resources", "num_tags", "isopen", "resources", "tags", "groups"})


@dataclass(frozen=True, slots=True)
class Change:
    """Something that changed. `words`: sentences of plain text that may hold titles."""

    moment: datetime
    kind: Literal["data", "metadata", "new"]
    words: Sequence[str]


def of_dataset(dataset: Mapping[str, Any], table_ids: Sequence[str]) -> list[Change]:
    """The newest changes of a dataset, newest first; `table_ids` are its resources that have tables."""
    names = {each["id"]: tk.h.resource_display_name(each) for each in dataset.get("resources") or ()}
    found = [*_of_tables(table_ids, names), *_of_metadata(dataset["id"])]
    return sorted(found, key=lambda change: change.moment, reverse=True)[:MOST]


def _of_tables(table_ids: Sequence[str], names: Mapping[str, str]) -> list[Change]:
    if not table_ids:
        return []
    with get_read_engine().connect() as connection:
        found = connection.execute(_VERSIONS, {"ids": list(table_ids), "most": MOST}).fetchall()
    several = len(table_ids) > 1
    return [
        Change(row.loaded, "data", [_version_words(row, names[row.resource_id] if several else "")])
        for row in found
    ]


def _version_words(row: Any, name: str) -> str:
    number = tk.h.hue_number
    if row.version == 1:
        said = tk.ungettext("Table published: {n} row", "Table published: {n} rows", row.rows).format(
            n=number(row.rows)
        )
    elif row.added is None:
        said = tk.ungettext("Data replaced: {n} row now", "Data replaced: {n} rows now", row.rows).format(
            n=number(row.rows)
        )
    else:
        counts = (
            (row.added, tk.ungettext("{n} row added", "{n} rows added", row.added)),
            (row.changed, tk.ungettext("{n} row changed", "{n} rows changed", row.changed)),
            (row.removed, tk.ungettext("{n} row removed", "{n} rows removed", row.removed)),
        )
        parts = [words.format(n=number(count)) for count, words in counts if count]
        said = ", ".join(parts) or tk._("Columns changed")
        said = tk._("Data updated: {what}").format(what=said)
    return f"{name}: {said}" if name else said


def _of_metadata(dataset_id: str) -> list[Change]:
    if not p.plugin_loaded("activity"):
        return []
    found = model.Session.execute(
        _ACTIVITIES, {"id": dataset_id, "most": MOST + 1, "longest": MAX_ACTIVITY}
    ).fetchall()
    told = []
    for row, before in zip(found, [*found[1:], None], strict=False):
        moment = row.timestamp.replace(tzinfo=UTC)
        if row.activity_type == "new package":
            told.append(Change(moment, "new", [tk._("Dataset published on the portal")]))
        elif words := _difference(_package(before), _package(row)):
            told.append(Change(moment, "metadata", words))
    return told


def _package(row: Any) -> dict[str, Any] | None:
    return json.loads(row.data).get("package") if row is not None and row.data else None


def _difference(before: dict[str, Any] | None, after: dict[str, Any] | None) -> list[str]:
    """What changed between two states, in sentences; a plain one where a state is not known."""
    if not before or not after:
        return [tk._("Description of the dataset changed")]
    words = []
    if fields := _fields(before, after):
        words.append(tk._("Changed: {what}").format(what=", ".join(fields)))
    older, newer = _resources(before), _resources(after)
    for ids, sentence in (
        (newer.keys() - older.keys(), tk._("Added: {what}")),
        (older.keys() - newer.keys(), tk._("Removed: {what}")),
    ):
        known = newer | older
        if ids:
            words.append(sentence.format(what=_listed(sorted(known[one] for one in ids))))
    return words


def _fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    schema = tk.h.scheming_get_dataset_schema(after.get("type", "dataset")) or {}
    labels = {
        field["field_name"]: tk.h.scheming_language_text(field["label"])
        for field in schema.get("dataset_fields", [])
        if field.get("form_snippet", "") is not None and field["field_name"] not in _OWN
    }
    changed = [
        label for name, label in labels.items() if (before.get(name) or None) != (after.get(name) or None)
    ]
    for name, label in (("tags", tk._("Keywords")), ("groups", tk._("Fields"))):
        if _names(before, name) != _names(after, name) and label not in changed:
            changed.append(label)
    return changed


def _names(package: Mapping[str, Any], key: str) -> set[str]:
    return {each.get("name", "") for each in package.get(key) or ()}


def _resources(package: Mapping[str, Any]) -> dict[str, str]:
    return {each["id"]: tk.h.resource_display_name(each) for each in package.get("resources") or ()}


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    said = ", ".join(f"«{name}»" for name in names[:NAMED])
    return said + (" " + tk._("and {n} more").format(n=tk.h.hue_number(more)) if more > 0 else "")
