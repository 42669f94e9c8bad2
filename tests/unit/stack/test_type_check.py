from __future__ import annotations

import json
from pathlib import Path

import pytest

from stack import paths, type_check


@pytest.fixture
def checkout(hue: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(type_check, "TREE", hue / "types")
    monkeypatch.setattr(type_check, "SETTINGS", hue / "pyright.json")
    for folder in (
        "ckanext-hue/ckanext/hue/search",
        "ckanext-hue/ckanext/hue/__pycache__",
        "schemas",
        "harvesters",
    ):
        (paths.ROOT / folder).mkdir(parents=True)
    (paths.ROOT / "ckanext-hue/ckanext/hue/plugin.py").write_text("")
    return paths.ROOT


def test_the_three_folders_stand_in_one_package(checkout: Path) -> None:
    type_check.prepare()
    package = type_check.TREE / "ckanext" / "hue"
    assert {path.name for path in package.iterdir()} == {"plugin.py", "search", "schemas", "harvesters"}
    assert (package / "schemas").resolve() == (checkout / "schemas").resolve()


def test_a_module_that_is_gone_leaves_the_tree(checkout: Path) -> None:
    type_check.prepare()
    (checkout / "ckanext-hue/ckanext/hue/plugin.py").unlink()
    type_check.prepare()
    assert not (type_check.TREE / "ckanext/hue/plugin.py").is_symlink()


def test_the_settings_add_the_tree_to_the_projects_own(checkout: Path) -> None:
    settings = json.loads(type_check.prepare().read_text(encoding="utf-8"))
    assert settings == {"extends": "../pyproject.toml", "extraPaths": ["../config", "types"]}
