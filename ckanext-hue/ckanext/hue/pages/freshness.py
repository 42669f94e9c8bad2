"""How fresh a dataset is, in words and days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hue.quality.helpers import hue_freshness
from ckanext.hue.quality.overview import Quality

from . import values


@dataclass(frozen=True, slots=True)
class Freshness:
    """`state` as `timeliness.Timeliness` has it; `words` say it, `more` says what is due when."""

    state: str
    words: str
    more: str


def of_dataset(dataset: Mapping[str, Any], quality: Quality | None) -> Freshness:
    """Whether a dataset keeps its promise; without one, when it changed last."""
    changed = values.day(dataset.get("modified") or dataset.get("metadata_modified"))
    due: date | None = quality.update_due if quality else None
    if quality is None or due is None:
        return Freshness("unknown", tk._("Updated {day}").format(day=changed), _frequency(dataset))
    timely = quality.timeliness
    sentence = tk._("was due on {day}") if timely.state == "late" else tk._("next update by {day}")
    more = tk._("Updated {day}").format(day=changed) + "; " + sentence.format(day=values.day(due.isoformat()))
    return Freshness(timely.state, hue_freshness(timely), more)


def _frequency(dataset: Mapping[str, Any]) -> str:
    frequency = dataset.get("frequency")
    return tk.h.hue_concept_label("frequencies", frequency) if frequency else ""
