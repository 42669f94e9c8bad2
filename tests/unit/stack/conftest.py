"""Lets the tests import config/stack, and gives each its own .hue/."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

CONFIG = Path(__file__).parents[3] / "config"
if str(CONFIG) not in sys.path:
    sys.path.insert(0, str(CONFIG))


@pytest.fixture
def hue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty .hue/ in a folder whose name has spaces, accents and quotes."""
    from stack import paths

    real = paths.HUE
    folder = tmp_path / "Cổng dữ liệu 'mở' (bản 1)" / ".hue"
    for name, path in vars(paths).copy().items():
        if isinstance(path, Path) and path.is_relative_to(real):
            monkeypatch.setattr(paths, name, folder / path.relative_to(real))
    assert not [path for path in vars(paths).values() if isinstance(path, Path) and path.is_relative_to(real)]
    # the checkout too: what runs for it is known by this path
    monkeypatch.setattr(paths, "ROOT", folder.parent)
    folder.mkdir(parents=True)
    paths.make_folders()
    return folder
