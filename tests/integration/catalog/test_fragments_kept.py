"""Stored graphs follow their datasets, whatever happens meanwhile, and never outlive them."""

from __future__ import annotations

import os
import signal
import uuid
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model

from ckanext.hue import config
from ckanext.hue.catalog import addresses, graphs
from ckanext.hue.catalog.formats import FORMATS, NT
from ckanext.hue.catalog.fragments import keeping, reading, stale, store
from ckanext.hue.catalog.fragments import making as fragments
from ckanext.hue.catalog.fragments import stored as stored_ones
from ckanext.hue.catalog.profile import lookups
from ckanext.hue.harvest import scheduler
from ckanext.hue.harvest.database import held_lock, rows

Make = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def up_to_date(context: None) -> None:
    keeping.keep_up()


def stored(dataset_id: str) -> Any:
    found = rows("SELECT * FROM hue_catalog_fragment WHERE dataset_id = :id", id=dataset_id)
    return found[0] if found else None


def says(dataset_id: str) -> str:
    return fragments.unpacked(stored(dataset_id).nt).decode()


def removed(dataset_id: str) -> bool:
    return bool(rows("SELECT FROM hue_catalog_removed WHERE dataset_id = :id", id=dataset_id))


def change(action: str, dataset: dict[str, Any], **values: Any) -> None:
    tk.get_action(action)({"ignore_auth": True, "user": dataset["user"]}, {"id": dataset["id"], **values})


def test_a_public_dataset_is_stored_and_a_private_one_and_a_draft_are_not(dataset: Make) -> None:
    public, private, draft = dataset(), dataset(private=True), dataset(state="draft")
    keeping.keep_up()
    assert stored(public["id"]).number
    assert stored(private["id"]) is None
    assert stored(draft["id"]) is None


def test_what_has_no_address_or_no_place_in_xml_keeps_no_dataset_out(dataset: Make) -> None:
    made = dataset(
        notes="Dòng một\r\nDòng hai < & > \x0b \"'\\",
        resources=[{"name": "Tệp", "url": "https://example.vn/tệp có dấu|<x>.csv", "format": "CSV"}],
    )
    keeping.keep_up()
    text = says(made["id"])
    assert "\x0b" not in text
    assert "Dòng một\\nDòng hai < & >" in text


def test_a_change_is_stored_by_the_next_run_and_the_place_stays(dataset: Make) -> None:
    made = dataset()
    keeping.keep_up()
    place = stored(made["id"]).number
    change("package_patch", made, title="Tên đã đổi")
    keeping.keep_up()
    assert "Tên đã đổi" in says(made["id"])
    assert stored(made["id"]).number == place


def test_a_run_without_changes_makes_nothing(dataset: Make) -> None:
    dataset()
    keeping.keep_up()
    summary = keeping.keep_up()
    assert (summary.stored, summary.removed, summary.failed, summary.whole) == (0, 0, 0, True)


def test_the_same_dataset_always_gives_the_same_bytes(dataset: Make) -> None:
    made = dataset(contact=[{"name": "Nguyễn Văn A", "email": "a@example.vn"}])
    shown = reading.from_database(made["id"])
    assert fragments.of_dataset(shown) == fragments.of_dataset(shown)


def test_what_was_made_anew_and_is_the_same_did_not_change(dataset: Make) -> None:
    made = dataset()
    keeping.keep_up()
    before = stored(made["id"]).changed
    stale.mark([made["id"]])
    assert keeping.keep_up().stored == 1
    assert stored(made["id"]).changed == before


@pytest.mark.parametrize(
    ("action", "values"),
    [
        ("package_delete", {}),
        ("package_patch", {"private": True}),
        ("dataset_purge", {}),
        ("package_patch", {"harvest_state": "withdrawn"}),
    ],
)
def test_what_leaves_the_catalogue_is_announced(dataset: Make, action: str, values: dict[str, Any]) -> None:
    made = dataset()
    keeping.keep_up()
    assert not removed(made["id"])
    change(action, made, **values)
    keeping.keep_up()
    assert removed(made["id"])
    assert stored(made["id"]) is None or stored(made["id"]).number is None


