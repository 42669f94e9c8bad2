"""A harvest publishes what is open, whole, and writes nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import requests
from ckan import model
from sqlalchemy import text

Run = Callable[..., Any]


def control(base: str, path: str, body: dict[str, Any]) -> None:
    requests.post(f"{base}/_sandbox/{path}", json=body, timeout=10).raise_for_status()


def datasets(action: Run, source: Any) -> list[dict[str, Any]]:
    found = action("package_search", q="", fq=f"extras_harvest_source:{source.name}", rows=1000)
    return sorted(found["results"], key=lambda dataset: dataset["harvest_id"])


def activities(ids: list[str]) -> int:
    statement = text("SELECT count(*) FROM activity WHERE object_id = ANY(:ids)")
    return model.Session.execute(statement, {"ids": ids}).scalar_one()


def table_oids(ids: list[str]) -> list[Any]:
    from ckanext.hue.tables.database import datastore_connection

    with datastore_connection() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT relname, oid FROM pg_class WHERE relname = ANY(%s) ORDER BY 1", (ids,))
        return cursor.fetchall()


def resource_ids(found: list[dict[str, Any]]) -> list[str]:
    return [resource["id"] for dataset in found for resource in dataset["resources"]]


def test_open_tables_become_datasets_with_their_rows(
    sandbox: Run, add_source: Run, harvest: Run, action: Run
) -> None:
    source = add_source(sandbox(tables=30, rows=25, open_tables=6))
    status = harvest(source)
    assert (status.state, status.listed, status.done, status.failed) == ("finished", 30, 6, 0)
    found = datasets(action, source)
    assert len(found) == 6
    for dataset in found:
        assert dataset["organization"] and dataset["groups"] and dataset["title"] and dataset["notes"]
        for resource in dataset["resources"]:
            rows = action("datastore_search", resource_id=resource["id"], limit=1)
            assert rows["total"] > 0
            assert any(field.get("info", {}).get("label") for field in rows["fields"])


def test_the_same_harvest_again_writes_nothing(
    sandbox: Run, add_source: Run, harvest: Run, action: Run
) -> None:
    base = sandbox(tables=20, rows=10, open_tables=5)
    source = add_source(base)
    harvest(source)
    before = datasets(action, source)
    ids = [dataset["id"] for dataset in before]
    seen = activities(ids)
    oids = table_oids(resource_ids(before))
    assert seen == 5 and len(oids) >= 5
    requests.delete(f"{base}/_sandbox/yeucau", timeout=10).raise_for_status()

    status = harvest(source)

    assert (status.planned, status.unchanged) == (0, 5)
    assert datasets(action, source) == before
    assert activities(ids) == seen
    assert table_oids(resource_ids(before)) == oids
    requested = requests.get(f"{base}/_sandbox/yeucau", timeout=10).json()
    assert not requested.get("bang")


def test_only_the_changed_table_is_written(sandbox: Run, add_source: Run, harvest: Run, action: Run) -> None:
    base = sandbox(tables=20, rows=10, open_tables=5)
    source = add_source(base)
    harvest(source)
    before = datasets(action, source)
    changed = before[2]
    oids = table_oids(resource_ids(before))
    control(base, f"bang/{changed['harvest_id']}", {"revision": 2})

    status = harvest(source)

    assert (status.done, status.unchanged) == (1, 4)
    after = datasets(action, source)
    assert [a["id"] for a in after] == [b["id"] for b in before]
    assert [a["name"] for a in after] == [b["name"] for b in before]
    assert [a["id"] for a, b in zip(after, before, strict=True) if a != b] == [changed["id"]]
    assert activities([changed["id"]]) == 2
    rewritten = set(table_oids(resource_ids(before))) ^ set(oids)
    assert {name for name, _oid in rewritten} == set(resource_ids([changed]))


def test_a_table_that_is_no_longer_open_leaves_the_public_at_once(
    sandbox: Run, add_source: Run, harvest: Run, action: Run, client: Any
) -> None:
    base = sandbox(tables=20, rows=10, open_tables=5)
    source = add_source(base)
    harvest(source)
    before = datasets(action, source)
    control(base, f"bang/{before[0]['harvest_id']}", {"mucdo": "noi-bo"})

    status = harvest(source)

    assert status.closed == 1
    assert [d["id"] for d in datasets(action, source)] == [d["id"] for d in before[1:]]
    assert table_oids(resource_ids(before[:1])) == []
    assert client.get(f"/dataset/{before[0]['name']}").status_code == 404

    control(base, f"bang/{before[0]['harvest_id']}", {"mucdo": "mo"})
    harvest(source)
    restored = datasets(action, source)
    assert [(d["id"], d["name"]) for d in restored] == [(d["id"], d["name"]) for d in before]
    assert resource_ids(restored) == resource_ids(before)


def test_a_table_gone_from_the_listing_is_withdrawn_and_kept(
    sandbox: Run, add_source: Run, harvest: Run, action: Run
) -> None:
    base = sandbox(tables=20, rows=10, open_tables=5)
    source = add_source(base)
    harvest(source)
    before = datasets(action, source)
    control(base, f"bang/{before[0]['harvest_id']}", {"removed": True})

    status = harvest(source)

    assert (status.gone, status.failed) == (1, 0)
    kept = action("package_show", id=before[0]["id"])
    assert (kept["state"], kept["harvest_state"]) == ("active", "withdrawn")
    assert kept["resources"] == before[0]["resources"]
