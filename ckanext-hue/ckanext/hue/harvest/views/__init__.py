"""The harvest's pages, for those who may see them."""

from __future__ import annotations

from . import feed, forms, jobs, sources, steps
from .common import harvests

__all__ = ["feed", "forms", "harvests", "jobs", "sources", "steps"]
