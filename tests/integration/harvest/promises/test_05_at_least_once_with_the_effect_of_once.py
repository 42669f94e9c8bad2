"""Promise 5: ids are made from the source and the remote id; nothing is written when nothing changed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from ckanext.hue.harvest import sources

Run = Callable[..., Any]


def test_ids_are_made_from_the_source_and_the_remote_id(
    platform: Run, add_source: Run, harvest: Run, stored: Run, sql: Run
) -> None:
    source = add_source(platform(tables=6, rows=3, open_tables=3).base)
    harvest(source)
    before = stored(source)
    for remote, one in before.items():
        dataset_id = uuid.uuid5(sources.NAMESPACE, f"{source.name}/{remote}")
        assert one.id == str(dataset_id)
        assert str(uuid.uuid5(dataset_id, "data")) in one.resources
    sql("DELETE FROM hue_harvest_table WHERE source_id = :source", source=source.id)
    assert harvest(source).done == 3  # all that the engine knew is lost: it writes over what it finds
    after = stored(source)
    assert {r: (o.id, o.name, o.resources) for r, o in after.items()} == {
        r: (o.id, o.name, o.resources) for r, o in before.items()
    }


def test_a_table_whose_content_is_the_same_writes_nothing(
    platform: Run, add_source: Run, harvest: Run, stored: Run, sql: Run
) -> None:
    source = add_source(platform(tables=6, rows=3, open_tables=3).base)
    harvest(source)
    before = stored(source)
    sql("UPDATE hue_harvest_table SET fingerprint = '' WHERE source_id = :source", source=source.id)
    status = harvest(source)
    assert (status.planned, status.done, status.unchanged) == (3, 0, 3)
    assert stored(source) == before
