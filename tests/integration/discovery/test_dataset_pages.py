"""What a dataset's page tells search engines, those who share it and those who cite it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import ckan.plugins.toolkit as tk
import pytest

Make = Callable[..., dict[str, Any]]
Get = Callable[..., str]

HOSTILE = "</script><script>alert(1)</script> \"'& \u2028 <!-- {{ 7 * 7 }}"


class Head(HTMLParser):
    """The scripts with data and the metas and links of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.metas: list[tuple[str, str]] = []
        self.links: list[dict[str, str | None]] = []
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "script" and values.get("type") == "application/ld+json":
            self.scripts.append("")
            self._inside = True
        elif tag == "meta":
            name = values.get("property") or values.get("name") or ""
            self.metas.append((name, values.get("content") or ""))
        elif tag == "link":
            self.links.append(values)

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.scripts[-1] += data

    def all(self, name: str) -> list[str]:
        return [content for each, content in self.metas if each == name]


@pytest.fixture
def head(get: Get) -> Callable[[str], Head]:
    return lambda path: Head(get(path))


@pytest.fixture
def told(head: Callable[[str], Head]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """What search engines are told of a dataset."""

    def of(dataset: dict[str, Any]) -> dict[str, Any]:
        [text] = head(f"/dataset/{dataset['name']}").scripts
        return json.loads(text)

    return of


# What must not work


def test_hostile_texts_end_no_element(dataset: Make, get: Get, told: Any) -> None:
    made = dataset(title=HOSTILE, notes=f"{HOSTILE} " * 3, tag_string="", rights=HOSTILE)
    assert told(made)["name"] == made["title"]
    assert "<script>alert" not in get(f"/dataset/{made['name']}")


def test_hostile_texts_stay_inside_their_attributes(dataset: Make, head: Any) -> None:
    made = dataset(title='" onload="alert(1)', creator=[{"name": '"><script>alert(2)</script>'}])
    found = head(f"/dataset/{made['name']}")
    assert found.all("og:title") == ['" onload="alert(1)']
    assert found.all("DC.creator") == ['"><script>alert(2)</script>']


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "/etc/passwd", "", None])
def test_an_address_that_is_no_web_address_is_no_file(dataset: Make, address: str | None) -> None:
    from ckanext.hue.discovery.schemaorg import dataset_node

    made = {**dataset(), "resources": [{"id": "x", "url": address, "format": "CSV"}]}
    assert "distribution" not in dataset_node(made, {}, "")


def test_search_engines_are_told_nothing_of_a_withdrawn_dataset(dataset: Make, head: Any, patch: Any) -> None:
    made = dataset()
    patch(made, harvest_state="withdrawn")
    found = head(f"/dataset/{made['name']}")
    assert found.scripts == []
    assert found.all("robots") == ["noindex"]
    assert found.all("citation_title") == []


def test_search_engines_are_told_nothing_of_a_private_dataset(
    dataset: Make, signed_in: Any, patch: Any, administrator: str
) -> None:
    made = dataset()
    patch(made, private=True)
    answer = signed_in(administrator).get(f"/dataset/{made['name']}")
    found = Head(answer.get_data(as_text=True))
    assert answer.status_code == 200
    assert (found.scripts, found.all("robots")) == ([], ["noindex"])


@pytest.fixture
def administrator() -> str:
    import uuid

    name = f"quan-tri-{uuid.uuid4().hex[:8]}"
    values = {"name": name, "email": f"{name}@vi.du", "password": "mat-khau-thu-1"}
    tk.get_action("user_create")({"ignore_auth": True}, values)
    tk.get_action("user_patch")({"ignore_auth": True}, {"id": name, "sysadmin": True})
    return name


def test_the_data_costs_one_statement_whatever_the_number_of_tables(
    dataset: Make, statements: Any, with_table: Make
) -> None:
    from ckanext.hue.discovery import tables as discovered
    from ckanext.hue.discovery.helpers import hue_dataset_head

    def head(dataset: dict[str, Any]) -> Any:
        return hue_dataset_head(dataset, discovered.of_resources(dataset["resources"]))

    tables = [tk.get_action("package_show")({}, {"id": with_table()["id"]}) for _ in range(2)]
    both = {**tables[0], "resources": [each["resources"][0] for each in tables]}
    for shown in (tables[0], both):
        with statements() as seen:
            assert head(shown).script
        assert len(seen) == 1
    shown = tk.get_action("package_show")({}, {"id": dataset()["id"]})
    with statements() as seen:
        assert head(shown).script
    assert seen == []


# What Google's rules for datasets ask


