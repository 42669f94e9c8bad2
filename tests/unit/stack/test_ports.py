from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack import ports, state
from stack.errors import PortTaken


@pytest.fixture
def foreign() -> Iterator[int]:
    """A port on which another program listens."""
    with socket.create_server((ports.HOST, 0)) as server:
        yield server.getsockname()[1]


def nobody(part: str) -> bool:
    return False


def test_a_port_is_chosen_once_and_kept(hue: Path) -> None:
    first = ports.choose(nobody)
    assert set(first) == set(ports.FIRST)
    assert len(set(first.values())) == len(first)
    assert ports.choose(nobody) == first == ports.load()


def test_a_port_that_another_program_took_is_chosen_anew(hue: Path, foreign: int) -> None:
    state.put("ports", {"solr": foreign})
    assert ports.choose(nobody)["solr"] != foreign


def test_a_running_parts_own_port_is_not_foreign(hue: Path, foreign: int) -> None:
    state.put("ports", {"solr": foreign})
    assert ports.choose(lambda part: part == "solr")["solr"] == foreign


def test_two_parts_never_share_a_port(hue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "FIRST", dict.fromkeys(ports.FIRST, 23000))
    chosen = ports.choose(nobody)
    assert len(set(chosen.values())) == len(chosen)


def test_a_taken_port_that_a_person_asked_for_is_named(hue: Path, foreign: int) -> None:
    with pytest.raises(PortTaken, match=str(foreign)) as raised:
        ports.choose(nobody, web_port=foreign)
    assert raised.value.exit_code == 2


def test_the_port_that_a_person_asked_for_is_kept(hue: Path) -> None:
    with socket.create_server((ports.HOST, 0)) as server:
        free = server.getsockname()[1]
    assert ports.choose(nobody, web_port=free)["web"] == free
    assert ports.choose(nobody)["web"] == free


def test_the_port_that_people_know_is_nginxs(hue: Path, foreign: int) -> None:
    state.put("ports", {"web": foreign})
    assert ports.choose(lambda part: part == "nginx")["web"] == foreign
    assert ports.of_part("nginx") == foreign
    assert ports.of_part("web") == ports.load()["ckan"]
    assert ports.of_part("worker") is None


def test_a_part_that_an_earlier_version_did_not_have_has_a_port_to_be_named_by(hue: Path) -> None:
    assert ports.load() == {}
    state.put("ports", {"web": 5009})
    assert ports.load() == {**ports.FIRST, "web": 5009}