def test_what_comes_back_is_announced_no_more(dataset: Make) -> None:
    made = dataset()
    keeping.keep_up()
    change("package_patch", made, private=True)
    keeping.keep_up()
    change("package_patch", made, private=False)
    keeping.keep_up()
    assert not removed(made["id"])
    assert stored(made["id"]).number


def test_a_dataset_that_was_never_public_is_not_announced(dataset: Make) -> None:
    made = dataset(private=True)
    keeping.keep_up()
    change("dataset_purge", made)
    keeping.keep_up()
    assert not removed(made["id"])


@pytest.mark.parametrize("column", ["state = 'deleted'", "private = true"])
def test_no_reader_gets_a_fragment_whose_dataset_is_gone_though_no_run_has_seen_it(
    dataset: Make, column: str
) -> None:
    made = dataset()
    keeping.keep_up()
    number = stored(made["id"]).number
    rows(f"UPDATE package SET {column} WHERE id = :id", id=made["id"])  # noqa: S608
    assert not stored_ones.numbered(number, number, NT)
    assert not stored_ones.chosen([made["id"]], NT)
    found = stored_ones.named(made["name"], NT)
    assert found is not None
    assert (found.hash, found.member) == (None, None)
    assert made["id"] not in {one.dataset_id for part in stored_ones.in_parts(NT, 50) for one in part}


def test_a_changed_agency_changes_the_graphs_of_its_datasets_although_the_index_is_older(
    dataset: Make,
) -> None:
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    agency = tk.get_action("organization_create")(
        {"ignore_auth": True, "user": user}, {"name": "co-quan-doi-ten", "title": "Tên cũ"}
    )
    made = dataset(owner_org=agency["id"])
    keeping.keep_up()
    assert "Tên cũ" in says(made["id"])
    change("organization_patch", {**agency, "user": user}, title="Tên mới")
    keeping.keep_up()
    assert "Tên mới" in says(made["id"])
    assert "Tên cũ" not in says(made["id"])


def test_a_dataset_that_joins_a_field_gets_its_theme(dataset: Make) -> None:
    made = dataset()
    context = {"ignore_auth": True, "user": made["user"]}
    if model.Group.get("du-lich") is None:
        tk.get_action("group_create")(dict(context), {"name": "du-lich", "title": "Du lịch"})
    keeping.keep_up()
    before = says(made["id"])
    member = {"id": "du-lich", "object": made["id"], "object_type": "package", "capacity": "public"}
    tk.get_action("member_create")(dict(context), member)
    keeping.keep_up()
    joined = says(made["id"])
    assert "data-theme" in joined
    tk.get_action("member_delete")(dict(context), member)
    keeping.keep_up()
    assert says(made["id"]) == before != joined


@pytest.mark.parametrize("action", ["group_delete", "group_purge"])
def test_a_field_that_is_gone_is_told_no_more(dataset: Make, action: str) -> None:
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    name = f"linh-vuc-{uuid.uuid4().hex[:8]}"
    field = tk.get_action("group_create")(
        {"ignore_auth": True, "user": user}, {"name": name, "title": "Lĩnh vực sẽ bỏ"}
    )
    made = dataset(groups=[{"name": name}])
    keeping.keep_up()
    assert "Lĩnh vực sẽ bỏ" in says(made["id"])
    change(action, {**field, "user": user})
    keeping.keep_up()
    assert "Lĩnh vực sẽ bỏ" not in says(made["id"])


@pytest.mark.parametrize("action", ["organization_delete", "organization_purge"])
def test_an_agency_above_that_is_gone_is_told_no_more(dataset: Make, action: str) -> None:
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]

    def agency(**values: Any) -> dict[str, Any]:
        given = {"name": f"so-{uuid.uuid4().hex[:8]}", "title": "Sở", **values}
        made = tk.get_action("organization_create")({"ignore_auth": True, "user": user}, given)
        return {**made, "user": user}

    above = agency()
    made = dataset(owner_org=agency(parent=above["id"])["id"])
    keeping.keep_up()
    assert addresses.agency(above["id"]) in says(made["id"])
    change(action, above)
    keeping.keep_up()
    assert addresses.agency(above["id"]) not in says(made["id"])


