"""What is measured inside a process of the portal: loading, writing and reading of tables.

    portal_child.py ACTION ARGUMENTS-AS-JSON

The answer is the last line printed, as JSON. Loading CKAN itself is never in the figures.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import memory

AGENCY = "co-quan-do"
_INDEXING_SECONDS = 600
_POLL_SECONDS = 0.1


def register(titles: Sequence[str]) -> list[str]:
    """Make a dataset with a resource for each title; the resources' ids."""
    import ckan.plugins.toolkit as tk

    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    context = {"ignore_auth": True, "user": user}
    tk.get_action("organization_create")(dict(context), {"name": AGENCY, "title": "Cơ quan đo"})
    dataset = tk.get_action("package_create")(
        dict(context),
        {
            "title": "Bảng để đo",
            "notes": "Dữ liệu mô phỏng để đo hiệu năng.",
            "owner_org": AGENCY,
            "no_personal_data": True,
            "license_id": "cc-by-4.0",
            "resources": [{"name": title, "url": "https://example.vn/bang.csv"} for title in titles],
        },
    )
    return [resource["id"] for resource in dataset["resources"]]


def load(resource_id: str, path: str) -> dict[str, float]:
    """Publish one file: seconds until it is seen, until it can be searched, until all indexes are there."""
    publish = _publisher()
    from ckanext.hue.tables import indexing, loading

    loading.drop([resource_id])  # what is there already would not be loaded again
    base = memory.restart()
    start = time.perf_counter()
    rows = publish(resource_id, Path(path))
    visible = time.perf_counter() - start
    with ThreadPoolExecutor(1) as beside:
        searchable = beside.submit(_searchable_since, resource_id)
        indexing.complete()
        complete = time.perf_counter() - start
        full_text = searchable.result() - start
    return {
        "rows": rows,
        "visible": visible,
        "full_text": full_text,
        "complete": complete,
        "base": base,
        "peak": memory.peak(),
    }


def load_many(tables: dict[str, str]) -> float:
    """Publish files (path by resource id) one after the other; seconds until all are complete."""
    publish = _publisher()
    from ckanext.hue.tables import indexing

    start = time.perf_counter()
    for resource_id, path in tables.items():
        publish(resource_id, Path(path))
    indexing.complete()
    return time.perf_counter() - start


def write_files() -> dict[str, float]:
    """Write the download files of every table that has none yet."""
    from ckanext.hue.tables.files import jobs

    base = memory.restart()
    start = time.perf_counter()
    written = jobs.write_files()
    seconds = time.perf_counter() - start
    if written.failed:
        raise RuntimeError(f"The files of {written.failed} tables were not written")
    return {"seconds": seconds, "files": written.files, "base": base, "peak": memory.peak()}


def write_xlsx(resource_id: str, path: str) -> dict[str, float]:
    """Write a table as a workbook."""
    from ckanext.hue.tables.files.formats import FORMATS
    from ckanext.hue.tables.files.selection import select

    base = memory.restart()
    start = time.perf_counter()
    with Path(path).open("wb") as file:
        for chunk in FORMATS["xlsx"].stream(select(resource_id)):
            file.write(chunk)
    return {"seconds": time.perf_counter() - start, "base": base, "peak": memory.peak()}


def read_xlsx(path: str, cells: str) -> dict[str, float]:
    """Read a workbook to its end; then once more, not timed, to leave its cells in the file `cells`."""
    from ckanext.hue.tables.reading.opening import open_file

    base = memory.restart()
    start = time.perf_counter()
    opened = open_file(Path(path), "bang.xlsx")
    rows = sum(len(batch.rows) for batch in opened.batches(opened.sheets[0]))
    seconds, peak = time.perf_counter() - start, memory.peak()
    opened = open_file(Path(path), "bang.xlsx")
    with Path(cells).open("w", encoding="utf-8") as file:
        for batch in opened.batches(opened.sheets[0]):
            file.writelines(f"{json.dumps(row, ensure_ascii=False, default=str)}\n" for row in batch.rows)
    return {"seconds": seconds, "rows": rows, "base": base, "peak": peak}


def _searchable_since(resource_id: str) -> float:
    """Wait until the table's full text is complete; when that was."""
    from ckanext.hue.tables import versions

    deadline = time.monotonic() + _INDEXING_SECONDS
    while time.monotonic() < deadline:
        version = versions.current(resource_id)
        if version and version.indexed:
            return time.perf_counter()
        time.sleep(_POLL_SECONDS)
    raise TimeoutError(f"The full text of {resource_id} was not complete after {_INDEXING_SECONDS} s")


def _publisher() -> Callable[[str, Path], int]:
    """What publishes a file as a table and counts its rows, with all modules loaded."""
    from ckanext.hue.tables.loading import load_batches
    from ckanext.hue.tables.reading.opening import open_file

    def publish(resource_id: str, path: Path) -> int:
        opened = open_file(path, path.name)
        return load_batches(resource_id, opened.batches(opened.sheets[0])).rows

    return publish


ACTIONS: dict[str, Callable[..., Any]] = {
    action.__name__: action for action in (register, load, load_many, write_files, write_xlsx, read_xlsx)
}


def main(action: str, arguments: str) -> None:
    from ckan.cli import load_config
    from ckan.config.middleware import make_app

    with make_app(load_config(os.environ["CKAN_INI"])).test_request_context():
        print(json.dumps(ACTIONS[action](**json.loads(arguments))))


if __name__ == "__main__":
    main(*sys.argv[1:])
