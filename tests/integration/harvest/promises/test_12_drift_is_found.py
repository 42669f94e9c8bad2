"""Promise 12: what drifts apart between source, database, DataStore and Solr is found and mended."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import pysolr
import pytest
import requests
from ckan import model
from ckan.lib.search.common import make_connection
from redis.exceptions import RedisError
from sqlalchemy import event
from sqlalchemy.exc import DataError

from ckanext.hue.harvest import jobs, reconcile, worker
from ckanext.hue.harvest.database import engine, rows
from ckanext.hue.harvest.reconciling.report import Report
from ckanext.hue.tables.database import datastore_connection

Run = Callable[..., Any]
Dataset = dict[str, Any]


def control(base: str, path: str, body: dict[str, Any]) -> None:
    requests.post(f"{base}/_sandbox/{path}", json=body, timeout=10).raise_for_status()


def stored(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Run a statement in the DataStore as its writer."""
    with datastore_connection() as connection, connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


def has_table(resource_id: str) -> bool:
    return stored("SELECT to_regclass('public.' || quote_ident(%s)) IS NOT NULL", resource_id)[0][0]


def messages(report: Report) -> list[str]:
    return [finding.message for finding in report.findings]


def act(name: str, **values: Any) -> Any:
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    return tk.get_action(name)({"ignore_auth": True, "user": user}, values)


class Portal:
    """A source of three datasets, harvested, that agrees with all parts of the portal."""

    def __init__(self, base: str, source: Any, action: Run) -> None:
        self.base = base
        self.source = source
        self._action = action

    def datasets(self) -> list[Dataset]:
        found = self._action("package_search", fq=f"extras_harvest_source:{self.source.name}", rows=100)
        return sorted(found["results"], key=lambda dataset: dataset["harvest_id"])

    def seen(self) -> list[Any]:
        """What readers see, without times of the portal itself."""
        return [
            (
                dataset["id"],
                dataset["title"],
                dataset["harvest_state"],
                [
                    (resource["id"], resource["datastore_active"], self._rows(resource["id"]))
                    for resource in dataset["resources"]
                ],
            )
            for dataset in self.datasets()
        ]

    def _rows(self, resource_id: str) -> Any:
        found = self._action("datastore_search", resource_id=resource_id, limit=1000)
        return found["total"], found["records"]

    def reconcile(self, *, dry_run: bool = False) -> Report:
        model.Session.rollback()
        model.Session.remove()
        return reconcile.run(self.source.name, dry_run=dry_run)

    def mend(self) -> Report:
        """Reconcile once, and do the harvest that this queues."""
        report = self.reconcile()
        worker.work()
        return report


@pytest.fixture
def portal(sandbox: Run, add_source: Run, harvest: Run, action: Run) -> Portal:
    base = sandbox(tables=12, rows=8, open_tables=3)
    source = add_source(base)
    assert harvest(source).succeeded
    made = Portal(base, source, action)
    assert messages(made.reconcile()) == []
    return made


@contextmanager
def others_paused(source: Any) -> Iterator[None]:
    """Other tests' sources have lost their platforms; nothing of theirs is to be harvested here."""
    paused = rows(
        "UPDATE hue_harvest_source SET paused = true WHERE NOT paused AND id <> :id RETURNING id::text",
        id=source.id,
    )
    try:
        yield
    finally:
        rows(
            "UPDATE hue_harvest_source SET paused = false WHERE id = ANY(CAST(:ids AS uuid[]))",
            ids=[row.id for row in paused],
        )


def first_resource(dataset: Dataset) -> str:
    return dataset["resources"][0]["id"]


def purge(dataset: Dataset) -> None:
    act("dataset_purge", id=dataset["id"])


def drop_table(dataset: Dataset) -> None:
    stored(f'DROP TABLE public."{first_resource(dataset)}"')


def edit_table(dataset: Dataset) -> None:
    stored(f'DELETE FROM public."{first_resource(dataset)}" WHERE _id > 3')  # noqa: S608


def replace_table(dataset: Dataset) -> None:
    name = first_resource(dataset)
    stored(f'CREATE TABLE public.thay AS SELECT * FROM public."{name}" LIMIT 1')  # noqa: S608
    stored(f'DROP TABLE public."{name}"; ALTER TABLE public.thay RENAME TO "{name}"')


