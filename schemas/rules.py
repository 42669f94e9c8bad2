"""The conditional rules of `rules.yaml`, read once. What they ask for is checked in `validators/rules.py`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import yaml

Texts = Mapping[str, str]


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """What `field` of a public dataset needs where every field of `when` has the concept named.

    when: by field, (vocabulary, code); empty where the rule is for all. needs: which check. part: where the
    message stands in a field of parts. harvested: whether harvested tables are asked, too. condition: the
    case in words; says: what is wrong and what to do.
    """

    field: str
    needs: str
    condition: Texts
    says: Texts
    when: Mapping[str, tuple[str, str]] = dataclasses.field(default_factory=dict)
    part: str = ""
    harvested: bool = False

    def message(self, language: str) -> str:
        """What is wrong in `language` (`vi` or `en`); Vietnamese for every other language."""
        return self.says.get(language, self.says["vi"])


def _rule(entry: dict) -> Rule:
    when = {name: (vocabulary, code) for name, (vocabulary, code) in entry.pop("when", {}).items()}
    return Rule(**entry, when=when)


RULES = tuple(
    _rule(entry)
    for entry in yaml.safe_load(Path(__file__).with_name("rules.yaml").read_text(encoding="utf-8"))
)
