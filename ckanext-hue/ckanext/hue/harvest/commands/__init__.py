"""`ckan hue source …`, `ckan hue harvest …`, `ckan hue scheduler` and `ckan hue reconcile`."""

from __future__ import annotations

from .harvests import harvest
from .reconciling import reconcile
from .scheduling import scheduler
from .sources import source

__all__ = ["harvest", "reconcile", "scheduler", "source"]
