"""What is done inside a process of the portal: filling it, rebuilding its index, judging its results.

    search_child.py ACTION ARGUMENTS-AS-JSON

The answer is the last line printed, as JSON.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "search"))
ACTIONS: dict[str, Callable[..., Any]] = {}


def action(function: Callable[..., Any]) -> Callable[..., Any]:
    ACTIONS[function.__name__] = function
    return function


@action
def fill(count: int) -> int:
    """Make so many datasets of the judged corpus, again and again under other names, and index them."""
    import ckan.plugins.toolkit as tk
    import judging
    from ckan import model

    from ckanext.hue.schemas import vocabulary
    from ckanext.hue.search import indexing

    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]

    def act(name: str, values: dict[str, Any], **context: Any) -> Any:
        return tk.get_action(name)({"ignore_auth": True, "user": user, **context}, values)

    corpus = judging.corpus()
    for kind, make, used in (
        ("agencies", "organization_create", {one.agency for one in corpus}),
        ("fields", "group_create", {one.field for one in corpus}),
    ):
        for concept in vocabulary(kind):
            if concept.code in used:
                act(make, {"name": concept.code, "title": concept.name})
    made = []
    for number in range(count):
        entry, turn = corpus[number % len(corpus)], number // len(corpus)
        named = replace(entry, id=f"{entry.id}-{turn}", title=f"{entry.title} ({2025 - turn})")
        made.append(act("package_create", named.as_dataset(), defer_commit=True, return_id_only=True))
    model.Session.commit()
    indexing.index_datasets(made)
    return len(made)


@action
def rebuild(from_database: bool) -> float:
    """Seconds."""
    from ckanext.hue.search import rebuilding

    start = time.perf_counter()
    rebuilding.rebuild(lambda _progress: None, anew=True, from_database=from_database)
    return time.perf_counter() - start


@action
def rebuild_as_ckan() -> float:
    """Seconds of what `ckan search-index rebuild` does."""
    from ckan.lib.search import commit
    from ckan.lib.search import rebuild as rebuild_all

    start = time.perf_counter()
    rebuild_all(defer_commit=True, quiet=True)
    commit()
    return time.perf_counter() - start


@action
def judge(files: list[str]) -> list[dict[str, Any]]:
    """Mean nDCG@10 of both arms over each file of judged queries."""
    import judging

    with judging.arms() as (ours, stock):
        judged = [judging.judge(ours, stock, judging.queries(file)) for file in files]
    return [
        {
            "queries": len(found),
            "ours": statistics.mean(one.ours for one in found),
            "stock": statistics.mean(one.stock for one in found),
        }
        for found in judged
    ]


def main() -> None:
    from ckan.cli import load_config
    from ckan.config.middleware import make_app

    name, arguments = sys.argv[1], json.loads(sys.argv[2])
    if arguments.pop("stock", False):
        from searching import stock_search

        stock_search.take_out()
    with make_app(load_config(os.environ["CKAN_INI"])).test_request_context():
        print(json.dumps(ACTIONS[name](**arguments)))


if __name__ == "__main__":
    main()
