"""The scores are a dataset of the portal's own, written when they changed and not else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import pytest

from ckanext.hue.harvest.database import held_lock
from ckanext.hue.quality import overview, publication
from ckanext.hue.quality.publication import DATASET_ID, TABLE_ID

Make = Callable[..., Any]


def show() -> dict[str, Any]:
    return tk.get_action("package_show")({"ignore_auth": True, "use_cache": False}, {"id": DATASET_ID})


def published(action: Make, dataset_id: str) -> dict[str, Any]:
    found = action("datastore_search", resource_id=TABLE_ID, filters={"ma_bo_du_lieu": dataset_id})
    [row] = found["records"]
    return row


def test_the_table_holds_what_the_portal_says(
    dataset: Make, score: Make, quality: Make, action: Make
) -> None:
    made = dataset(tags=[{"name": "thử"}], frequency="hang-ngay", modified="2024-01-01")
    score()
    assert publication.publish()
    row, found = published(action, made["id"]), quality(made["id"])
    assert (row["diem"], row["xep_loai"]) == (found.score, found.rating.name)
    assert [row[name] for name in ("de_tim", "de_truy_cap", "de_ket_noi", "de_dung_lai", "boi_canh")] == list(
        found.dimensions.values()
    )
    assert row["han_cap_nhat"].startswith("2024-01-02")
    assert action("datastore_search", resource_id=TABLE_ID, limit=0)["total"] == overview.sums().datasets


def test_the_dataset_is_the_publishers_and_is_scored_itself(
    dataset: Make, score: Make, quality: Make, action: Make
) -> None:
    dataset()
    score()
    publication.publish()
    shown = action("package_show", id=DATASET_ID)
    assert shown["organization"]["title"] == tk.config["ckanext.hue.publisher"]
    score()
    assert quality(DATASET_ID).rating.code == "excellent"


def test_nothing_is_written_when_nothing_changed(dataset: Make, score: Make) -> None:
    dataset()
    score()
    publication.publish()
    score()
    publication.publish()
    before = show()
    score()
    assert not publication.publish()
    assert show() == before


def test_a_new_score_is_published(dataset: Make, score: Make, action: Make) -> None:
    made = dataset()
    score()
    publication.publish()
    before, version = published(action, made["id"])["diem"], show()["version"]
    tk.get_action("package_patch")(
        {"ignore_auth": True, "user": made["user"]}, {"id": made["id"], "tags": [{"name": "thử"}]}
    )
    score()
    assert publication.publish()
    assert published(action, made["id"])["diem"] == before + 30
    assert show()["version"] != version


def test_killed_between_table_and_dataset_the_next_run_finishes(
    dataset: Make, score: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def kill(*_arguments: Any, **_values: Any) -> None:
        raise Killed

    dataset()
    score()
    with monkeypatch.context() as deadly:
        deadly.setattr(publication, "_write", kill)
        with pytest.raises(Killed):
            publication.publish()
    assert publication.publish()
    assert show()["version"]


def test_who_deleted_the_dataset_is_heard(dataset: Make, score: Make) -> None:
    made = dataset()
    score()
    publication.publish()
    context = {"ignore_auth": True, "user": made["user"]}
    tk.get_action("package_delete")(dict(context), {"id": DATASET_ID})
    dataset()
    score()
    assert not publication.publish()
    tk.get_action("package_patch")(dict(context), {"id": DATASET_ID, "state": "active"})


def test_two_runs_at_once_are_one(dataset: Make, score: Make) -> None:
    dataset()
    score()
    with held_lock(publication.LOCK) as held:
        assert held
        assert not publication.publish()
