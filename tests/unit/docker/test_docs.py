"""docs/deployment.md and its Vietnamese twin: the same commands, on files and services that exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

PAGES = ("deployment.md", "deployment.vi.md")


def read(root: Path, page: str) -> str:
    return (root / "docs" / page).read_text(encoding="utf-8")


def commands(text: str) -> list[str]:
    """The commands of a page without their remarks and placeholders."""
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = [re.sub(r"(^|\s+)# .*", "", line) for block in blocks for line in block.splitlines()]
    return [re.sub(r"<[^<>]+>", "<>", line.strip()) for line in lines if line.strip()]


def test_both_pages_give_the_same_commands(root: Path) -> None:
    english, vietnamese = (commands(read(root, page)) for page in PAGES)
    assert len(english) > 20
    assert english == vietnamese


@pytest.mark.parametrize("page", PAGES)
def test_services_and_volumes_in_commands_exist(root: Path, compose: dict[str, Any], page: str) -> None:
    text = "\n".join(commands(read(root, page)))
    services = set(re.findall(r"docker compose exec (?:-T )?(\w+)", text))
    volumes = set(re.findall(r"\bhue_(\w+)", text))
    assert services and services <= set(compose["services"])
    assert volumes and volumes <= set(compose["volumes"])


@pytest.mark.parametrize("page", PAGES)
def test_files_that_are_named_exist(root: Path, page: str) -> None:
    named = set(re.findall(r"`((?:config|docker|docs|tests)/[\w./-]+)`", read(root, page)))
    assert len(named) > 5
    assert not [name for name in named if not (root / name).exists()]


@pytest.mark.parametrize("page", PAGES)
def test_versions_are_those_in_use(root: Path, compose: dict[str, Any], page: str) -> None:
    text = read(root, page)
    images = [compose["services"][name]["image"] for name in ("postgres", "redis")]
    for name in ("portal", "solr", "nginx"):
        dockerfile = (root / "docker" / name / "Dockerfile").read_text(encoding="utf-8")
        images += re.findall(r"^FROM (\S+:\S+)", dockerfile, re.MULTILINE)
    assert not [image for image in images if f"`{image}`" not in text]