def test_a_dataset_is_told_completely(rich: dict[str, Any], told: Any) -> None:
    found, site = told(rich), tk.config["ckan.site_url"]
    own = f"{site}/id/dataset/{rich['id']}"
    assert found["@context"] == "https://schema.org/"
    assert found["@type"] == "Dataset"
    assert found["@id"] == own
    assert found["name"] == "Di tích cấp quốc gia"
    assert found["description"].startswith("Danh sách di tích đã được xếp hạng")
    assert found["identifier"] == [own, "H57.12-0001"]
    assert found["url"] == f"{site}/dataset/{rich['name']}"
    assert found["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert found["keywords"] == ["di tích", "du lịch"]
    assert (found["datePublished"], found["dateModified"]) == ("2024-01-02", "2024-05-06")
    assert found["inLanguage"] == ["vi"]
    assert found["isAccessibleForFree"] is True
    assert found["includedInDataCatalog"]["@type"] == "DataCatalog"
    assert found["temporalCoverage"] == ["2020/2024-05", "2025-01-01/.."]


def test_a_place_has_a_name_and_a_box_of_latitudes_before_longitudes(rich: dict[str, Any], told: Any) -> None:
    place = told(rich)["spatialCoverage"]
    assert place["name"] == "Thành phố Huế"
    assert place["geo"] == {"@type": "GeoShape", "box": "15.9 107 16.8 108.3"}


def test_the_creator_is_the_agency_that_made_the_data(rich: dict[str, Any], told: Any) -> None:
    [creator] = told(rich)["creator"]
    assert creator == {
        "@type": "Organization",
        "name": "Sở Du lịch",
        "identifier": "H57.12",
        "url": "https://sdl.hue.gov.vn",
    }


def test_the_creator_is_else_the_publisher(dataset: Make, told: Any) -> None:
    found = told(dataset())
    assert found["creator"] == found["publisher"]
    assert found["creator"]["name"] == "Cơ quan thử"
    assert re.search(r"/id/agency/[0-9a-f-]{36}$", found["creator"]["identifier"])
    assert found["creator"]["url"].endswith("/organization/co-quan-thu")


def test_stored_files_are_downloads_with_their_checksums(
    rich: dict[str, Any], told: Any, signed_in: Any
) -> None:
    import hashlib

    files = {file["encodingFormat"]: file for file in told(rich)["distribution"]}
    path = files["text/tab-separated-values"]["contentUrl"].removeprefix(tk.config["ckan.site_url"])
    body = signed_in("").get(path).get_data()
    assert files["text/tab-separated-values"]["sha256"] == hashlib.sha256(body).hexdigest()
    assert files["text/tab-separated-values"]["contentSize"] == f"{len(body)} B"
    assert {"text/csv", "application/json"} <= set(files)


def test_a_table_whose_files_are_not_written_is_a_csv(with_table: Make, told: Any) -> None:
    made = with_table(stored=False)
    [file] = told(made)["distribution"]
    assert file["contentUrl"].endswith(f"/download/{made['resources'][0]['id']}.csv")
    assert "sha256" not in file


def test_columns_are_what_is_measured(rich: dict[str, Any], told: Any) -> None:
    variables = {each["name"]: each for each in told(rich)["variableMeasured"]}
    assert list(variables)[:3] == ["Mã số", "Tên di tích", "Giá vé"]
    assert variables["Giá vé"]["unitText"] == "đồng"
    assert variables["Mã số"]["alternateName"] == "mã/số"


@pytest.mark.parametrize("notes", ["Ngắn.", "từ " * 6_000])
def test_descriptions_have_the_length_that_is_asked_for(dataset: Make, told: Any, notes: str) -> None:
    assert 50 <= len(told(dataset(notes=notes))["description"]) <= 5_000


def test_a_licence_without_a_page_is_left_out(dataset: Make, told: Any) -> None:
    assert "license" not in told(dataset(license_id="other", rights="Ghi nguồn khi dùng."))


# Those who share and those who cite


def test_a_shared_link_has_title_text_and_image(rich: dict[str, Any], head: Any, signed_in: Any) -> None:
    found = head(f"/dataset/{rich['name']}")
    assert found.all("og:title") == ["Di tích cấp quốc gia"]
    assert len(found.all("og:description")) == 1
    [image] = found.all("og:image")
    answer = signed_in("").get(image.removeprefix(tk.config["ckan.site_url"]))
    assert (answer.status_code, answer.mimetype) == (200, "image/png")


def test_a_citation_names_agency_title_day_and_the_persistent_address(
    rich: dict[str, Any], head: Any
) -> None:
    found = head(f"/dataset/{rich['name']}")
    assert found.all("citation_author") == ["Sở Du lịch"]
    assert found.all("citation_publisher") == ["Cơ quan thử"]
    assert found.all("citation_publication_date") == ["2024/05/06"]
    assert found.all("DC.identifier") == [f"{tk.config['ckan.site_url']}/id/dataset/{rich['id']}"]


@pytest.mark.parametrize(("prefix", "locale"), [("", "vi_VN"), ("/en", "en_US")])
def test_each_language_is_an_address_of_its_own(
    rich: dict[str, Any], head: Any, prefix: str, locale: str
) -> None:
    found, site = head(f"{prefix}/dataset/{rich['name']}"), tk.config["ckan.site_url"]
    links = {link["hreflang"]: link["href"] for link in found.links if link.get("hreflang")}
    assert links == {
        "vi": f"{site}/dataset/{rich['name']}",
        "en": f"{site}/en/dataset/{rich['name']}",
    }
    [canonical] = [link["href"] for link in found.links if link["rel"] == "canonical"]
    assert canonical == f"{site}{prefix}/dataset/{rich['name']}" == found.all("og:url")[0]
    assert found.all("og:locale") == [locale]


# The home page, and pages of agencies and of searches


def test_the_home_page_is_a_catalogue_that_can_be_searched(head: Any, get: Get) -> None:
    [text] = head("/").scripts
    catalog, site = json.loads(text)["@graph"]
    assert (catalog["@type"], site["@type"]) == ("DataCatalog", "WebSite")
    template = site["potentialAction"]["target"]["urlTemplate"]
    address = template.replace("{search_term_string}", "di+tich")
    assert get(address.removeprefix(tk.config["ckan.site_url"]))


@pytest.mark.parametrize("path", ["/", "/organization/co-quan-thu"])
def test_other_pages_have_a_card_too(dataset: Make, head: Any, path: str) -> None:
    dataset()
    found = head(path)
    assert all(found.all(name) for name in ("og:title", "og:description", "og:image", "og:url"))


def test_pages_of_searches_are_not_kept_by_search_engines(head: Any) -> None:
    assert head("/dataset/?q=hue").all("robots") == ["noindex"]
    assert head("/dataset/").all("robots") == []
