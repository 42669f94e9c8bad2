"""Template helpers about quality; each is `h.hue_…` in a template."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import ckan.plugins.toolkit as tk
from sqlalchemy.engine import Row

from ckanext.hue.catalog.formats import PREFIXES
from ckanext.hue.metadata.fields import all_fields
from ckanext.hue.schemas import Concept, concept

from . import overview
from .overview import Quality
from .timeliness import Timeliness

_SECTIONS = ("Bộ dữ liệu", "Tài nguyên")
_PREFIXES = {address: f"{prefix}:" for prefix, address in PREFIXES.items()}
_SHORT = re.compile("|".join(f"^{re.escape(address)}" for address in sorted(_PREFIXES, reverse=True)))
_LOOKS = {"excellent": "good", "good": "good", "sufficient": "busy", "bad": "bad"}


def hue_quality(dataset: Mapping[str, Any]) -> Quality | None:
    """How good a dataset's metadata are; None for one that is not public or was not scored yet."""
    return overview.of_dataset(dataset["id"])


def hue_quality_most(score: str) -> int:
    """The most points that a score (the total, or a dimension) can reach."""
    known = concept("quality_scores", score)
    return known["points"] if known else 0


def hue_quality_advice(metric: Concept) -> str:
    """What to do to gain a metric's points, in the page's language."""
    return metric["advice_en"] if tk.h.lang() == "en" else metric["advice"]


def hue_broken_fields(broken: Iterable[str]) -> list[str]:
    """The fields behind properties that break a rule, in the page's language; some properties have none."""
    names = (_SHORT.sub(lambda found: _PREFIXES[found[0]], address) for address in broken)
    labels = (_labels().get(name) for name in names)
    language = "en" if tk.h.lang() == "en" else "vi"
    return list(dict.fromkeys(label[language] for label in labels if label))


@cache
def _labels() -> dict[str, dict[str, str]]:
    """The labels of datasets' and resources' fields by property (`dct:title`), the first field of each."""
    found: dict[str, dict[str, str]] = {}
    for field in all_fields():
        if field.section in _SECTIONS:
            for name in re.findall(r"\w+:\w+", field.values["dcat"]):
                found.setdefault(name, field.values["label"])
    return found


def hue_quality_label(entry: Concept) -> str:
    """The name of a metric, score or rating in the page's language."""
    return entry.label(tk.h.lang())


def hue_quality_look(rating: Concept) -> str:
    """How a rating looks: `good`, `busy` (could be better) or `bad`."""
    return _LOOKS[rating.code]


def hue_freshness(timely: Timeliness) -> str:
    """Whether a dataset is updated as it promises, in words; empty where it promises nothing."""
    if timely.state == "late":
        return tk.ungettext("Update is {n} day late", "Update is {n} days late", timely.days).format(
            n=tk.h.hue_number(timely.days)
        )
    return tk._("Updated on time") if timely.state == "on-time" else ""


def hue_dead_links(quality: Quality) -> list[Row[Any]]:
    """The dataset's links to other servers that did not answer the last time."""
    return overview.dead_links(quality.links) if quality.links else []