def test_a_dataset_that_another_agency_took_over_names_that_one(dataset: Make) -> None:
    made = dataset()
    agency = tk.get_action("organization_create")(
        {"ignore_auth": True, "user": made["user"]},
        {"name": f"so-{uuid.uuid4().hex[:8]}", "title": "Sở khác"},
    )
    keeping.keep_up()
    change("package_owner_org_update", made, organization_id=agency["id"])
    keeping.keep_up()
    assert addresses.agency(agency["id"]) in says(made["id"])


def test_a_series_tells_its_datasets_as_they_join_and_leave(dataset: Make) -> None:
    series, made = dataset(title="Chuỗi để thử"), dataset()
    keeping.keep_up()
    member = f"<{addresses.dataset(made['id'])}>"
    assert member not in says(series["id"])
    change("package_patch", made, in_series=[series["id"]])
    keeping.keep_up()
    assert member in says(series["id"])
    change("package_patch", made, in_series=[])
    keeping.keep_up()
    assert member not in says(series["id"])


def test_a_series_does_not_tell_of_a_dataset_that_was_deleted(dataset: Make) -> None:
    series = dataset(title="Chuỗi để thử")
    made = dataset(in_series=[series["id"]])
    keeping.keep_up()
    change("package_delete", made)
    keeping.keep_up()
    assert addresses.dataset(made["id"]) not in says(series["id"])


def test_the_index_gives_the_same_graphs_as_the_database(dataset: Make) -> None:
    made = dataset(
        tag_string="Du lịch, di sản",
        resources=[{"name": "Bảng", "url": "https://example.vn/a.csv", "format": "CSV"}],
    )
    [due] = [one for one in store.due(1_000) if one.id == made["id"]]
    indexed = reading.from_index([due])[made["id"]]
    assert fragments.of_dataset(indexed) == fragments.of_dataset(reading.from_database(made["id"]))


def test_a_document_that_is_older_than_its_dataset_is_not_taken(dataset: Make) -> None:
    made = dataset()
    rows("UPDATE package SET metadata_modified = now() WHERE id = :id", id=made["id"])
    [due] = [one for one in store.due(1_000) if one.id == made["id"]]
    assert reading.from_index([due]) == {}


