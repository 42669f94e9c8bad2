"""What is done inside a process of the portal: making the datasets whose pages are read.

    pages_child.py ACTION ARGUMENTS-AS-JSON

The answer is the last line printed, as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from cataloguing import catalog_child

ROWS = 100


def fill(count: int) -> list[str]:
    """Make agencies, fields and datasets, the first resource of each with a table; the datasets' names."""
    import ckan.plugins.toolkit as tk

    names = catalog_child.fill(count)
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    for name in names:
        found = tk.get_action("package_show")({"ignore_auth": True, "user": user}, {"id": name})
        tk.get_action("datastore_create")(
            {"ignore_auth": True, "user": user},
            {
                "resource_id": found["resources"][0]["id"],
                "force": True,
                "fields": _FIELDS,
                "records": _records(),
            },
        )
    return names


_FIELDS = [
    {"id": "nam", "type": "int", "info": {"label": "Năm"}},
    {"id": "noi", "type": "text", "info": {"label": "Điểm di tích"}},
    {"id": "khach", "type": "bigint", "info": {"label": "Khách", "unit": "lượt"}},
    {"id": "doanh_thu", "type": "numeric", "info": {"label": "Doanh thu"}},
]


def _records() -> list[dict[str, Any]]:
    return [
        {"nam": 2000 + row % 25, "noi": f"Điểm số {row}", "khach": 1000 * row, "doanh_thu": row + 0.5}
        for row in range(ROWS)
    ]


def main(action: str, arguments: str) -> None:
    from ckan.cli import load_config
    from ckan.config.middleware import make_app

    with make_app(load_config(os.environ["CKAN_INI"])).test_request_context():
        print(json.dumps({"fill": fill}[action](**json.loads(arguments))))


if __name__ == "__main__":
    main(*sys.argv[1:])
