"""Runs actions, given as JSON on standard input, in the stock CKAN whose configuration CKAN_INI names."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from ckan.cli import load_config
from ckan.config.middleware import make_app


def main(calls: list[tuple[str, dict[str, Any]]]) -> None:
    """Run these actions, each a name and its values, one after the other."""
    with make_app(load_config(os.environ["CKAN_INI"])).test_request_context():
        import ckan.plugins.toolkit as tk

        user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
        for action, values in calls:
            tk.get_action(action)({"ignore_auth": True, "user": user}, values)


if __name__ == "__main__":
    main(json.load(sys.stdin))
