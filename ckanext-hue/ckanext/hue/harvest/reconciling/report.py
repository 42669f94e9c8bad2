"""What the reconciler found and did, as Vietnamese lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

Outcome = Literal["mended", "planned", "failed", "noted"]
EXAMPLES = 5  # names in one line
_BEFORE = {"mended": "đã ", "planned": "sẽ ", "failed": "chưa "}


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to differ. `what` follows a count; `repair` is what is done, as it follows "đã"."""

    what: str
    repair: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What differed and what became of it.

    `mended`; `planned`, by a dry run; `failed`, and somebody has to look; `noted`: nothing is for the
    reconciler to mend.
    """

    message: str
    outcome: Outcome
    count: int

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Report:
    """Collects findings: one line for all of a kind that ended alike, with some of their names."""

    def __init__(self, *, dry_run: bool = False) -> None:
        self.dry_run = dry_run
        self._counts: dict[tuple[Kind, Outcome, str], int] = {}
        self._names: dict[tuple[Kind, Outcome, str], list[str]] = {}
        self._notes: list[Finding] = []

    def add(self, kind: Kind, names: Iterable[str]) -> None:
        """These were mended, or would be by a run that is not dry."""
        self._add((kind, "planned" if self.dry_run else "mended", ""), names)

    def fail(self, kind: Kind, names: Iterable[str], reason: str) -> None:
        """These could not be mended."""
        self._add((kind, "failed", reason), names)

    def note(self, sentence: str, outcome: Outcome = "noted", count: int = 1) -> None:
        """Say something that a person should know."""
        self._notes.append(Finding(sentence, outcome, count))

    def _add(self, key: tuple[Kind, Outcome, str], names: Iterable[str]) -> None:
        for name in names:
            self._counts[key] = self._counts.get(key, 0) + 1
            examples = self._names.setdefault(key, [])
            if len(examples) < EXAMPLES:
                examples.append(name)

    @property
    def findings(self) -> list[Finding]:
        """All that was found, in the order in which it was."""
        lines = [Finding(self._message(key, count), key[1], count) for key, count in self._counts.items()]
        return lines + self._notes

    @property
    def failed(self) -> int:
        """How much could not be mended."""
        return sum(finding.count for finding in self.findings if finding.outcome == "failed")

    def _message(self, key: tuple[Kind, Outcome, str], count: int) -> str:
        kind, outcome, reason = key
        names = ", ".join(f"«{name}»" for name in self._names[key])
        more = ", …" if count > len(self._names[key]) else ""
        done = f"{_BEFORE[outcome]}{kind.repair}" + (f" được: {reason}" if reason else "")
        return f"{count} {kind.what} ({names}{more}): {done}"
