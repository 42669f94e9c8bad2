"""Template helpers about harvests; each is `h.hue_…` in a template."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from .states import ACTIONS, ITEM_STATES, JOB_STATES

HOUR, DAY, WEEK = 60, 1_440, 10_080  # minutes
MINUTE_SECONDS, HOUR_SECONDS = 60, 3_600

# How a state looks: good, bad (somebody has to act), busy or idle.
_LOOKS = {
    "finished": "good",
    "done": "good",
    "failed": "bad",
    "held": "bad",
    "planning": "busy",
    "running": "busy",
}


def hue_harvest_word(state: str) -> str:
    """What a job's state, a table's state or an action is called in the reader's language."""
    return tk._(JOB_STATES.get(state) or ITEM_STATES.get(state) or ACTIONS.get(state) or state)


def hue_harvest_look(state: str) -> str:
    """How a state looks: `good`, `bad`, `busy` or `idle`."""
    return _LOOKS.get(state, "idle")


def hue_every(minutes: int | None) -> str:
    """How often a source is harvested: «every day», «every 6 hours», «only by hand»."""
    if not minutes:
        return tk._("only by hand")
    for size, one, many in (
        (WEEK, tk._("every week"), tk._("every {n} weeks")),
        (DAY, tk._("every day"), tk._("every {n} days")),
        (HOUR, tk._("every hour"), tk._("every {n} hours")),
    ):
        if minutes % size == 0:
            return one if minutes == size else many.format(n=minutes // size)
    return tk._("every {n} minutes").format(n=minutes)


def hue_duration(seconds: float | None) -> str:
    """A span of time: «48 seconds», «5 min 03 s», «2 h 10 min»."""
    whole = int(seconds or 0)
    if whole < MINUTE_SECONDS:
        return tk._("{n} seconds").format(n=whole)
    if whole < HOUR_SECONDS:
        return tk._("{m} min {s} s").format(m=whole // MINUTE_SECONDS, s=f"{whole % MINUTE_SECONDS:02}")
    minutes = whole // MINUTE_SECONDS
    return tk._("{h} h {m} min").format(h=minutes // 60, m=f"{minutes % 60:02}")


def hue_administers_sources(organization_id: str) -> bool:
    """Whether the reader may see the harvest sources of this agency."""
    return tk.h.check_access("hue_source_list", {"organization": organization_id})


def hue_setting_value(value: Any) -> str:
    """A setting of a source, for reading."""
    if isinstance(value, bool):
        return tk._("Yes") if value else tk._("No")
    if isinstance(value, dict):
        return "; ".join(f"{name} = {each}" for name, each in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
