"""People save datasets and change sources while a harvest writes: neither undoes the other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import requests

from ckanext.hue.harvest import publishing, runner, sources

Run = Callable[..., Any]
AT_ONCE, AT_LAST = 2, 60  # seconds


@pytest.fixture
def source(sandbox: Run, add_source: Run, harvest: Run) -> Any:
    """A harvested source with one table, which it has changed since."""
    base = sandbox(tables=1, rows=3, open_tables=1)
    made = add_source(base)
    assert harvest(made).succeeded
    changed = requests.post(f"{base}/_sandbox/bang/{remote_id(made)}", json={"revision": 2}, timeout=10)
    changed.raise_for_status()
    return made


def remote_id(source: Any) -> str:
    from ckanext.hue.harvest.database import rows

    [row] = rows("SELECT remote_id FROM hue_harvest_table WHERE source_id = :id", id=source.id)
    return row.remote_id


def save(dataset_id: str, **values: Any) -> None:
    """Save a dataset as a person does."""
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    tk.get_action("package_patch")({"ignore_auth": True, "user": user}, {"id": dataset_id, **values})


def test_what_a_person_saves_while_a_dataset_is_written_stays(
    source: Any, harvest: Run, application: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset_id = source.dataset_id(remote_id(source))
    merged = publishing.mapping.merged

    def person() -> None:
        with application.test_request_context():
            save(dataset_id, provenance="Do cơ quan tự ghi.")

    saving = threading.Thread(target=person)

    def merged_while_saving(*given: Any) -> dict[str, Any]:
        saving.start()
        saving.join(AT_ONCE)
        return merged(*given)

    monkeypatch.setattr(publishing.mapping, "merged", merged_while_saving)
    assert harvest(source).succeeded
    saving.join(AT_LAST)
    shown = tk.get_action("package_show")({"ignore_auth": True}, {"id": dataset_id})
    assert shown["provenance"] == "Do cơ quan tự ghi."


def test_what_a_person_saves_before_a_dataset_is_indexed_is_what_searches_show(
    source: Any, harvest: Run, action: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset_id = source.dataset_id(remote_id(source))
    settle = publishing.settle

    def settle_after_a_person(*given: Any) -> None:
        save(dataset_id, provenance="Do cơ quan tự ghi.")
        settle(*given)

    monkeypatch.setattr(publishing, "settle", settle_after_a_person)
    assert harvest(source).succeeded
    [found] = action("package_search", fq=f"id:{dataset_id}")["results"]
    assert found["provenance"] == "Do cơ quan tự ghi."


def test_a_harvest_that_changes_a_dataset_moves_its_time(source: Any, harvest: Run, action: Run) -> None:
    before = action("package_show", id=source.dataset_id(remote_id(source)))
    assert harvest(source).succeeded
    after = action("package_show", id=before["id"])
    assert after["resources"][0]["last_modified"] > before["resources"][0]["last_modified"]
    assert after["metadata_modified"] > before["metadata_modified"]


def test_tables_that_were_being_read_when_settings_changed_are_read_again(
    source: Any, harvest: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = runner.load

    def load_meanwhile(*given: Any, **rules: Any) -> Any:
        loaded = load(*given, **rules)
        sources.add(source.name, kind=source.kind, url=source.url, update=True, number_format="vi")
        return loaded

    with monkeypatch.context() as patched:
        patched.setattr(runner, "load", load_meanwhile)
        assert harvest(source).succeeded
    assert harvest(sources.get(source.name)).planned == 1
    assert harvest(sources.get(source.name)).planned == 0


def test_resources_that_people_add_stay(source: Any, harvest: Run, action: Run) -> None:
    dataset_id = source.dataset_id(remote_id(source))
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    link = {"package_id": dataset_id, "url": "https://hue.example.vn/huong-dan.pdf", "name": "Hướng dẫn"}
    added = tk.get_action("resource_create")({"ignore_auth": True, "user": user}, link)
    assert harvest(source).done == 1
    shown = action("package_show", id=dataset_id)
    [harvested, own] = shown["resources"]
    assert own["id"] == added["id"]
    assert own["url"] == link["url"]
    assert harvested["datastore_active"]


def test_what_people_deleted_stays_deleted_when_its_source_is_removed_and_added_again(
    source: Any, harvest: Run, add_source: Run, action: Run
) -> None:
    dataset_id = source.dataset_id(remote_id(source))
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    tk.get_action("package_delete")({"ignore_auth": True, "user": user}, {"id": dataset_id})
    sources.remove(source.name)
    again = add_source(source.url, name=source.name)
    assert harvest(again).succeeded
    stored = tk.get_action("package_show")({"ignore_auth": True, "user": user}, {"id": dataset_id})
    assert stored["state"] == "deleted"


def test_what_its_source_closed_comes_back_after_the_source_was_removed_and_added_again(
    source: Any, harvest: Run, add_source: Run, action: Run
) -> None:
    table = remote_id(source)
    dataset_id, control = source.dataset_id(table), f"{source.url}/_sandbox/bang/{table}"
    requests.post(control, json={"mucdo": "noi-bo"}, timeout=10).raise_for_status()
    assert harvest(source).closed == 1
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    closed = tk.get_action("package_show")({"ignore_auth": True, "user": user}, {"id": dataset_id})
    assert (closed["state"], closed["harvest_state"]) == ("deleted", "closed")
    sources.remove(source.name)
    requests.post(control, json={"mucdo": "mo"}, timeout=10).raise_for_status()
    again = add_source(source.url, name=source.name)
    assert harvest(again).succeeded
    shown = action("package_show", id=dataset_id)
    assert (shown["state"], shown["harvest_state"]) == ("active", "active")


def test_a_token_is_no_part_of_what_is_logged_of_a_source(add_source: Run) -> None:
    source = add_source("http://127.0.0.1:9", token="bi-mat-cua-nguon")
    assert "bi-mat" not in repr(source) + repr(source.open().__dict__)
