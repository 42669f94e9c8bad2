"""Template helpers of reports; each is `h.hue_…` in a template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckan import model

from . import kinds, records


def hue_may_report(dataset: Mapping[str, Any]) -> bool:
    """Whether readers are asked for errors of a dataset: only where its data is published."""
    return dataset.get("state") == model.State.ACTIVE


def hue_report_kinds() -> dict[str, str]:
    """What can be wrong, by code."""
    return kinds.labels()


def hue_waiting_reports(dataset: Mapping[str, Any]) -> int:
    """How many reports wait for an answer."""
    return records.counts(dataset["id"])["new"]