def forget_content(dataset: Dataset) -> None:
    rows(
        "UPDATE hue_harvest_table SET content_hashes = jsonb_build_object(CAST(:resource AS text), 'khác')"
        " WHERE dataset_id = :id",
        id=dataset["id"],
        resource=first_resource(dataset),
    )


def lose_resource(dataset: Dataset) -> None:
    rows("DELETE FROM resource_view WHERE resource_id = :id", id=first_resource(dataset))
    rows("DELETE FROM resource WHERE id = :id", id=first_resource(dataset))


def lose_document(dataset: Dataset) -> None:
    make_connection().delete(q=f'id:"{dataset["id"]}"', commit=True)


def age_document(dataset: Dataset) -> None:
    rows("UPDATE package SET metadata_modified = now() AT TIME ZONE 'UTC' WHERE id = :id", id=dataset["id"])


def document_of(dataset: Dataset) -> dict[str, Any]:
    document = make_connection(decode_dates=False).search(f'id:"{dataset["id"]}"').docs[0]
    return {name: value for name, value in document.items() if name != "_version_"}


def double_document(dataset: Dataset) -> None:
    make_connection().add([{**document_of(dataset), "index_id": uuid.uuid4().hex}], commit=True)


def forget_indexing(dataset: Dataset) -> None:
    lose_document(dataset)
    rows("UPDATE hue_harvest_table SET index_pending = true WHERE dataset_id = :id", id=dataset["id"])


def write_other_state(dataset: Dataset) -> None:
    rows(
        "UPDATE package SET extras = jsonb_set(extras, '{harvest_state}', '\"withdrawn\"') WHERE id = :id",
        id=dataset["id"],
    )


def unset_flag(dataset: Dataset) -> None:
    rows(
        "UPDATE resource SET extras = (CAST(extras AS jsonb) || '{\"datastore_active\": false}')::text"
        " WHERE id = :id",
        id=first_resource(dataset),
    )


BREAKS = [
    (purge, "bị xóa hẳn khỏi cổng"),
    (drop_table, "không có trong DataStore"),
    (edit_table, "khác với bảng đã thu thập"),
    (replace_table, "khác với bảng đã thu thập"),
    (forget_content, "khác với bảng đã thu thập"),
    (lose_resource, "thiếu tài nguyên"),
    (lose_document, "không có trong chỉ mục"),
    (age_document, "có nội dung cũ trong chỉ mục"),
    (double_document, "không còn bộ dữ liệu tương ứng"),
    (forget_indexing, "chưa vào chỉ mục"),
    (write_other_state, "ghi sai tình trạng ở nguồn"),
    (unset_flag, "ghi sai là có hay không có bảng"),
]


@pytest.mark.parametrize(("damage", "said"), BREAKS, ids=[damage.__name__ for damage, _ in BREAKS])
def test_what_is_broken_is_found_and_mended_once(portal: Portal, damage: Run, said: str) -> None:
    before = portal.seen()
    damage(portal.datasets()[1])

    report = portal.mend()

    assert any(said in message for message in messages(report)), messages(report)
    assert {finding.outcome for finding in report.findings} == {"mended"}
    assert portal.seen() == before
    assert messages(portal.reconcile()) == []


@pytest.mark.parametrize("damage", [damage for damage, _ in BREAKS], ids=lambda damage: damage.__name__)
def test_a_dry_run_finds_and_changes_nothing(portal: Portal, damage: Run) -> None:
    damage(portal.datasets()[1])
    before = everything(portal)

    report = portal.reconcile(dry_run=True)

    assert report.findings
    assert {finding.outcome for finding in report.findings} == {"planned"}
    assert everything(portal) == before
    portal.mend()


