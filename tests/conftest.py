"""The test portal's configuration and application, for the tests that need the parts running.

`./hue test` starts PostgreSQL, Redis and Solr and names the configuration in HUE_TEST_INI.
"""

from __future__ import annotations

import os
from typing import Any

import pytest


@pytest.fixture(scope="session")
def ini() -> str:
    path = os.environ.get("HUE_TEST_INI")
    if not path:
        pytest.skip("HUE_TEST_INI is not set: run these tests with ./hue test")
    return path


@pytest.fixture(scope="session")
def application(ini: str) -> Any:
    """The WSGI application with all plugins of the test configuration."""
    os.environ["CKAN_INI"] = ini
    from ckan.cli import load_config
    from ckan.config.middleware import make_app

    return make_app(load_config(ini))
