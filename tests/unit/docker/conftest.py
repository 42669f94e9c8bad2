"""The files of docker/ and config/nginx/ as these tests read them, and the containers' scripts as modules."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
if str(ROOT / "config") not in sys.path:
    sys.path.insert(0, str(ROOT / "config"))


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def compose_tls() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker" / "compose.tls.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def example() -> dict[str, str]:
    """The variables of .env.example, by name."""
    lines = (ROOT / "docker" / ".env.example").read_text(encoding="utf-8").splitlines()
    settings = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Z_]+=.*", line) for line in settings)
    return dict(line.split("=", 1) for line in settings)


@pytest.fixture
def script() -> Callable[[str], ModuleType]:
    """Load one of docker/portal's scripts as a module."""

    def load(name: str) -> ModuleType:
        place = ROOT / "docker" / "portal" / f"{name}.py"
        spec = importlib.util.spec_from_file_location(f"docker_portal_{name}", place)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load
