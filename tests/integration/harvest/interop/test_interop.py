"""Stock CKAN portals harvest this portal completely, and this portal harvests them."""

from __future__ import annotations

import uuid
from typing import Any

import ckan.plugins.toolkit as tk
import pytest

from ckanext.hue.schemas import concept

Datasets = dict[str, dict[str, Any]]


def urls(dataset: dict[str, Any]) -> list[str]:
    return sorted(resource["url"] for resource in dataset["resources"])


def file_of(resource: dict[str, Any], portal: Any) -> str:
    """Where DCAT says that a resource's file is: a table's is the CSV that the portal keeps."""
    is_table = resource["url_type"] == "datastore"
    return f"{portal.url}/download/{resource['id']}.csv" if is_table else resource["url"]


def tags(dataset: dict[str, Any]) -> list[str]:
    return sorted(tag["name"] for tag in dataset["tags"])


def extras(dataset: dict[str, Any]) -> dict[str, str]:
    return {extra["key"]: extra["value"] for extra in dataset["extras"]}


@pytest.fixture(scope="module")
def harvested_by_ckan(stock: Any, our_portal: Any) -> Datasets:
    return stock.harvest("ckan", our_portal.url, organizations_filter_include=[our_portal.organization])


@pytest.fixture(scope="module")
def harvested_by_dcat(stock: Any, our_portal: Any) -> Datasets:
    return stock.harvest(
        "dcat_rdf", f"{our_portal.url}/catalog.ttl?fq=organization:{our_portal.organization}"
    )


def test_the_stock_ckan_harvester_takes_every_dataset_with_what_it_says(
    harvested_by_ckan: Datasets, our_portal: Any
) -> None:
    ours = our_portal.datasets()
    assert len(ours) == 9
    assert harvested_by_ckan.keys() == ours.keys()
    for title, dataset in ours.items():
        found = harvested_by_ckan[title]
        assert (found["notes"], found["license_id"]) == (dataset["notes"], dataset["license_id"])
        assert (urls(found), tags(found)) == (urls(dataset), tags(dataset))
        names = [[r["name"] for r in side["resources"]] for side in (found, dataset)]
        assert names[0] == names[1]


def test_the_stock_dcat_harvester_takes_every_dataset_with_what_it_says(
    harvested_by_dcat: Datasets, our_portal: Any
) -> None:
    ours = our_portal.datasets()
    assert harvested_by_dcat.keys() == ours.keys()
    for title, dataset in ours.items():
        found = harvested_by_dcat[title]
        assert (found["notes"], found["url"]) == (dataset["notes"], dataset["url"])
        assert urls(found) == sorted(file_of(resource, our_portal) for resource in dataset["resources"])
        assert tags(found) == tags(dataset)
        said = extras(found)
        assert said["publisher_name"] == dataset["organization"]["title"]
        assert said["identifier"] == dataset["identifier"]
        assert (said["frequency"], said["issued"]) == (dataset["frequency"], dataset["issued"])


def test_the_stock_dcat_harvester_gets_the_licence_and_conditions_of_every_file(
    harvested_by_dcat: Datasets, our_portal: Any
) -> None:
    for title, dataset in our_portal.datasets().items():
        for resource in harvested_by_dcat[title]["resources"]:
            [same] = [one for one in dataset["resources"] if file_of(one, our_portal) == resource["url"]]
            known = concept("licenses", same.get("license") or dataset["license_id"])
            assert known is not None
            address = known.uri or f"{our_portal.url}/id/concept/licenses/{known.code}"
            assert (resource["license"], resource["rights"]) == (address, "Ghi rõ nguồn.")


@pytest.fixture(params=["ckan", "dcat"])
def harvested(request: pytest.FixtureRequest, stock: Any) -> Datasets:
    """The stock CKAN's datasets, as our source of this kind brings them here."""
    from ckanext.hue.harvest import documents, sources
    from ckanext.hue.harvest.agencies import Registry

    where, settings = {
        "ckan": (stock.url, {"organizations": [stock.organization]}),
        "dcat": (f"{stock.url}/catalog.ttl", {"query": {"fq": f"organization:{stock.organization}"}}),
    }[request.param]
    name = f"thu-{uuid.uuid4().hex[:8]}"
    source = sources.add(name, kind=request.param, url=where, allow_private_host=True, settings=settings)
    reader = source.open()
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    registry = Registry(user)
    found = {}
    for entry in reader.listing():
        dataset = documents.dataset(
            source,
            entry,
            organization_id=registry.organization(entry.agency_code, entry.agency_name or source.title),
            group=registry.field(entry.field_code),
        )
        context = {"ignore_auth": True, "user": user}
        made = tk.get_action("package_create")(context, {**dataset, "name": f"thu-{uuid.uuid4().hex}"})
        found[made["title"]] = made
    return found


def test_our_sources_bring_every_public_dataset_of_a_stock_ckan(harvested: Datasets, stock: Any) -> None:
    theirs = stock.datasets()
    assert len(theirs) == 12
    assert harvested.keys() == theirs.keys()
    for title, dataset in theirs.items():
        found = harvested[title]
        assert (found["notes"], urls(found), tags(found)) == (dataset["notes"], urls(dataset), tags(dataset))
        assert found["organization"]["title"] == "Sở nguồn"
        assert [resource["size"] for resource in found["resources"]] == [
            r["size"] for r in dataset["resources"]
        ]
        assert {resource["format"] for resource in found["resources"]} == {"CSV"}
        assert (found["issued"], found["frequency"][-9:]) == ("2025-01-31", "QUARTERLY")
        assert found["contact"][0]["email"] == "ke-hoach@so-nguon.example.vn"