def everything(portal: Portal) -> list[Any]:
    """All that a reconciler may write of a source."""
    found: list[Any] = [
        rows(statement, id=portal.source.id, name=portal.source.name)
        for statement in (
            "SELECT * FROM hue_harvest_table WHERE source_id = :id ORDER BY remote_id",
            "SELECT * FROM hue_harvest_job WHERE source_id = :id ORDER BY id",
            "SELECT * FROM package WHERE extras ->> 'harvest_source' = :name ORDER BY id",
            "SELECT r.* FROM resource r JOIN package p ON p.id = r.package_id"
            " WHERE p.extras ->> 'harvest_source' = :name ORDER BY r.id",
            "SELECT * FROM hue_reconcile ORDER BY id",
        )
    ]
    documents = make_connection(decode_dates=False).search(
        "*:*", fl="index_id,_version_", rows=10_000, sort="index_id asc"
    )
    tables = stored(
        "SELECT relname, oid FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1"
    )
    versions = stored("SELECT resource_id, version, edited FROM hue.table_version ORDER BY 1, 2")
    return [*found, documents.docs, tables, versions]


def test_a_private_dataset_that_everybody_finds_is_hidden(portal: Portal) -> None:
    dataset = portal.datasets()[0]
    rows("UPDATE package SET private = true WHERE id = :id", id=dataset["id"])
    assert dataset["id"] in [found["id"] for found in portal.datasets()]

    assert "người ngoài tìm thấy" in messages(portal.reconcile())[0]

    assert dataset["id"] not in [found["id"] for found in portal.datasets()]
    assert messages(portal.reconcile()) == []


def test_a_label_that_shows_what_is_private_is_taken_back(portal: Portal, action: Run) -> None:
    dataset = portal.datasets()[0]
    act("package_patch", id=dataset["id"], private=True)
    make_connection().add([{**document_of(dataset), "permission_labels": ["public"]}], commit=True)
    everything = {"fq": f"id:{dataset['id']}", "include_private": True}
    assert action("package_search", **everything)["count"] == 1

    assert "người ngoài tìm thấy" in messages(portal.reconcile())[0]

    assert action("package_search", **everything)["count"] == 0
    assert messages(portal.reconcile()) == []


def test_what_a_person_deleted_stays_deleted(portal: Portal) -> None:
    dataset = portal.datasets()[0]
    act("package_delete", id=dataset["id"])

    assert messages(portal.mend()) == []

    assert dataset["id"] not in [found["id"] for found in portal.datasets()]
    assert act("package_show", id=dataset["id"])["state"] == "deleted"


def test_a_deleted_dataset_leaves_the_index_and_stays_deleted(portal: Portal) -> None:
    dataset = portal.datasets()[0]
    rows("UPDATE package SET state = 'deleted' WHERE id = :id", id=dataset["id"])

    assert "không còn bộ dữ liệu tương ứng" in messages(portal.mend())[0]

    assert dataset["id"] not in [found["id"] for found in portal.datasets()]
    assert act("package_show", id=dataset["id"])["state"] == "deleted"


def test_a_resource_that_a_person_deleted_stays_deleted(portal: Portal) -> None:
    dataset = portal.datasets()[0]
    act("resource_delete", id=first_resource(dataset))

    assert messages(portal.mend()) == []

    assert not has_table(first_resource(dataset))


def test_a_harvest_at_work_is_left_alone(portal: Portal) -> None:
    """Its tables and documents are about to be written, or were just now."""
    dataset = portal.datasets()[0]
    drop_table(dataset)
    lose_document(dataset)
    rows(
        "INSERT INTO hue_harvest_job (source_id, state, started) VALUES (:source, 'running', now())",
        source=portal.source.id,
    )
    job_id = jobs.active_job(portal.source.id)
    rows(
        "INSERT INTO hue_harvest_item (job_id, position, remote_id, action, dataset_id, lease_until)"
        " VALUES (:job, 1, :remote, 'changed', :dataset, now() + interval '1 hour')",
        job=job_id,
        remote=dataset["harvest_id"],
        dataset=dataset["id"],
    )

    assert messages(portal.reconcile()) == []

    jobs.cancel(str(job_id))
    assert len(messages(portal.mend())) == 2
    assert messages(portal.reconcile()) == []


