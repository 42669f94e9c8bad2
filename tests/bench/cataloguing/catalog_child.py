"""What is done inside a process of the portal: filling the catalogue, making graphs anew, copying them.

    catalog_child.py ACTION ARGUMENTS-AS-JSON

The answer is the last line printed, as JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

AGENCIES, FIELDS = 5, ("du-lich", "giao-thong", "y-te")


def fill(count: int) -> list[str]:
    """Make agencies, fields and datasets with two resources each, and their stored graphs; their names."""
    import ckan.plugins.toolkit as tk

    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]

    def act(action: str, **values: Any) -> dict[str, Any]:
        return tk.get_action(action)({"ignore_auth": True, "user": user}, values)

    for number in range(AGENCIES):
        act("organization_create", name=f"co-quan-{number}", title=f"Cơ quan để đo {number}")
    for name in FIELDS:
        act("group_create", name=name, title=name)
    names = [act("package_create", **_dataset(number))["name"] for number in range(count)]
    _make()
    return names


def _dataset(number: int) -> dict[str, Any]:
    return {
        "title": f"Bộ dữ liệu để đo số {number}",
        "title_en": f"Dataset to measure {number}",
        "notes": f"Mô tả của bộ dữ liệu số {number}: số liệu mô phỏng để đo hiệu năng của danh mục. " * 3,
        "owner_org": f"co-quan-{number % AGENCIES}",
        "groups": [{"name": FIELDS[number % len(FIELDS)]}],
        "tag_string": "du lịch, di sản, thống kê",
        "no_personal_data": True,
        "license_id": "cc-by-4.0",
        "frequency": "hang-thang",
        "contact": [{"name": "Phòng Công nghệ thông tin", "email": "lienhe@example.vn"}],
        "resources": [
            {
                "name": f"Bảng {part} của bộ {number}",
                "description": "Bảng số liệu",
                "url": f"https://example.vn/{number}/{part}.csv",
                "format": "CSV",
            }
            for part in range(2)
        ],
    }


def make() -> float:
    """Make every stored graph anew; seconds."""
    from ckanext.hue.catalog.fragments import keeping, store

    store.mark_all(store.state().made_for)
    start = time.perf_counter()
    summary = keeping.keep_up()
    seconds = time.perf_counter() - start
    if summary.failed or not summary.whole:
        raise RuntimeError(f"Not every graph was made: {summary}")
    return seconds


def look(times: int) -> list[float]:
    """Look so many times whether anything is due, as the scheduler does; seconds each."""
    from ckanext.hue.catalog.fragments import keeping, store

    seconds: list[float] = []
    for _ in range(times):
        start = time.perf_counter()
        if store.is_due(keeping.made_for()):
            raise RuntimeError("Something is due")
        seconds.append(time.perf_counter() - start)
    return seconds


def _make() -> None:
    from ckanext.hue.catalog.fragments import keeping

    summary = keeping.rebuild()
    if summary.failed or not summary.whole:
        raise RuntimeError(f"Not every graph was made: {summary}")


def grow(total: int) -> int:
    """Let the catalogue have so many datasets, by copies of rows; how many it has. The index knows none."""
    from ckanext.hue.catalog.fragments import store
    from ckanext.hue.harvest.database import rows

    [columns] = rows(
        "SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) AS names"
        " FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 'package'"
        " AND column_name NOT IN ('id', 'name')"
    )
    here = store.state().total
    rows(
        f"INSERT INTO package (id, name, {columns.names})"  # noqa: S608
        f" SELECT md5(p.id || n)::uuid::text, 'ban-sao-' || n || '-' || left(p.id, 8), {columns.names}"
        " FROM generate_series(1, :copies) n CROSS JOIN package p"
        " JOIN hue_catalog_fragment f ON f.dataset_id = p.id",
        copies=total // here - 1,
    )
    rows(
        "INSERT INTO hue_catalog_fragment (dataset_id, number, modified, hash, nt, ttl, rdf, jsonld)"
        " SELECT md5(f.dataset_id || n)::uuid::text, f.number + n * :here,"
        " f.modified, f.hash, f.nt, f.ttl, f.rdf, f.jsonld"
        " FROM generate_series(1, :copies) n CROSS JOIN hue_catalog_fragment f ORDER BY 2",
        copies=total // here - 1,
        here=here,
    )
    rows(
        "UPDATE hue_catalog_state SET changed = now(), (total, last_number) ="
        " (SELECT count(number), max(number) FROM hue_catalog_fragment)"
    )
    rows("ANALYZE package, hue_catalog_fragment")
    return store.state().total


ACTIONS: dict[str, Callable[..., Any]] = {action.__name__: action for action in (fill, make, look, grow)}


def main(action: str, arguments: str) -> None:
    from ckan.cli import load_config
    from ckan.config.middleware import make_app

    with make_app(load_config(os.environ["CKAN_INI"])).test_request_context():
        print(json.dumps(ACTIONS[action](**json.loads(arguments))))


if __name__ == "__main__":
    main(*sys.argv[1:])
