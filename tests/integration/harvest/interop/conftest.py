"""Two portals over real HTTP: this one, with datasets that say all they can, and a stock CKAN.

The stock CKAN has its own processes, databases, search core and Redis database, and is gone after the tests.
"""

from __future__ import annotations

import json
import os
import secrets
import string
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ckan
import pytest
import requests

HERE = Path(__file__).parent
CONFIG = Path(__file__).parents[4] / "config"
if str(CONFIG) not in sys.path:
    sys.path.insert(0, str(CONFIG))
STOCK_NAME = "ckan_stock"
REDIS_NUMBER = 4
FIELD = "y-te"
PORTAL_PAGE = 4


@dataclass(frozen=True)
class Portal:
    """A portal over HTTP; `organization` is the one whose datasets the tests are about."""

    url: str
    organization: str

    def datasets(self, organization: str = "") -> dict[str, dict[str, Any]]:
        """What an anonymous reader finds of an organization, by title."""
        answer = requests.get(
            f"{self.url}/api/3/action/package_search",
            params={"fq": f"organization:{organization or self.organization}", "rows": "1000"},
            timeout=60,
        )
        answer.raise_for_status()
        found = answer.json()["result"]["results"]
        assert len(found) == len({dataset["title"] for dataset in found})
        return {dataset["title"]: dataset for dataset in found}


@dataclass(frozen=True)
class Stock(Portal):
    """The stock CKAN, whose commands run in processes of their own."""

    ini: Path

    def make(self, *calls: tuple[str, dict[str, Any]]) -> None:
        """Run these actions."""
        self._run(str(HERE / "stock_child.py"), given=json.dumps(calls))

    def harvest(self, kind: str, url: str, **config: Any) -> dict[str, dict[str, Any]]:
        """Harvest `url` with the stock harvester of this kind: gather, fetch, import. The datasets made."""
        name = f"nguon-{uuid.uuid4().hex[:8]}"
        source = {"name": name, "url": url, "source_type": kind, "title": "Nguồn", "owner_org": name}
        self.make(
            ("organization_create", {"name": name, "title": "Nơi thu thập"}),
            ("harvest_source_create", {**source, "frequency": "MANUAL", "config": json.dumps(config)}),
        )
        self._run(str(Path(sys.executable).parent / "ckan"), "harvester", "run-test", name)
        found = self.datasets(name)
        return {title: dataset for title, dataset in found.items() if dataset["type"] == "dataset"}

    def _run(self, *command: str, given: str = "") -> str:
        environment = {**os.environ, "CKAN_INI": str(self.ini), "PYTHONUTF8": "1"}
        ran = subprocess.run(
            [sys.executable, *command],
            env=environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert ran.returncode == 0, ran.stdout[-5000:] + ran.stderr[-5000:]
        return ran.stdout


@pytest.fixture(scope="session")
def stock(
    ini: str,
    serve: Callable[[Path, str], str],
    free_address: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stock]:
    """A CKAN as it ships, with datasets of one organization."""
    from stack import portal, postgres, redis_server, solr

    folder = tmp_path_factory.mktemp("stock")
    address = free_address()
    site = portal.Site(
        "stock",
        folder / "stock.ini",
        STOCK_NAME,
        f"{STOCK_NAME}_datastore",
        STOCK_NAME,
        REDIS_NUMBER,
        folder / "files",
    )
    values = {
        "site_id": site.site_id,
        "site_url": f"http://{address}",
        "storage_path": str(site.storage),
        "sqlalchemy_url": postgres.url(portal.OWNER, "postgres_ckan", site.database),
        "datastore_write_url": postgres.url(portal.WRITER, "postgres_writer", site.datastore),
        "datastore_read_url": postgres.url(portal.READER, "postgres_reader", site.datastore),
        "solr_url": solr.core_url(site.core),
        "redis_url": redis_server.url(REDIS_NUMBER),
        "secret_key": secrets.token_urlsafe(32),
    }
    template = string.Template((HERE / "stock.ini").read_text(encoding="utf-8"))
    site.ini.write_text(template.substitute(values), encoding="utf-8")
    portal.clear(site)
    try:
        site.storage.mkdir()
        _make_core(site.core)
        portal.prepare_databases(site)
        made = Stock(f"http://{address}", "so-nguon", site.ini)
        made.make(*_stock_datasets(made.organization))
        serve(site.ini, address)
        yield made
    finally:
        portal.clear(site)


def _make_core(core: str) -> None:
    """A core with the schema that CKAN ships, and the handlers of the portal's."""
    from stack import files, solr

    configuration = solr.HOME / core / "conf"
    schema = Path(ckan.__file__).parent / "config" / "solr" / "schema.xml"
    handlers = solr.SOURCE / "conf" / "solrconfig.xml"
    for file in (schema, handlers):
        files.write(configuration / file.name, file.read_text(encoding="utf-8"))
    for name in ("stopwords.txt", "synonyms.txt", "protwords.txt"):
        files.write(configuration / name, "")
    solr.order("CREATE", core, name=core, instanceDir=str(solr.HOME / core))


def _stock_datasets(organization: str) -> list[tuple[str, dict[str, Any]]]:
    """Twelve public datasets, one private and one deleted."""
    described = [
        (
            "package_create",
            {
                "name": f"bo-{number}",
                "title": f"Số liệu y tế quý {number}",
                "notes": f"Số liệu khám, chữa bệnh quý {number}.",
                "owner_org": organization,
                "license_id": "cc-by" if number % 2 else "uk-ogl",
                "tags": [{"name": "y tế"}, {"name": f"quý {number}"}],
                "groups": [{"name": "suc-khoe"}],
                "maintainer": "Phòng Kế hoạch",
                "maintainer_email": "ke-hoach@so-nguon.example.vn",
                "private": number == 13,
                "extras": [
                    {"key": "issued", "value": "2025-01-31"},
                    {
                        "key": "frequency",
                        "value": "http://publications.europa.eu/resource/authority/frequency/QUARTERLY",
                    },
                    {"key": "spatial_text", "value": "Huế"},
                ],
                "resources": [
                    {
                        "name": f"Tệp {file}",
                        "url": f"https://so-nguon.example.vn/{number}/{file}.csv",
                        "format": "CSV",
                        "mimetype": "text/csv",
                        "size": 1000 + number,
                    }
                    for file in range(1 + number % 3)
                ],
            },
        )
        for number in range(1, 15)
    ]
    return [
        ("organization_create", {"name": organization, "title": "Sở nguồn"}),
        ("group_create", {"name": "suc-khoe", "title": "Y tế"}),
        *described,
        ("package_delete", {"id": "bo-14"}),
    ]


@pytest.fixture(scope="session")
def our_portal(
    ini: str,
    application: Any,
    serve: Callable[[Path, str], str],
    free_address: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Portal:
    """This portal, with datasets of an organization that no other test uses, few to a page of RDF."""
    address = free_address()
    served = tmp_path_factory.mktemp("portal") / "portal.ini"
    settings = {
        "ckan.site_url": f"http://{address}",
        "ckanext.dcat.base_uri": f"http://{address}",
        "ckanext.dcat.datasets_per_page": str(PORTAL_PAGE),
    }
    lines = Path(ini).read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line.partition("=")[0].strip() not in settings]
    start = kept.index("[app:main]") + 1
    kept[start:start] = [f"{name} = {value}" for name, value in settings.items()]
    served.write_text("\n".join(kept), encoding="utf-8")
    with application.test_request_context():
        organization = _publish()
    _store_graphs(served)
    return Portal(serve(served, address), organization)


def _store_graphs(ini: Path) -> None:
    """Have the graphs stored with the addresses that the served portal has."""
    subprocess.run(
        [Path(sys.executable).parent / "ckan", "-c", ini, "hue", "catalog", "rebuild"],
        env={**os.environ, "PYTHONUTF8": "1"},
        check=True,
        timeout=300,
    )


def _publish() -> str:
    """Nine datasets that fill every field, with a table and links; the organization's name."""
    import ckan.plugins.toolkit as tk
    from ckan import model

    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]

    def act(action: str, **values: Any) -> dict[str, Any]:
        return tk.get_action(action)({"ignore_auth": True, "user": user}, values)

    organization = f"so-{uuid.uuid4().hex[:8]}"
    act("organization_create", name=organization, title="Sở Y tế thành phố", agency_code="H57.99")
    if model.Group.get(FIELD) is None:
        act("group_create", name=FIELD, title="Y tế")
    for number in range(9):
        dataset = act("package_create", **_described(organization, number))
        table = act(
            "resource_create", package_id=dataset["id"], name="Bảng", format="CSV", url_type="datastore"
        )
        records = [{"ten": "Trạm y tế", "so": number}]
        act("datastore_create", resource_id=table["id"], force=True, records=records)
    return organization


