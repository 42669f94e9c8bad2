"""A dataset's fields are chosen by whoever may change the dataset, member of the field or not."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from html import unescape
from typing import Any

import ckan.plugins.toolkit as tk
import pytest

from .conftest import Editor, site_act


@pytest.fixture
def field() -> dict[str, Any]:
    return site_act("group_create", name=f"linh-vuc-{uuid.uuid4().hex[:8]}", title="Lĩnh vực <thử>")


def put(editor: Editor, dataset: str, group: str, action: str = "member_create") -> None:
    values = {"id": group, "object": dataset, "object_type": "package"}
    editor.act(action, **values, **({"capacity": "public"} if action == "member_create" else {}))


def fields_of(dataset: dict[str, Any]) -> list[str]:
    return [group["id"] for group in site_act("package_show", id=dataset["id"])["groups"]]


def test_a_dataset_of_another_agency_is_not_put_into_a_field(
    editor: Editor, make_agency: Callable[..., Any], field: dict[str, Any]
) -> None:
    other = site_act(
        "package_create",
        title=f"Của cơ quan khác {uuid.uuid4().hex[:8]}",
        notes="Bộ dữ liệu để thử.",
        owner_org=make_agency()["id"],
        private=True,
    )
    with pytest.raises(tk.NotAuthorized):
        put(editor, other["id"], field["id"])
    assert fields_of(other) == []


def test_a_dataset_is_not_put_into_an_agency_this_way(
    editor: Editor, make_agency: Callable[..., Any]
) -> None:
    with pytest.raises(tk.NotAuthorized):
        put(editor, editor.create()["id"], make_agency()["id"])


def test_an_editor_does_not_become_a_member_of_a_field(editor: Editor, field: dict[str, Any]) -> None:
    with pytest.raises(tk.NotAuthorized):
        editor.act("member_create", id=field["id"], object=editor.name, object_type="user", capacity="editor")


def test_an_editor_puts_a_dataset_into_a_field_and_takes_it_out(
    editor: Editor, field: dict[str, Any]
) -> None:
    dataset = editor.create()
    put(editor, dataset["id"], field["id"])
    assert fields_of(dataset) == [field["id"]]
    put(editor, dataset["id"], field["id"], "member_delete")
    assert fields_of(dataset) == []


def test_the_page_of_a_datasets_fields_offers_those_it_is_not_in(
    editor: Editor, field: dict[str, Any], signed_in: Callable[[str], Any]
) -> None:
    dataset = editor.create()
    reader = signed_in(editor.name)
    option = f'<option value="{field["id"]}">Lĩnh vực &lt;thử&gt;</option>'
    assert option in reader.get(f"/dataset/groups/{dataset['name']}").get_data(as_text=True)
    reader.post(f"/dataset/groups/{dataset['name']}", group_added=field["id"])
    page = reader.get(f"/dataset/groups/{dataset['name']}").get_data(as_text=True)
    assert option not in page
    assert f'name="group_remove.{field["id"]}"' in page


def test_the_page_of_a_datasets_fields_offers_readers_no_change(
    editor: Editor, field: dict[str, Any], signed_in: Callable[[str], Any]
) -> None:
    dataset = editor.create()
    put(editor, dataset["id"], field["id"])
    page = unescape(signed_in("").get(f"/dataset/groups/{dataset['name']}").get_data(as_text=True))
    assert "Lĩnh vực <thử>" in page
    assert "group_added" not in page
    assert "group_remove" not in page
