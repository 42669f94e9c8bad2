"""A listing entry becomes the dataset that CKAN takes, whatever the source leaves out."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime

import pytest

from ckanext.hue.harvest import mapping
from ckanext.hue.harvest.sources import HarvestSource
from ckanext.hue.harvesters.base import Contact, TableEntry
from ckanext.hue.tables.loading import LoadedList

NOON = datetime.fromisoformat("2023-03-14T12:00:00+07:00")
SOURCE = HarvestSource(
    id="1",
    name="so-hoa",
    title="Nền tảng Số hóa",
    kind="platform",
    url="http://x",
    token="",
    allow_private_host=False,
    number_format="",
    settings={},
    host="x",
    owner_org=None,
    email="",
    every_minutes=None,
    next_run=None,
    paused=False,
    grace_days=7,
    bad_row_percent=None,
    accept_drift=False,
    keep_fields=[],
    vouched_by="",
    vouched_at=NOON,
)
ENTRY = TableEntry(
    remote_id="dl/01",
    title="Cơ sở lưu trú",
    access="mo",
    description="Danh sách cơ sở lưu trú",
    field_code="du-lich",
    agency_code="so-du-lich",
    frequency="hang-thang",
    updated="2023-03-14T23:30:00+07:00",
    keywords=("Khách sạn", "du lịch & lữ hành", "x", "Khách sạn"),
    license="CC-BY-4.0",
    contact=Contact("Phòng Công nghệ thông tin", "cntt@example.vn"),
)


def loaded(name: str = "data") -> LoadedList:
    return LoadedList(name, SOURCE.resource_id(ENTRY.remote_id, name), 3, (), "hash", True, ())


def dataset(entry: TableEntry = ENTRY, *names: str) -> dict[str, object]:
    lists = [loaded(name) for name in names or ("data",)]
    return mapping.dataset(SOURCE, entry, lists, organization_id="org", group="du-lich")


def test_codes_become_the_addresses_that_other_catalogues_know() -> None:
    made = dataset()
    assert str(made["frequency"]).endswith("/frequency/MONTHLY")
    assert str(made["access_rights"]).endswith("/access-right/PUBLIC")
    assert made["license_id"] == "cc-by-4.0"


def test_a_bare_entry_is_still_a_dataset() -> None:
    bare = dataset(TableEntry(remote_id="1", title="Bảng", access="mo"))
    assert bare["title"] == "Bảng"
    assert not {"notes", "frequency", "modified", "contact", "tags"} & set(bare)
    assert bare["license_id"] == mapping.DEFAULT_LICENSE


def test_the_day_is_the_one_in_vietnam() -> None:
    assert dataset()["modified"] == "2023-03-14"
    assert dataset(dataclasses.replace(ENTRY, updated="2023-03-14T20:00:00Z"))["modified"] == "2023-03-15"


def test_a_licence_that_is_not_known_is_said_in_words() -> None:
    made = dataset(dataclasses.replace(ENTRY, license="Cấm dùng lại"))
    assert made["license_id"] == "other"
    assert "Cấm dùng lại" in str(made["rights"])


def test_a_contact_is_cut_to_what_the_schema_takes() -> None:
    [contact] = mapping.contacts(Contact("x" * 1_000, "y@example.vn", "0" * 1_000))
    assert (len(contact["name"]), len(contact["phone"])) == (500, 100)


@pytest.mark.parametrize(
    "text",
    ["", "hôm qua", "31/12/2023", "2023-02-29", "0001-01-01T00:00:00", "9999-12-31T23:59:59-07:00"],
)
def test_a_time_that_is_none_is_left_out(text: str) -> None:
    assert mapping.moment(text) is None


def test_keywords_are_cleaned_and_stand_once() -> None:
    assert mapping.keywords(ENTRY.keywords) == ["Khách sạn", "du lịch lữ hành"]


def test_two_lists_are_two_resources_with_names_of_their_own() -> None:
    resources = dataset(ENTRY, "chung", "chitiet")["resources"]
    assert isinstance(resources, list)
    assert [resource["name"] for resource in resources] == [
        "Cơ sở lưu trú (chung)",
        "Cơ sở lưu trú (chitiet)",
    ]
    assert len({resource["id"] for resource in resources}) == 2


def test_ids_depend_on_source_table_and_list_alone() -> None:
    other = dataclasses.replace(SOURCE, id="2", url="http://y", title="Khác")
    assert other.dataset_id("dl/01") == SOURCE.dataset_id("dl/01")
    assert SOURCE.dataset_id("dl/01") != SOURCE.dataset_id("dl/02")
    assert dataclasses.replace(SOURCE, name="khac").dataset_id("dl/01") != SOURCE.dataset_id("dl/01")


def test_equal_metadata_and_rows_have_an_equal_hash() -> None:
    known = mapping.dataset_hash(dataset(), [loaded()])
    assert mapping.dataset_hash(dataset(), [loaded()]) == known
    assert mapping.dataset_hash(dataset(dataclasses.replace(ENTRY, title="Khác")), [loaded()]) != known
    assert mapping.dataset_hash(dataset(), [dataclasses.replace(loaded(), content_hash="khác")]) != known


def test_what_people_added_by_hand_stays() -> None:
    resource = {
        "id": "r",
        "name": "Bảng",
        "description": "Ghi chú của cơ quan",
        "last_modified": "2023-01-01T00:00:00",
    }
    stored = {"name": "bang-cu", "title": "Cũ", "in_series": ["x"], "resources": [resource]}
    harvested = {"title": "Mới", "resources": [{"id": "r", "name": "Bảng mới"}]}
    assert mapping.merged(stored, harvested, set(), NOON) == {
        "name": "bang-cu",
        "title": "Mới",
        "in_series": ["x"],
        "resources": [{**resource, "name": "Bảng mới"}],
    }


def times(before: str | None, source_time: datetime | None, *, written: bool = True) -> str | None:
    stored = {"resources": [{"id": "r", "last_modified": before}]}
    harvested = {"resources": [{"id": "r"}]}
    merged = mapping.merged(stored, harvested, {"r"} if written else set(), source_time)
    return merged["resources"][0]["last_modified"]


def test_rows_that_changed_get_the_sources_time_or_the_present_one() -> None:
    assert times(None, NOON) == "2023-03-14T05:00:00"
    assert times("2023-01-01T00:00:00", NOON) == "2023-03-14T05:00:00"
    this_year = str(datetime.now(UTC).year)
    assert str(times("2023-03-14T05:00:00", NOON)).startswith(this_year)
    assert str(times("2023-01-01T00:00:00", None)).startswith(this_year)


def test_rows_that_did_not_change_keep_their_time() -> None:
    assert times("2023-01-01T00:00:00", NOON, written=False) == "2023-01-01T00:00:00"


def test_what_the_source_does_not_say_is_filled_in() -> None:
    bare = dataclasses.replace(ENTRY, keywords=())
    lists = [
        dataclasses.replace(loaded(), period=(date(2020, 1, 1), date(2021, 5, 1))),
        dataclasses.replace(loaded("hai"), period=(date(2019, 3, 1), date(2020, 1, 1))),
    ]
    assert mapping.defaults(SOURCE, bare, lists, agency="Sở Du lịch", unit="46") == {
        "spatial_coverage": [{"code": "46"}],
        "temporal_coverage": [{"start": "2019-03-01", "end": "2021-05-01"}],
        "tags": [{"name": "Du lịch"}, {"name": "Sở Du lịch"}],
    }


def test_nothing_is_filled_in_from_nothing() -> None:
    unknown = TableEntry(remote_id="1", title="Bảng", access="mo", field_code="khong-co")
    assert mapping.defaults(SOURCE, unknown, [loaded()], agency="", unit="") == {}


def test_keywords_of_the_source_are_left_alone() -> None:
    assert "tags" not in mapping.defaults(SOURCE, ENTRY, [], agency="Sở Du lịch")


def test_the_sources_setting_says_where_before_the_portals() -> None:
    source = dataclasses.replace(SOURCE, settings={"spatial": "19900"})
    assert mapping.defaults(source, ENTRY, [], agency="", unit="46") == {
        "spatial_coverage": [{"code": "19900"}]
    }


PLACE = {"spatial_coverage": [{"code": "46"}]}


@pytest.mark.parametrize(
    ("stored", "before", "expected"),
    [
        ({}, None, PLACE),
        ({"spatial_coverage": []}, {}, PLACE),
        ({"spatial_coverage": [{"code": "01", "text": "Hà Nội"}]}, None, {}),
        (
            {"spatial_coverage": [{"code": "01", "text": "Hà Nội"}]},
            {"spatial_coverage": [{"code": "01"}]},
            PLACE,
        ),
        ({"spatial_coverage": [{"code": "48"}]}, {"spatial_coverage": [{"code": "01"}]}, {}),
        ({"spatial_coverage": [{"code": "01"}, {"code": "48"}]}, {"spatial_coverage": [{"code": "01"}]}, {}),
        ({"spatial_coverage": "lạ"}, {"spatial_coverage": [{"code": "01"}]}, {}),
    ],
)
def test_people_have_the_last_word_on_what_is_filled_in(
    stored: dict[str, object], before: dict[str, object] | None, expected: dict[str, object]
) -> None:
    assert mapping.with_defaults(stored, PLACE, before) == expected


def test_another_default_is_another_hash() -> None:
    known = mapping.dataset_hash(dataset(), [loaded()], PLACE)
    assert mapping.dataset_hash(dataset(), [loaded()], PLACE) == known
    assert mapping.dataset_hash(dataset(), [loaded()], {}) != known


def test_a_dataset_is_issued_on_the_day_on_which_it_came_in_vietnam() -> None:
    assert mapping.first_published({"metadata_created": "2024-05-01T18:00:00.123456"}) == "2024-05-02"
    assert mapping.first_published({}) == datetime.now(mapping.VIETNAM).date().isoformat()
