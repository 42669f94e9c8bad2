"""What harvested tables lack is filled in, once, and never over what people say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import ckan.plugins.toolkit as tk
import pytest

from ckanext.hue import config
from ckanext.hue.harvest import reports, sources
from ckanext.hue.harvest.database import rows
from ckanext.hue.harvesters.base import Column, Page
from ckanext.hue.harvesters.errors import SettingsError
from ckanext.hue.tables.loading import LoadedList, drop, load

Make = Callable[..., Any]


def show(dataset_id: str) -> dict[str, Any]:
    return tk.get_action("package_show")({"ignore_auth": True, "use_cache": False}, {"id": dataset_id})


def with_dates(source: Any) -> list[dict[str, Any]]:
    known = rows("SELECT dataset_id::text FROM hue_harvest_table WHERE source_id = :id", id=source.id)
    return [found for row in known if (found := show(row.dataset_id)).get("temporal_coverage")]


@pytest.fixture
def resource_id() -> Iterator[str]:
    made = "0c0ffee0-0000-4000-8000-00000000a11a"
    yield made
    drop([made])


def loaded(resource_id: str, records: list[dict[str, Any]], *columns: Column) -> LoadedList:
    [one] = load([Page("data", records, columns)], lambda _name: resource_id)
    return one


def test_place_period_and_day_of_publication_are_filled_in(
    sandbox: Make, add_source: Make, harvest: Make
) -> None:
    source = add_source(sandbox(tables=60, rows=20, open_tables=30))
    assert harvest(source).done == 30
    dated = with_dates(source)
    assert dated
    for found in dated:
        [place], [period] = found["spatial_coverage"], found["temporal_coverage"]
        assert place == {"code": "46", "text": "Thành phố Huế"}
        assert "1900" <= period["start"] <= period["end"] < f"{date.today().year + 2}"
        assert found["issued"] == date.fromisoformat(found["issued"]).isoformat()


def test_nothing_is_written_when_all_is_read_again(sandbox: Make, add_source: Make, harvest: Make) -> None:
    base = sandbox(tables=20, rows=20, open_tables=10)
    source = add_source(base)
    harvest(source)
    before = rows("SELECT id, metadata_modified FROM package ORDER BY id")
    sources.add(source.name, url=base, number_format="vi", update=True)
    status = harvest(sources.get(source.name))
    assert (status.done, status.failed) == (0, 0)
    assert len(reports.report(status.id, states=("unchanged",), limit=100)) == 10
    assert rows("SELECT id, metadata_modified FROM package ORDER BY id") == before


def test_what_people_say_stays_and_what_was_filled_in_follows(
    sandbox: Make, add_source: Make, harvest: Make
) -> None:
    base = sandbox(tables=20, rows=20, open_tables=10)
    source = add_source(base)
    harvest(source)
    known = rows("SELECT dataset_id::text FROM hue_harvest_table WHERE source_id = :id", id=source.id)
    people, machine = known[0].dataset_id, known[1].dataset_id
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    tk.get_action("package_patch")(
        {"ignore_auth": True, "user": user},
        {"id": people, "spatial_coverage": [{"code": "01"}], "issued": "2020-02-02"},
    )
    sources.add(source.name, url=base, settings={"spatial": "19900"}, update=True)
    harvest(sources.get(source.name))
    assert [place["code"] for place in show(people)["spatial_coverage"]] == ["01"]
    assert show(people)["issued"] == "2020-02-02"
    assert show(machine)["spatial_coverage"] == [{"code": "19900", "text": "Phường Thuận An"}]


def test_nothing_is_assumed_where_the_portal_names_no_place(
    sandbox: Make, add_source: Make, harvest: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tk.config, "ckanext.hue.province", "")
    assert config.province() == ""
    source = add_source(sandbox(tables=6, rows=5, open_tables=3))
    harvest(source)
    known = rows("SELECT dataset_id::text FROM hue_harvest_table WHERE source_id = :id", id=source.id)
    assert all("spatial_coverage" not in show(row.dataset_id) for row in known)


@pytest.mark.parametrize("code", ["4", "hue", "46 ", "999999", "4x"])
def test_a_place_that_is_no_code_is_refused(add_source: Make, code: str) -> None:
    with pytest.raises(SettingsError, match="spatial"):
        add_source("http://127.0.0.1:1", settings={"spatial": code})


@pytest.mark.parametrize(
    ("records", "columns", "period"),
    [
        ([{"ngay": "2024-05-01"}, {"ngay": "2023-01-02"}, {"ngay": None}], (), ("2023-01-02", "2024-05-01")),
        ([{"luc": "2024-05-01T08:00:00"}], (), ("2024-05-01", "2024-05-01")),
        ([{"năm": 2020}, {"năm": 2022}], (), ("2020-01-01", "2022-12-31")),
        ([{"nam_hoc": 2020, "so": 5}], (), ("2020-01-01", "2020-12-31")),
        ([{"a": 2020}], (Column("a", "Năm báo cáo"),), ("2020-01-01", "2020-12-31")),
        ([{"nam": 2020}], (Column("nam", "Số nam giới"),), None),
        ([{"nam": 120}, {"nam": 2020}], (), None),
        ([{"so": 2020}], (), None),
        ([{"ten": "2024"}], (), None),
        ([{"ngay": "0001-01-01"}, {"ngay": "9999-12-31"}], (), None),
        ([{"ngay": "0001-01-01"}, {"ngay": "2024-05-01"}], (), ("2024-05-01", "2024-05-01")),
        ([{"ngay": None, "năm": None}], (Column("ngay", type="date"), Column("năm", type="int")), None),
        (
            [{"ngay": "2024-05-01", "năm": 2019, 'x"; DROP': "2021-01-01"}],
            (),
            ("2019-01-01", "2024-05-01"),
        ),
    ],
)
def test_a_table_tells_its_period(
    resource_id: str,
    records: list[dict[str, Any]],
    columns: tuple[Column, ...],
    period: tuple[str, str] | None,
) -> None:
    found = loaded(resource_id, records, *columns).period
    assert (found and tuple(map(str, found))) == period


def test_a_table_that_is_loaded_again_tells_the_same(resource_id: str) -> None:
    first = loaded(resource_id, [{"ngay": "2024-05-01"}])
    second = loaded(resource_id, [{"ngay": "2024-05-01"}])
    assert (first.written, second.written) == (True, False)
    assert first.period == second.period is not None
