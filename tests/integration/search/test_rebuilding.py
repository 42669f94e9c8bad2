"""The whole index anew: the same documents, continued after a kill, nothing left of what is gone."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

Make = Callable[..., dict[str, Any]]


class KilledError(Exception):
    """The process ends here."""


def _silent(_progress: Any) -> None:
    """Nobody listens."""


def _documents(ids: list[str]) -> dict[str, dict[str, Any]]:
    from ckan.lib.search.common import make_connection

    found = make_connection(decode_dates=False).search("{!terms f=id}" + ",".join(ids), fl="*", rows=100).docs
    return {
        one["id"]: {k: v for k, v in one.items() if k not in ("_version_", "indexed_ts")} for one in found
    }


@pytest.mark.parametrize("from_database", [False, True])
def test_the_documents_are_those_that_saving_makes(dataset: Make, from_database: bool) -> None:
    from ckanext.hue.search import rebuilding

    ids = [dataset(tags=[{"name": "một"}], spatial_coverage=[{"code": "46"}])["id"] for _ in range(3)]
    before = _documents(ids)
    done = rebuilding.rebuild(_silent, anew=True, from_database=from_database)
    assert _documents(ids) == before
    assert len(before) == 3
    assert done.done == done.total
    assert (done.from_index == 0) == from_database


def test_what_is_missing_or_outdated_is_read_from_the_database(dataset: Make) -> None:
    from ckan import model

    from ckanext.hue.search import contents, indexing, rebuilding

    missing, renamed = dataset()["id"], dataset()["id"]
    contents.remove([indexing.index_id(missing)])
    model.Session.query(model.Package).filter_by(id=renamed).update(
        {"title": "Tên mới", "metadata_modified": model.package.datetime.datetime(2026, 1, 2)}
    )
    model.Session.commit()
    rebuilding.rebuild(_silent, anew=True)
    assert set(_documents([missing, renamed])) == {missing, renamed}
    assert _documents([renamed])[renamed]["title"] == "Tên mới"


def test_a_renamed_agency_is_seen(dataset: Make) -> None:
    import ckan.plugins.toolkit as tk
    from ckan import model

    from ckanext.hue.search import rebuilding

    name = f"co-quan-{uuid.uuid4().hex[:8]}"
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    tk.get_action("organization_create")({"ignore_auth": True, "user": user}, {"name": name, "title": "Cũ"})
    made = dataset(owner_org=name)
    model.Session.query(model.Group).filter_by(name=name).update({"title": "Cơ quan đổi tên"})
    model.Session.commit()
    rebuilding.rebuild(_silent, anew=True)
    kept = json.loads(_documents([made["id"]])[made["id"]]["validated_data_dict"])
    assert kept["organization"]["title"] == "Cơ quan đổi tên"


def test_documents_without_a_dataset_are_removed(application: Any) -> None:
    from ckan.lib.search.common import make_connection
    from ckan.plugins.toolkit import config

    from ckanext.hue.search import rebuilding

    strange = {
        "index_id": "khong-con",
        "id": "khong-con",
        "site_id": config["ckan.site_id"],
        "entity_type": "package",
        "state": "active",
    }
    make_connection().add([strange], commit=True)
    assert rebuilding.rebuild(_silent, anew=True).removed == 1
    assert _documents(["khong-con"]) == {}


def test_a_killed_rebuild_is_continued_but_not_for_another_purpose(
    dataset: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ckanext.hue.search import rebuilding

    for _ in range(4):
        dataset()
    monkeypatch.setattr(rebuilding, "BATCH", 2)
    heard: list[int] = []

    def killed(progress: Any) -> None:
        heard.append(progress.done)
        raise KilledError

    for settings in ({"purpose": "a", "anew": True}, {"purpose": "a"}, {"purpose": "b"}):
        with pytest.raises(KilledError):
            rebuilding.rebuild(killed, **settings)
    assert heard == [2, 4, 2]
    monkeypatch.undo()
    rebuilding.rebuild(_silent, anew=True)


def test_an_interrupted_rebuild_whose_documents_were_lost_begins_again(
    dataset: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ckanext.hue.search import contents, indexing, rebuilding

    lost = dataset()["id"]
    monkeypatch.setattr(rebuilding, "BATCH", 1_000_000)

    def killed(_progress: Any) -> None:
        raise KilledError

    with pytest.raises(KilledError):
        rebuilding.rebuild(killed, anew=True)
    contents.remove([indexing.index_id(lost)])
    heard: list[int] = []
    done = rebuilding.rebuild(lambda progress: heard.append(progress.done))
    assert heard == [done.total]
    assert set(_documents([lost])) == {lost}


def test_a_continued_rebuild_also_brings_what_was_lost_since(
    dataset: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ckanext.hue.search import contents, indexing, rebuilding

    ids = [dataset()["id"] for _ in range(3)]
    monkeypatch.setattr(rebuilding, "BATCH", 2)

    def killed_late(progress: Any) -> None:
        if progress.done == progress.total:
            raise KilledError

    with pytest.raises(KilledError):
        rebuilding.rebuild(killed_late, anew=True)
    contents.remove(list(map(indexing.index_id, ids)))
    rebuilding.rebuild(_silent)
    assert set(_documents(ids)) == set(ids)


def test_a_batch_is_one_request(dataset: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    import pysolr

    from ckanext.hue.search import rebuilding

    for _ in range(2):
        dataset()
    posted: list[int] = []
    original = pysolr.Solr.add

    def counted(self: Any, docs: Any, **named: Any) -> Any:
        posted.append(len(docs))
        return original(self, docs, **named)

    monkeypatch.setattr(pysolr.Solr, "add", counted)
    done = rebuilding.rebuild(_silent, anew=True)
    assert sum(posted) == done.total
    assert len(posted) == -(-done.total // rebuilding.BATCH)
