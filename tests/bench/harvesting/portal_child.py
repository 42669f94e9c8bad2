"""What is done inside a process of the portal: tables that it is made to know, and what it published.

    portal_child.py ACTION ARGUMENTS-AS-JSON

The answer is the last line printed, as JSON.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from typing import Any


def know(name: str) -> int:
    """Make the portal know every table that a source lists as published and unchanged, without loading any.

    Returns how many there are. What a job compares is written as the engine itself writes it: the entry's
    fingerprint. Datasets are not made, so nothing but an unchanged harvest may follow.
    """
    from ckan import model

    from ckanext.hue.harvest import sources

    source = sources.get(name)
    lines = io.StringIO()
    count = 0
    for entry in source.open().listing():
        dataset_id = source.dataset_id(entry.remote_id)
        values = (source.id, entry.remote_id, dataset_id, entry.fingerprint(), "0" * 64, "{}", "f")
        lines.write("\t".join(values) + "\n")
        count += 1
    lines.seek(0)
    connection = model.meta.engine.raw_connection()  # pyright: ignore[reportOptionalMemberAccess]
    try:
        with connection.cursor() as cursor:
            cursor.copy_expert(  # pyright: ignore[reportAttributeAccessIssue]
                "COPY hue_harvest_table (source_id, remote_id, dataset_id, fingerprint, dataset_hash,"
                " content_hashes, index_pending) FROM STDIN",
                lines,
            )
            cursor.execute("ANALYZE hue_harvest_table")
        connection.commit()
    finally:
        connection.close()
    return count


def published(name: str) -> dict[str, dict[str, Any]]:
    """What readers find of a source, by the id of each table at the source.

    Datasets come from a search as anybody can make it, their tables from the DataStore's API.
    """
    import ckan.plugins.toolkit as tk

    def act(action: str, **values: Any) -> Any:
        return tk.get_action(action)({"user": "", "ignore_auth": False}, values)

    found: dict[str, dict[str, Any]] = {}
    start, total = 0, 1
    while start < total:
        answer = act(
            "package_search", q="", fq=f"extras_harvest_source:{name}", rows=200, start=start, sort="id asc"
        )
        total = answer["count"]
        start += len(answer["results"])
        for dataset in answer["results"]:
            [resource] = dataset["resources"]
            rows = act("datastore_search", resource_id=resource["id"], limit=0)["total"]
            found[dataset["harvest_id"]] = {"resource": resource["id"], "rows": rows}
        if not answer["results"]:
            break
    return found


def tidy() -> None:
    """What the scheduler does in the night: old reports go, and so do files that nothing names."""
    from ckanext.hue import config
    from ckanext.hue.harvest import jobs
    from ckanext.hue.tables.files import jobs as file_jobs

    jobs.prune(config.kept_jobs(), config.kept_days())
    file_jobs.write_files(sweep=True)


def storage_folder() -> str:
    """Where the files of tables are kept."""
    import ckan.plugins.toolkit as tk

    return tk.config["ckan.files.storage.hue-tables.path"]


ACTIONS: dict[str, Callable[..., Any]] = {
    action.__name__: action for action in (know, published, tidy, storage_folder)
}


def main(action: str, arguments: str) -> None:
    from ckan.cli import load_config
    from ckan.config.middleware import make_app

    with make_app(load_config(os.environ["CKAN_INI"])).test_request_context():
        print(json.dumps(ACTIONS[action](**json.loads(arguments))))


if __name__ == "__main__":
    main(*sys.argv[1:])
