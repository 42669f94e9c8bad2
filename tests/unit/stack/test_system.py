from __future__ import annotations

import pytest

from stack import system
from stack.errors import MustInstall


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without Redis and Maven, and with everything else."""
    monkeypatch.setattr(
        system, "RUNNING", {"redis-server": lambda: False, "gcc": lambda: True, "maven": lambda: False}
    )


@pytest.mark.usefixtures("bare")
def test_without_root_the_exact_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "root_prefix", lambda: None)
    with pytest.raises(
        MustInstall, match=r"apt-get install -y --no-install-recommends redis-server maven$"
    ) as raised:
        system.ensure()
    assert raised.value.exit_code == 2


@pytest.mark.usefixtures("bare")
def test_packages_that_did_not_help_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    installed: list[str] = []
    monkeypatch.setattr(system, "root_prefix", list)
    monkeypatch.setattr(system, "has", lambda *programs: True)
    monkeypatch.setattr(system, "install", lambda prefix, packages: installed.extend(packages))
    with pytest.raises(MustInstall, match="redis-server maven"):
        system.ensure()
    assert installed == ["redis-server", "maven"]


def test_a_complete_machine_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "RUNNING", {"gcc": lambda: True})
    monkeypatch.setattr(system, "install", lambda *_: pytest.fail("nothing is to be installed"))
    system.ensure()


def test_an_administrators_own_policy_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    policy = tmp_path / "policy-rc.d"
    monkeypatch.setattr(system, "NO_AUTOSTART", str(policy))
    policy.write_text("#!/bin/sh\nexit 0\n")
    assert system.hold_servers([]) is False
    assert policy.read_text() == "#!/bin/sh\nexit 0\n"


def test_a_policy_left_by_an_interrupted_run_is_taken_over(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    policy = tmp_path / "policy-rc.d"
    monkeypatch.setattr(system, "NO_AUTOSTART", str(policy))
    assert system.hold_servers([]) is True
    assert policy.read_text().endswith("exit 101\n")
    assert system.hold_servers([]) is True
