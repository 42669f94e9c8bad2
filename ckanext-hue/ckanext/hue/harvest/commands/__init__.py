"""`ckan hue source …`, `ckan hue harvest …` and `ckan hue scheduler`."""

from __future__ import annotations

from .harvests import harvest
from .scheduling import scheduler
from .sources import source

__all__ = ["harvest", "scheduler", "source"]
