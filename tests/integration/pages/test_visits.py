"""What people find on pages: examples that work, days as they are written here, ways on."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from html import unescape
from typing import Any

import ckan.plugins.toolkit as tk
import pytest

Run = Callable[..., Any]
SITE = re.compile(r"https?://[^/\"]+")


def text(client: Any, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return unescape(answer.get_data(as_text=True))


@pytest.fixture
def act() -> Run:
    """Call an action as the portal itself."""
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]

    def call(action: str, /, **values: Any) -> Any:
        return tk.get_action(action)({"user": user, "ignore_auth": True}, values)

    return call


@pytest.fixture
def agency(act: Run) -> Callable[..., dict[str, Any]]:
    def make(**values: Any) -> dict[str, Any]:
        given = {"name": f"so-{uuid.uuid4().hex[:10]}", "title": "Sở <thử>"}
        return act("organization_create", **{**given, **values})

    return make


@pytest.fixture
def dataset(act: Run, agency: Run) -> Callable[..., dict[str, Any]]:
    def make(**values: Any) -> dict[str, Any]:
        given = {
            "title": f"Bộ dữ liệu thử {uuid.uuid4().hex[:8]}",
            "notes": "Bộ dữ liệu để thử.",
            "owner_org": agency()["id"],
            "no_personal_data": True,
            "license_id": "cc-by-4.0",
        }
        return act("package_create", **{**given, **values})

    return make


@pytest.mark.parametrize("page", ["/developers", "/en/developers"])
def test_the_catalogues_addresses_for_developers_answer(client: Any, dataset: Run, page: str) -> None:
    dataset()
    said = text(client, page).partition('id="the-catalogue-as-dcat"')[2].partition('id="good-manners"')[0]
    addresses = set(re.findall(r'curl [^"]*"([^"]+)"|href="([^"#]+)"', said.replace("\\\n", "")))
    found = {SITE.sub("", one or other, count=1) for one, other in addresses}
    paths = {path for path in found if path.startswith("/")}  # an example also names a header
    assert {"/catalog.ttl", "/catalog-full.nt.gz", "/catalog-removed.ttl", "/feeds/dataset.atom"} <= paths
    # A dataset's Croissant is there once its table's files are written.
    answers = {path: client.get(path).status_code for path in paths if not path.endswith("croissant.jsonld")}
    assert {path: status for path, status in answers.items() if status not in (200, 303)} == {}


def test_a_datasets_page_writes_days_as_people_do(client: Any, dataset: Run) -> None:
    page = text(client, f"/dataset/{dataset(issued='2024-03-15', modified='2024-04-16')['name']}")
    assert "15/03/2024" in page
    assert ">2024-03-15<" not in page


def test_a_dataset_is_cited_by_the_address_that_never_changes(client: Any, dataset: Run) -> None:
    made = dataset()
    cited = re.search(r'class="hue-cite[^>]*>(.*?)</p>', text(client, f"/dataset/{made['name']}"), re.DOTALL)
    assert cited
    assert cited[1].endswith(f"/id/dataset/{made['id']}")


@pytest.mark.parametrize(
    ("language", "name", "other"), [("", "Hằng năm", "Annual"), ("/en", "Annual", "Hằng năm")]
)
def test_a_vocabularys_page_speaks_one_language(client: Any, language: str, name: str, other: str) -> None:
    page = text(client, f"{language}/doc/concept/frequencies.html")
    assert f">{name}</a>" in page
    assert other not in page


def test_a_vocabularys_address_keeps_the_readers_language(client: Any) -> None:
    answer = client.get("/en/id/concept/frequencies")
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("/en/doc/concept/frequencies.html")


def test_an_agencys_page_leads_to_the_agency_above_its_quality_and_its_feed(client: Any, agency: Run) -> None:
    above = agency()
    name = agency(parent=above["id"])["name"]
    page = text(client, f"/organization/{name}")
    assert f'<a href="/organization/{above["name"]}">Sở <thử></a>' in page
    assert f'href="/organization/{name}/quality"' in page
    assert f'href="/feeds/organization/{name}.atom"' in page
    assert "Chưa có bộ dữ liệu nào." in page


def test_a_dataset_is_added_from_its_agencys_page_by_those_who_may(
    client: Any, agency: Run, act: Run, signed_in: Run
) -> None:
    made, mark = agency(), uuid.uuid4().hex[:10]
    act("user_create", name=f"nguoi-{mark}", email=f"{mark}@example.vn", password="mat-khau-thu-1")
    act("organization_member_create", id=made["id"], username=f"nguoi-{mark}", role="editor")
    way = f'href="/dataset/new?group={made["id"]}"'
    assert way in unescape(
        signed_in(f"nguoi-{mark}").get(f"/organization/{made['name']}").get_data(as_text=True)
    )
    assert way not in text(client, f"/organization/{made['name']}")
