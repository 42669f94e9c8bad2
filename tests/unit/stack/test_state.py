from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from stack import credentials, paths, state


def test_finished_work_is_remembered_for_its_inputs_only(hue: Path) -> None:
    state.mark_done("databases", "one")
    assert state.is_done("databases", "one")
    assert not state.is_done("databases", "two")
    assert not state.is_done("index", "one")


def test_forgetting_keeps_only_what_is_named(hue: Path) -> None:
    state.put("ports", {"web": 5000})
    state.put("admin", "quantri")
    state.mark_done("solr-jars", "x")
    state.mark_done("databases-hue", "x")
    state.forget_all_but("ports", done=("solr-jars",))
    assert state.get("ports") == {"web": 5000}
    assert state.get("admin") is None
    assert state.is_done("solr-jars", "x")
    assert not state.is_done("databases-hue", "x")


def test_the_lock_is_held_inside_the_block_and_free_after_it(hue: Path) -> None:
    with state.exclusive(), (hue / "lock").open() as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with (hue / "lock").open() as other:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_secrets_are_made_once_for_the_owner_only(hue: Path) -> None:
    first = credentials.load()
    assert set(first) == set(credentials.NAMES)
    assert len(set(first.values())) == len(first)
    assert credentials.load() == first
    assert paths.SECRETS.stat().st_mode & 0o777 == 0o600


def test_a_new_kind_of_secret_leaves_the_known_ones_alone(hue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = credentials.load()
    monkeypatch.setattr(credentials, "NAMES", (*credentials.NAMES, "another"))
    second = credentials.load()
    assert {name: second[name] for name in first} == first
    assert second["another"]


def test_the_administrators_password_is_new_only_once(hue: Path) -> None:
    first = credentials.admin_password()
    assert len(first) >= 16
    assert credentials.admin_password() == first
    assert paths.ADMIN_PASSWORD.stat().st_mode & 0o777 == 0o600
