"""What is done inside the stock CKAN: records for its tables, and reading a workbook as openpyxl does.

    stock_child.py ACTION ARGUMENTS-AS-JSON

The answer is the last line printed, as JSON. Runs in the stock environment, which knows no portal.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import memory

USER = "quantri"
AGENCY = "co-quan-do"


def prepare() -> str:
    """Make the agency that owns all datasets; a token for xloader."""
    with _application():
        import ckan.plugins.toolkit as tk

        tk.get_action("organization_create")(_context(), {"name": AGENCY, "title": "Cơ quan đo"})
        made = tk.get_action("api_token_create")(_context(), {"user": USER, "name": "bench"})
    return made["token"]


def submit(urls: Sequence[str], prefix: str) -> list[str]:
    """Make a dataset with one CSV resource for each address and queue its loading; the resources' ids."""
    with _application():
        import ckan.plugins.toolkit as tk

        ids = [
            tk.get_action("package_create")(
                _context(),
                {
                    "name": f"{prefix}-{index}",
                    "title": f"Bảng để đo {index}",
                    "owner_org": AGENCY,
                    "resources": [{"name": "CSV", "url": url, "format": "CSV"}],
                },
            )["resources"][0]["id"]
            for index, url in enumerate(urls)
        ]
        for resource_id in ids:
            if not tk.get_action("xloader_submit")(_context(), {"resource_id": resource_id}):
                raise RuntimeError("xloader did not take the job")
    return ids


def read_xlsx(path: str, cells: str) -> dict[str, float]:
    """Read a workbook to its end; then once more, not timed, to leave its cells in the file `cells`."""
    from openpyxl import load_workbook

    def rows() -> Any:
        sheet = load_workbook(path, read_only=True).worksheets[0]
        return sheet.iter_rows(min_row=2, values_only=True)

    base = memory.restart()
    start = time.perf_counter()
    count = sum(1 for _row in rows())
    seconds, peak = time.perf_counter() - start, memory.peak()
    with Path(cells).open("w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(row, ensure_ascii=False, default=str)}\n" for row in rows())
    return {"seconds": seconds, "rows": count, "base": base, "peak": peak}


def _application() -> Any:
    from ckan.cli import load_config
    from ckan.config.middleware import make_app

    return make_app(load_config(os.environ["CKAN_INI"])).test_request_context()


def _context() -> dict[str, Any]:
    return {"user": USER, "ignore_auth": True}


ACTIONS: dict[str, Callable[..., Any]] = {action.__name__: action for action in (prepare, submit, read_xlsx)}


def main(action: str, arguments: str) -> None:
    print(json.dumps(ACTIONS[action](**json.loads(arguments))))


if __name__ == "__main__":
    main(*sys.argv[1:])
