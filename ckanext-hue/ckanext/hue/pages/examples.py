"""How programs read a table: examples that run as they stand, in the languages that people ask for.

The tests run those for curl, Python and JavaScript.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.hue import config

ROWS = 5


@dataclass(frozen=True, slots=True)
class Example:
    """A program. `key` names it in tests and addresses, `label` is its language."""

    key: str
    label: str
    code: str


def of_table(resource: Mapping[str, Any]) -> list[Example]:
    """Read a resource's table as rows of JSON, and whole as CSV."""
    resource_id = resource["id"]
    action = f"{config.site_url()}/api/3/action/datastore_search"
    file = f"{config.site_url()}/download/{resource_id}.csv"
    # The address is the portal's own setting; JSON's quotes are those of all four languages.
    return [
        Example("curl", "curl", _CURL.format(rows=ROWS, action=action, file=file, id=resource_id)),
        Example(
            "python", "Python", _PYTHON.format(rows=ROWS, action=_quoted(action), id=_quoted(resource_id))
        ),
        Example("pandas", "Python (pandas)", _PANDAS.format(file=_quoted(file))),
        Example("r", "R", _R.format(file=_quoted(file))),
        Example(
            "javascript",
            "JavaScript",
            _JAVASCRIPT.format(rows=ROWS, action=_quoted(action), id=_quoted(resource_id)),
        ),
    ]


def _quoted(text: str) -> str:
    return json.dumps(text)


_CURL = """\
curl "{action}?resource_id={id}&limit={rows}"
curl -O "{file}"
"""
_PYTHON = """\
import requests

answer = requests.get(
    {action},
    params={{"resource_id": {id}, "limit": {rows}}},
    timeout=30,
)
answer.raise_for_status()
for row in answer.json()["result"]["records"]:
    print(row)
"""
_PANDAS = """\
import pandas as pd

table = pd.read_csv({file})
print(table.head())
"""
_R = """\
table <- read.csv({file}, fileEncoding = "UTF-8", check.names = FALSE)
head(table)
"""
_JAVASCRIPT = """\
const address = new URL({action});
address.search = new URLSearchParams({{ resource_id: {id}, limit: {rows} }});
const answer = await fetch(address);
const {{ result }} = await answer.json();
console.table(result.records);
"""
