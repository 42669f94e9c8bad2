"""What is done inside the stock CKAN: harvests with ckanext-harvest's own queue callbacks, in one process.

    stock_harvest_child.py ACTION ARGUMENTS-AS-JSON

The answer is the last line printed, as JSON. Runs in the stock environment, which knows no portal.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

USER = "quantri"
AGENCY = "co-quan-do"


def add_source(name: str, address: str) -> str:
    """Make a harvest source; its id."""
    return act(
        "harvest_source_create",
        name=name,
        title=name,
        url=address,
        source_type="platform",
        owner_org=AGENCY,
    )["id"]


def harvest(source_id: str) -> dict[str, Any]:
    """Harvest a source to its end: seconds from making the job, and how many objects ended in which way."""
    from ckan import model
    from ckanext.harvest import queue
    from ckanext.harvest.model import HarvestJob
    from sqlalchemy import text

    start = time.perf_counter()
    job = act("harvest_job_create", source_id=source_id, run=True)
    for consumer, callback in (
        (queue.get_gather_consumer(), queue.gather_callback),
        (queue.get_fetch_consumer(), queue.fetch_callback),
    ):
        while True:
            method, _header, body = consumer.basic_get(None)
            if not body:
                break
            callback(consumer, method, None, body)
    seconds = time.perf_counter() - start
    model.Session.remove()
    act("harvest_jobs_run", source_id=source_id)
    statement = text(
        "SELECT coalesce(report_status, state), count(*) FROM harvest_object"
        " WHERE harvest_job_id = :job GROUP BY 1"
    )
    objects = {row[0]: row[1] for row in model.Session.execute(statement, {"job": job["id"]})}
    return {"seconds": seconds, "objects": objects, "status": HarvestJob.get(job["id"]).status}


def published(source_id: str) -> dict[str, str]:
    """What a search finds of a source: the id of each dataset's resource, by the table's id at the source."""
    found: dict[str, str] = {}
    total = 1
    while len(found) < total:
        answer = act(
            "package_search",
            q="",
            fq=f'harvest_source_id:"{source_id}"',
            rows=200,
            start=len(found),
            sort="id asc",
        )
        total = answer["count"]
        if not answer["results"]:
            break
        for dataset in answer["results"]:
            extras = {extra["key"]: extra["value"] for extra in dataset["extras"]}
            [resource] = dataset["resources"]
            found[extras["harvest_id"]] = resource["id"]
    return found


def queue_tables(resource_ids: list[str]) -> int:
    """Queue the loading of these resources, as `ckan xloader submit` does; how many."""
    for resource_id in resource_ids:
        if not act("xloader_submit", resource_id=resource_id):
            raise RuntimeError("xloader did not take the job")
    return len(resource_ids)


def act(action: str, **values: Any) -> Any:
    import ckan.plugins.toolkit as tk
    from ckan import model

    context = {"user": USER, "ignore_auth": True, "model": model, "session": model.Session}
    return tk.get_action(action)(context, values)


ACTIONS: dict[str, Callable[..., Any]] = {
    action.__name__: action for action in (add_source, harvest, published, queue_tables)
}


def main(action: str, arguments: str) -> None:
    from ckan.cli import load_config
    from ckan.config.middleware import make_app

    with make_app(load_config(os.environ["CKAN_INI"])).test_request_context():
        print(json.dumps(ACTIONS[action](**json.loads(arguments))))


if __name__ == "__main__":
    main(*sys.argv[1:])
