"""requirements.lock against what the package needs."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCK = Path(__file__).parents[3] / "requirements.lock"
LINES = [line for line in LOCK.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
LOCKED = {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in LINES)}


@pytest.mark.parametrize("line", LINES)
def test_every_line_is_one_exact_version(line: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line)


def needed(extras: set[str]) -> set[str]:
    """Name every package that the project needs, with what those need in turn."""
    found: set[str] = set()
    waiting = [("ckanext-hue", frozenset(extras))]
    seen = set(waiting)
    while waiting:
        name, wanted = waiting.pop()
        for text in metadata.requires(name) or []:
            requirement = Requirement(text)
            environments = [{"extra": extra} for extra in ("", *wanted)]
            if requirement.marker and not any(requirement.marker.evaluate(env) for env in environments):
                continue
            found.add(canonicalize_name(requirement.name))
            step = (requirement.name, frozenset(requirement.extras))
            if step not in seen:
                seen.add(step)
                waiting.append(step)
    return found


def test_everything_that_is_needed_is_locked() -> None:
    assert needed({"stack", "test"}) - set(LOCKED) == set()


def test_the_installed_versions_are_the_locked_ones() -> None:
    installed = {name: metadata.version(name) for name in needed({"stack", "test"})}
    assert installed == {name: LOCKED[name] for name in installed}