def _described(organization: str, number: int) -> dict[str, Any]:
    agency = {"name": "Phòng Nghiệp vụ", "email": "nghiep-vu@example.vn", "url": "https://example.vn/phong"}
    return {
        "title": f"Cơ sở khám, chữa bệnh {organization} {number}",
        "title_en": f"Hospitals {number}",
        "notes": "Danh sách **cơ sở** khám, chữa bệnh.\n\nCập nhật hằng quý.",
        "owner_org": organization,
        "groups": [{"name": FIELD}],
        "tags": [{"name": "bệnh viện"}, {"name": f"đợt {number}"}],
        "license_id": ("cc-by-4.0", "cc0-1.0", "cc-by-sa-4.0")[number % 3],
        "rights": "Ghi rõ nguồn.",
        "frequency": "hang-quy",
        "dcat_type": "danh-muc",
        "access_rights": "mo",
        "no_personal_data": True,
        "identifier": f"H57.99-{int(organization[-6:], 16) % 10**7}{number}",
        "version": "1.0",
        "version_notes": "Bản đầu",
        "provenance": "Tổng hợp từ báo cáo",
        "issued": "2025-01-31",
        "modified": "2025-10-14",
        "language": ["vie"],
        "documentation": ["https://example.vn/tai-lieu"],
        "conforms_to": ["QCVN 102:2016/BTTTT"],
        "applicable_legislation": ["Nghị định số 47/2020/NĐ-CP"],
        "url": "https://example.vn/gioi-thieu",
        "temporal_coverage": [{"start": "2024-01-01", "end": "2024-12-31"}],
        "spatial_coverage": [{"code": "46", "bbox": "107.0, 15.9, 108.3, 16.8"}],
        "creator": [agency],
        "contact": [{**agency, "phone": "0234 3822 000"}],
        "resources": [
            {
                "name": "Quy định",
                "description": "Văn bản gốc",
                "url": f"https://example.vn/quy-dinh-{number}.pdf?ban=1&kieu=đầy+đủ",
                "format": "PDF",
                "mimetype": "application/pdf",
                "size": 123_456,
                "hash": "ab" * 32,
                "hash_algorithm": "sha256",
                "license": "cc-by-4.0",
                "status": "hoan-thanh",
            }
        ],
    }