def test_rows_of_a_closed_table_are_dropped(portal: Portal, harvest: Run) -> None:
    dataset = portal.datasets()[0]
    control(portal.base, f"bang/{dataset['harvest_id']}", {"mucdo": "noi-bo"})
    assert harvest(portal.source).closed == 1
    from ckanext.hue.harvesters.base import Page
    from ckanext.hue.tables.loading import load

    load([Page("data", [{"a": 1}])], lambda _list: first_resource(dataset))

    assert "không còn mở vẫn giữ bản ghi" in messages(portal.reconcile())[0]

    assert not has_table(first_resource(dataset))
    assert messages(portal.reconcile()) == []


def test_a_closed_table_that_opens_again_meanwhile_keeps_its_rows(
    portal: Portal, harvest: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ckanext.hue.harvest.reconciling.workspace import Workspace
    from ckanext.hue.harvesters.base import Page
    from ckanext.hue.tables.loading import load

    dataset = portal.datasets()[0]
    control(portal.base, f"bang/{dataset['harvest_id']}", {"mucdo": "noi-bo"})
    assert harvest(portal.source).closed == 1
    load([Page("data", [{"a": 1}])], lambda _list: first_resource(dataset))
    rows("UPDATE hue_harvest_source SET accept_drift = true WHERE id = :id", id=portal.source.id)
    taken = Workspace.taken
    reopened: list[Any] = []

    def taken_late(space: Workspace, table: str) -> Any:
        for found in taken(space, table):
            if table == "reconcile_closed":
                control(portal.base, f"bang/{dataset['harvest_id']}", {"mucdo": "mo"})
                reopened.append(harvest(portal.source))
            yield found

    monkeypatch.setattr(Workspace, "taken", taken_late)
    portal.reconcile()
    assert [(status.succeeded, status.done) for status in reopened] == [(True, 1)]
    assert has_table(first_resource(dataset))


def test_a_closed_dataset_that_shows_again_is_withdrawn(portal: Portal, harvest: Run) -> None:
    dataset = portal.datasets()[0]
    control(portal.base, f"bang/{dataset['harvest_id']}", {"mucdo": "noi-bo"})
    harvest(portal.source)
    act("package_patch", id=dataset["id"], state="active")

    assert any("mà cổng vẫn hiển thị" in message for message in messages(portal.reconcile()))

    assert dataset["id"] not in [found["id"] for found in portal.datasets()]
    assert messages(portal.reconcile()) == []


def test_a_table_closed_at_the_source_leaves_with_the_next_run(portal: Portal) -> None:
    dataset = portal.datasets()[0]
    control(portal.base, f"bang/{dataset['harvest_id']}", {"mucdo": "noi-bo"})

    assert "mà cổng vẫn công bố" in messages(portal.mend())[0]

    assert dataset["id"] not in [found["id"] for found in portal.datasets()]
    assert messages(portal.reconcile()) == []


def test_a_table_of_the_source_that_the_portal_lost_is_published_again(portal: Portal) -> None:
    before = portal.seen()
    dataset = portal.datasets()[0]
    rows("DELETE FROM hue_harvest_table WHERE dataset_id = :id", id=dataset["id"])

    assert "chưa có trên cổng" in messages(portal.mend())[0]

    assert portal.seen() == before
    assert messages(portal.reconcile()) == []


def test_another_number_of_rows_than_the_listing_says_is_told(portal: Portal) -> None:
    dataset = portal.datasets()[0]
    stored("UPDATE hue.table_version SET rows = rows + 1 WHERE resource_id = %s", first_resource(dataset))

    [finding] = portal.reconcile().findings

    assert finding.outcome == "noted"
    assert dataset["title"] in finding.message and "bản ghi" in finding.message


def test_a_source_that_does_not_answer_keeps_nothing_from_being_mended(portal: Portal) -> None:
    fault = {"path": "danhmuc", "kind": "code", "times": None, "code": 7, "message": "Hệ thống bảo trì"}
    requests.post(f"{portal.base}/_sandbox/loi", json=fault, timeout=10).raise_for_status()
    lose_document(portal.datasets()[0])

    report = portal.reconcile()

    assert [finding.outcome for finding in report.findings] == ["mended", "noted"]
    assert "Hệ thống bảo trì" in report.findings[1].message
    assert not report.failed


def test_jobs_that_hang_come_to_an_end(portal: Portal) -> None:
    rows(
        "INSERT INTO hue_harvest_job (source_id, state, started, lease_until, attempts, token)"
        " VALUES (:source, 'planning', now() - interval '1 day', now() - interval '1 hour', 3, 1)",
        source=portal.source.id,
    )
    rows(
        "INSERT INTO hue_harvest_item (job_id, position, remote_id, action)"
        " SELECT id, 1, 'bo-quen', 'changed' FROM hue_harvest_job"
        " WHERE source_id = :source AND state = 'finished'",
        source=portal.source.id,
    )

    found = messages(portal.reconcile())

    assert len(found) == 2 and "bị bỏ dở" in found[1] and "đã kết thúc" in found[0]
    assert jobs.active_job(portal.source.id) is None
    assert messages(portal.reconcile()) == []


def test_a_withdrawn_dataset_without_rows_is_reported_as_beyond_mending(portal: Portal, harvest: Run) -> None:
    dataset = portal.datasets()[0]
    control(portal.base, f"bang/{dataset['harvest_id']}", {"removed": True})
    harvest(portal.source)
    edit_table(dataset)

    report = portal.reconcile()

    assert report.failed == 1
    assert "không còn trong danh mục" in messages(report)[0]


class Statements:
    """Counts what this process asks CKAN's database and Solr."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sql = 0
        self.solr = 0
        original = pysolr.Solr._send_request

        def send(solr: pysolr.Solr, *args: Any, **values: Any) -> Any:
            self.solr += 1
            return original(solr, *args, **values)

        monkeypatch.setattr(pysolr.Solr, "_send_request", send)

    @contextmanager
    def counting(self) -> Iterator[None]:
        def count(*_: Any) -> None:
            self.sql += 1

        event.listen(engine(), "before_cursor_execute", count)
        try:
            yield
        finally:
            event.remove(engine(), "before_cursor_execute", count)


def test_what_is_equal_costs_no_statement_and_no_request(
    sandbox: Run, add_source: Run, harvest: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    costs = []
    for tables in (2, 30):
        source = add_source(sandbox(tables=40, rows=3, open_tables=tables))
        assert harvest(source).done == tables
        counted = Statements(monkeypatch)
        with counted.counting():
            assert messages(reconcile.run(source.name)) == []
        costs.append((counted.sql, counted.solr))
        monkeypatch.undo()
    assert costs[0] == costs[1]


def test_orphans_are_dropped_and_other_tables_stay(portal: Portal, dataset: Run) -> None:
    from ckanext.hue.harvesters.base import Page
    from ckanext.hue.tables.loading import load

    old, young, foreign = (str(uuid.uuid4()) for _ in range(3))
    for name in (old, young):
        load([Page("data", [{"a": 1}])], lambda _list, name=name: name)
    stored("UPDATE hue.table_version SET loaded = now() - interval '2 days' WHERE resource_id = %s", old)
    stored(f'CREATE TABLE public."{foreign}" (a int)')
    stored(f"CREATE TABLE hue.staging_{uuid.uuid4().hex} (a int)")
    uploaded = dataset(resources=[{"name": "Bảng tải lên", "url": "https://example.com/a.csv"}])
    resource = uploaded["resources"][0]["id"]
    act("datastore_create", resource_id=resource, force=True, records=[{"a": 1}])
    load([Page("data", [{"a": 2}])], lambda _list: resource)
    stored("UPDATE hue.table_version SET loaded = now() - interval '2 days' WHERE resource_id = %s", resource)
    act("package_delete", id=uploaded["id"])
    make_connection().add(
        [
            {
                "id": "khong-co",
                "index_id": uuid.uuid4().hex,
                "site_id": tk.config["ckan.site_id"],
                "entity_type": "package",
                "state": "active",
            }
        ],
        commit=True,
    )

    with others_paused(portal.source):
        found = "\n".join(messages(reconcile.run()))
        again = "\n".join(messages(reconcile.run()))

    assert f"«{old}»" in found and "bảng tạm bị bỏ lại" in found and "«khong-co»" in found
    assert not has_table(old)
    assert has_table(young) and has_table(foreign)
    assert stored("SELECT count(*) FROM hue.table_version WHERE resource_id = %s", old) == [(0,)]
    assert stored("SELECT count(*) FROM pg_tables WHERE schemaname = 'hue' AND tablename ~ '^staging_'") == [
        (0,)
    ]
    assert old not in again and "khong-co" not in again and "bảng tạm" not in again
    stored(f'DROP TABLE public."{foreign}"')


def test_an_uploaded_table_is_compared_with_solr_and_never_dropped(portal: Portal, dataset: Run) -> None:
    made = dataset(resources=[{"name": "Bảng tải lên", "url": "https://example.com/a.csv"}])
    resource = made["resources"][0]["id"]
    act("datastore_create", resource_id=resource, force=True, records=[{"a": 1}])
    make_connection().delete(q=f'id:"{made["id"]}"', commit=True)

    with others_paused(portal.source):
        found = messages(reconcile.run())

    assert any("không có trong chỉ mục" in message and made["name"] in message for message in found)
    assert has_table(resource)
    assert make_connection().search(f'id:"{made["id"]}"').hits == 1


def test_a_run_over_the_whole_portal_is_written_down(portal: Portal) -> None:
    lose_document(portal.datasets()[0])
    with others_paused(portal.source):
        report = reconcile.run()

    [run] = reconcile.history(1)

    assert run.finished is not None
    assert run.findings == report.findings
    assert any("chỉ mục" in finding.message for finding in run.findings)


def test_two_runs_at_once_are_refused(portal: Portal) -> None:
    from ckanext.hue.harvest.errors import ReconcileUnderWay
    from ckanext.hue.harvest.reconciling.workspace import workspace

    with workspace(None), pytest.raises(ReconcileUnderWay):
        portal.reconcile()


def test_the_scheduler_queues_the_nightly_run() -> None:
    from ckan.lib.jobs import get_queue

    from ckanext.hue.harvest import scheduler

    _next_run, task = scheduler.TASKS["reconcile"]
    task()
    queued = [job for job in get_queue().jobs if job.func_name.endswith("reconcile.run_all")]
    try:
        assert queued and queued[-1].timeout == tk.config["ckanext.hue.reconcile.job_timeout"]
    finally:
        for job in queued:
            job.delete()


@pytest.mark.parametrize(
    "error", [RedisError("away"), ValueError("odd"), DataError("SELECT", {}, Exception())]
)
def test_a_task_that_fails_each_time_keeps_no_other_from_its_turn(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    from ckanext.hue.harvest import scheduler

    done: list[str] = []

    def fail() -> None:
        done.append("failed")
        raise error

    tasks = {"thu-hong": (scheduler._soon, fail), "thu-tot": (scheduler._soon, lambda: done.append("done"))}
    monkeypatch.setattr(scheduler, "TASKS", tasks)
    for name in tasks:
        scheduler._set_next(name, datetime.now(UTC) - timedelta(hours=1))
    scheduler.tick()
    assert done == ["failed", "done"]
    rows("DELETE FROM hue_schedule WHERE name = ANY(:names)", names=list(tasks))


def test_the_command_says_what_it_did_and_fails_for_what_is_left(
    portal: Portal, harvest: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    from ckanext.hue.cli import hue

    lose_document(portal.datasets()[0])
    result = CliRunner().invoke(hue, ["reconcile", portal.source.name])
    assert result.exit_code == 0 and "đã lập chỉ mục lại" in result.output
    result = CliRunner().invoke(hue, ["reconcile", portal.source.name, "--dry-run"])
    assert "khớp nhau" in result.output

    def away(*_args: Any, **_values: Any) -> None:
        raise pysolr.SolrError("away")

    lose_document(portal.datasets()[0])
    monkeypatch.setattr(pysolr.Solr, "search", away)
    result = CliRunner().invoke(hue, ["reconcile", portal.source.name])
    assert result.exit_code == 1 and "chỉ mục tìm kiếm" in result.output


def test_an_unknown_source_is_refused_with_a_sentence() -> None:
    from click.testing import CliRunner

    from ckanext.hue.cli import hue

    result = CliRunner().invoke(hue, ["reconcile", "khong-co-nguon-nay"])
    assert result.exit_code == 1 and "Không có nguồn" in result.output
