"""Lets pyright find the package's modules where Python finds them.

setup.py maps three folders to one package. Python follows that map through the editable installation's
hooks, the type checker cannot: it gets a tree of links, laid out as an ordinary installation is.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from stack import files, paths

TREE = paths.HUE / "types"
SETTINGS = paths.HUE / "pyright.json"
MAPPED = ("schemas", "harvesters")


def prepare() -> Path:
    """Make the tree and settings that name it beside pyproject.toml's. Returns the settings' file."""
    shutil.rmtree(TREE, ignore_errors=True)
    package = TREE / "ckanext" / "hue"
    package.mkdir(parents=True)
    sources = [
        *(paths.ROOT / "ckanext-hue" / "ckanext" / "hue").iterdir(),
        *(paths.ROOT / name for name in MAPPED),
    ]
    for source in sources:
        if source.name != "__pycache__":
            (package / source.name).symlink_to(source)
    settings = {"extends": "../pyproject.toml", "extraPaths": ["../config", TREE.name]}
    files.write(SETTINGS, json.dumps(settings, indent=2) + "\n")
    return SETTINGS
