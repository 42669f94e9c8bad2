"""Metadata schemas for ckanext-scheming (YAML beside this file) and the controlled vocabularies they use.

A vocabulary is `vocabularies/NAME.yaml`: a list of concepts, in the order in which people see them. Each has
`code` (what the portal's own texts and the platform use), `name` (Vietnamese), `name_en`, mostly `uri` (the
matching address of the EU, IANA or SPDX; absent where there is none) and `aliases` (other spellings that
sources use), and what else the vocabulary needs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "vocabularies"
_NAME = re.compile(r"[a-z_]+")


class VocabularyError(Exception):
    """A vocabulary is missing or its file is wrong: a fault of the portal, not of its data."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One entry of a vocabulary. `uri` is empty where no outside vocabulary has the concept.

    `values` holds every key of the YAML entry; `concept["key"]` and `concept.get("key", default)` read it.
    """

    code: str
    name: str
    name_en: str
    uri: str = ""
    aliases: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def label(self, language: str) -> str:
        """The name in `language` (`vi` or `en`); Vietnamese for every other language."""
        return self.name_en if language == "en" else self.name

    def get(self, key: str, default: Any = None) -> Any:
        return self.values.get(key, default)

    def __getitem__(self, key: str) -> Any:
        return self.values[key]


@cache
def vocabulary(name: str) -> tuple[Concept, ...]:
    """The concepts of vocabulary `name`, in their order. Raises VocabularyError when there is none."""
    path = FOLDER / f"{name}.yaml"
    if not _NAME.fullmatch(name) or not path.is_file():
        raise VocabularyError(f"no vocabulary named {name!r}")
    return concepts_of(path)


def concepts_of(path: Path) -> tuple[Concept, ...]:
    """The concepts of a file of this form. Raises VocabularyError when it is wrong."""
    concepts = tuple(_concept(path.stem, entry) for entry in yaml.safe_load(path.read_text(encoding="utf-8")))
    if len({concept.code for concept in concepts}) < len(concepts):
        raise VocabularyError(f"{path.name}: a code occurs twice")
    return concepts


def concept(name: str, text: str | None) -> Concept | None:
    """The concept of vocabulary `name` that `text` names: by code, address or alias, in any letter case.

    None when `text` is empty or names none.
    """
    return _by_text(name).get(text.strip().lower()) if text else None


@cache
def _by_text(name: str) -> Mapping[str, Concept]:
    concepts = vocabulary(name)
    known = {alias.lower(): concept for concept in concepts for alias in concept.aliases}
    known |= {concept.uri.lower(): concept for concept in concepts if concept.uri}
    return MappingProxyType(known | {concept.code.lower(): concept for concept in concepts})


def _concept(name: str, entry: dict[str, Any]) -> Concept:
    try:
        return Concept(
            code=entry["code"],
            name=entry["name"],
            name_en=entry["name_en"],
            uri=entry.get("uri", ""),
            aliases=tuple(entry.get("aliases", ())),
            values=MappingProxyType(entry),
        )
    except KeyError as error:
        raise VocabularyError(f"{name}.yaml: {entry!r} lacks {error}") from error