def test_one_dataset_without_a_graph_keeps_the_others_going_and_is_tried_again_later(
    dataset: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd, good = dataset(), dataset()
    whole = graphs.of_dataset

    def fails(shown: dict[str, Any], known: Any) -> Any:
        if shown["id"] == odd["id"]:
            raise ValueError
        return whole(shown, known)

    monkeypatch.setattr(graphs, "of_dataset", fails)
    assert keeping.keep_up().failed == 1
    assert stored(good["id"])
    assert keeping.keep_up().failed == 0
    monkeypatch.undo()
    rows("UPDATE hue_catalog_stale SET not_before = now() WHERE dataset_id = :id", id=odd["id"])
    keeping.keep_up()
    assert stored(odd["id"])


def test_a_dataset_that_cannot_be_read_keeps_no_other_out(
    dataset: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd, good = dataset(), dataset()
    read = reading.from_database

    def fails(dataset_id: str) -> dict[str, Any]:
        if dataset_id == odd["id"]:
            raise tk.ValidationError({"title": ["hỏng"]})
        return read(dataset_id)

    monkeypatch.setattr(reading, "from_index", lambda _wanted: {})
    monkeypatch.setattr(reading, "from_database", fails)
    assert keeping.keep_up().failed == 1
    assert stored(good["id"])
    assert stored(odd["id"]) is None


def test_what_a_batch_has_in_common_may_fail(dataset: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    made = dataset()
    of, calls = lookups.of, []

    def fails_at_first(datasets: Any) -> Any:
        calls.append(len(datasets))
        if len(calls) == 1:
            raise ValueError
        return of(datasets)

    monkeypatch.setattr(lookups, "of", fails_at_first)
    keeping.keep_up()
    assert stored(made["id"])


def test_what_is_marked_while_it_is_made_stays_marked(dataset: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    made = dataset()
    keeping.keep_up()
    whole, left = graphs.of_dataset, [made["id"]]

    def marks(shown: dict[str, Any], known: Any) -> Any:
        if left:
            stale.mark([left.pop()])
        return whole(shown, known)

    stale.mark([made["id"]])
    monkeypatch.setattr(graphs, "of_dataset", marks)
    assert keeping.keep_up().stored == 2


def test_a_killed_run_leaves_whole_fragments_and_the_next_one_makes_the_rest(
    dataset: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [dataset()["id"] for _ in range(5)]
    monkeypatch.setattr(keeping, "BATCH", 2)
    monkeypatch.setattr(store, "_count", _die_at_the_second_time())
    child = os.fork()
    if child == 0:
        model.meta.engine.dispose(close=False)
        keeping.keep_up()
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    monkeypatch.undo()
    assert sum(stored(one) is not None for one in ids) == 2
    assert keeping.keep_up().stored == 3
    assert all(stored(one).number for one in ids)
    assert len({stored(one).number for one in ids}) == 5


def _die_at_the_second_time() -> Callable[..., None]:
    count, calls = store._count, []

    def counted(connection: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        count(connection)

    return counted


def test_only_one_runs_at_a_time(dataset: Make) -> None:
    made = dataset()
    with held_lock(keeping.LOCK):
        assert not keeping.keep_up().whole
        keeping.look()
    assert stored(made["id"]) is None


def test_the_scheduler_makes_itself_what_no_worker_begins(dataset: Make) -> None:
    from ckan.lib.redis import connect_to_redis

    made = dataset()
    keeping.look()
    assert stored(made["id"]) is None
    connect_to_redis().expire(keeping.CALL.key, keeping.CALL.lasts - keeping.PATIENCE)
    keeping.look()
    assert stored(made["id"])


def test_an_idle_look_of_the_scheduler_queues_nothing() -> None:
    from ckan.lib.jobs import get_queue

    before = get_queue().job_ids
    keeping.look()
    assert get_queue().job_ids == before


def test_places_are_dense_after_a_rebuild_and_keep_their_order(dataset: Make) -> None:
    made = [dataset() for _ in range(4)]
    keeping.keep_up()
    change("package_delete", made[1])
    keeping.rebuild()
    numbers = [row.number for row in rows("SELECT number FROM hue_catalog_fragment WHERE number IS NOT NULL")]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    left = [stored(one["id"]).number for one in (made[0], made[2], made[3])]
    assert left == sorted(left)
    assert store.state().total == store.state().last_number == len(numbers)


def test_another_site_address_makes_everything_anew(dataset: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    made = dataset()
    keeping.keep_up()
    with monkeypatch.context() as patch:
        patch.setitem(tk.config, "ckan.site_url", "https://khac.example.vn")
        keeping.keep_up()
        assert f"<{addresses.dataset(made['id'])}>" in says(made["id"])
    keeping.keep_up()
    assert "khac.example.vn" not in says(made["id"])


def test_members_of_every_format_say_the_same(dataset: Make) -> None:
    made = fragments.of_dataset(reading.from_database(dataset(tag_string="một, hai")["id"]))
    sides = {key: graph_of(format.document([made.text(key)]), key) for key, format in FORMATS.items()}
    assert all(graph == sides["nt"] for graph in sides.values())
    assert len(sides["nt"]) > 5


def graph_of(document: bytes, key: str) -> Any:
    from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse

    graph = Dataset(parse(document, format=RdfFormat.from_extension(key)))
    graph.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return graph


def test_the_delays_that_may_add_up_leave_time_to_make_graphs_within_a_minute() -> None:
    between_looks = scheduler.SOON.total_seconds() + config.scheduler_tick()
    assert between_looks > keeping.PATIENCE  # the second look begins what the first one has queued in vain
    assert 2 * between_looks + keeping.OWN_SECONDS <= 60
