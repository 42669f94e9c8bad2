"""What was stored before a rule was made can still be saved; what is new has to keep the rule."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model

from ckanext.hue.harvest.database import rows

Make = Callable[..., dict[str, Any]]
OLD_FIELDS = {
    "identifier": "BDL số 5",
    "issued": "2999-01-01",
    "frequency": "moi-khi-ranh",
    "applicable_legislation": json.dumps(["Quyết định của Ủy ban"], ensure_ascii=False),
    "in_series": json.dumps(["khong-con-nua"]),
    "language": json.dumps(["tieng-sao-hoa"]),
}
OLD_PARTS = {
    "contact": [{"name": "Phòng một"}, {"phone": "hỏi văn thư", "name": "Phòng hai"}],
    "creator": [{"name": "Trung tâm", "identifier": "không rõ"}],
    "spatial_coverage": [
        {
            "code": "99999",
            "text": "Xã cũ",
            "bbox": '{"type": "Polygon", "coordinates": [[[1.0, 2.0], [3.0, 2.0], [3.0, 4.0], [1.0, 4.0],'
            " [1.0, 2.0]]]}",
        }
    ],
}


def remember(dataset_id: str, **values: str) -> None:
    """Have the database hold what an earlier version of the portal took."""
    columns = {name: values.pop(name) for name in ("license_id",) if name in values}
    rows(
        "UPDATE package SET extras = extras || CAST(:values AS jsonb),"
        " license_id = coalesce(:license, license_id), metadata_modified = now() AT TIME ZONE 'UTC'"
        " WHERE id = :id",
        values=json.dumps(values),
        license=columns.get("license_id"),
        id=dataset_id,
    )
    model.Session.expire_all()


@pytest.mark.parametrize("field", [*OLD_FIELDS, *OLD_PARTS])
def test_an_old_dataset_takes_another_change(editor: Any, field: str) -> None:
    made = editor.create()
    old = OLD_FIELDS.get(field) or json.dumps(OLD_PARTS[field], ensure_ascii=False)
    remember(made["id"], **{field: old})
    changed = editor.act("package_patch", id=made["id"], notes="Mô tả mới.")
    assert changed["notes"] == "Mô tả mới."
    stored = model.Package.get(made["id"]).extras[field]
    assert json.loads(stored) == json.loads(old) if old.startswith("[") else stored == old


@pytest.mark.parametrize("field", [*OLD_FIELDS, *OLD_PARTS])
def test_an_old_dataset_has_its_page_its_form_and_its_graph(editor: Any, signed_in: Any, field: str) -> None:
    made = editor.create()
    remember(made["id"], **{field: OLD_FIELDS.get(field) or json.dumps(OLD_PARTS[field], ensure_ascii=False)})
    reader = signed_in(editor.name)
    for path in (f"/dataset/{made['name']}", f"/dataset/edit/{made['name']}", f"/dataset/{made['name']}.rdf"):
        assert reader.get(path).status_code == 200, path


def test_a_file_is_added_to_an_old_dataset(editor: Any) -> None:
    made = editor.create()
    remember(made["id"], identifier="BDL số 5")
    editor.act("resource_create", package_id=made["id"], url="https://vi-du.vn/a.csv", name="a")
    assert len(editor.act("package_show", id=made["id"])["resources"]) == 1


def test_old_statistics_without_a_period_take_another_change(editor: Any) -> None:
    made = editor.create()
    remember(made["id"], dcat_type="thong-ke")
    assert editor.act("package_patch", id=made["id"], notes="Mới.")["notes"] == "Mới."
    with pytest.raises(tk.ValidationError):
        editor.act("package_patch", id=editor.create()["id"], dcat_type="thong-ke")


def test_old_open_data_under_a_closed_licence_take_another_change(editor: Any) -> None:
    made = editor.create()
    remember(made["id"], license_id="other")
    assert editor.act("package_patch", id=made["id"], notes="Mới.")["license_id"] == "other"


def test_old_dates_in_the_wrong_order_stay_and_no_new_ones_come(editor: Any) -> None:
    made = editor.create()
    remember(made["id"], issued="2024-05-01", modified="2024-04-01")
    assert editor.act("package_patch", id=made["id"], notes="Mới.")
    with pytest.raises(tk.ValidationError):
        editor.act("package_patch", id=made["id"], issued="2024-05-02")


def test_no_dataset_becomes_public_without_what_the_rules_ask(editor: Any) -> None:
    made = editor.create(private=True, dcat_type="thong-ke")
    with pytest.raises(tk.ValidationError) as refusal:
        editor.act("package_patch", id=made["id"], private=False)
    assert set(refusal.value.error_dict) == {"temporal_coverage"}


def test_the_pledge_is_asked_of_old_datasets_too(editor: Any) -> None:
    made = editor.create()
    remember(made["id"], no_personal_data="False")
    with pytest.raises(tk.ValidationError) as refusal:
        editor.act("package_patch", id=made["id"], notes="Mới.")
    assert set(refusal.value.error_dict) == {"no_personal_data"}


def test_a_new_wrong_value_is_refused_although_there_was_another(editor: Any) -> None:
    made = editor.create()
    remember(made["id"], identifier="BDL số 5")
    with pytest.raises(tk.ValidationError):
        editor.act("package_patch", id=made["id"], identifier="BDL số 6")


def test_a_period_that_was_turned_around_is_refused_although_it_begins_as_before(editor: Any) -> None:
    made = editor.create(temporal_coverage=[{"start": "2024", "end": "2025"}])
    with pytest.raises(tk.ValidationError):
        editor.act("package_patch", id=made["id"], temporal_coverage=[{"start": "2024", "end": "2023"}])


def test_a_dataset_outlives_the_series_that_it_is_in(editor: Any) -> None:
    series, made = editor.create(), editor.create()
    editor.act("package_patch", id=made["id"], in_series=[series["id"]])
    tk.get_action("package_delete")({"ignore_auth": True, "user": editor.name}, {"id": series["id"]})
    assert editor.act("package_patch", id=made["id"], notes="Mới.")["in_series"] == [series["id"]]


def test_an_agency_outlives_the_one_above_it(make_agency: Make, site: Callable[..., Any]) -> None:
    above = make_agency()
    below = make_agency(parent=above["id"])
    site("organization_delete", id=above["id"])
    assert site("organization_patch", id=below["id"], title="Sở Mới")["title"] == "Sở Mới"


def test_an_old_agency_takes_another_change(make_agency: Make, site: Callable[..., Any]) -> None:
    made = make_agency()
    rows("""UPDATE "group" SET extras = extras || '{"phone": "hỏi văn thư"}' WHERE id = :id""", id=made["id"])
    model.Session.expire_all()
    assert site("organization_patch", id=made["id"], title="Sở Mới")["title"] == "Sở Mới"
