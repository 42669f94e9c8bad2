"""Simulated tables by field: what each kind of table holds and how its rows are drawn."""

from __future__ import annotations

from . import (
    administration,
    agriculture,
    culture,
    digital,
    economy,
    education,
    environment,
    health,
    tourism,
    transport,
)
from .template import templates

TEMPLATES = (
    *templates("tourism", tourism.ROWS),
    *templates("transport", transport.ROWS),
    *templates("health", health.ROWS),
    *templates("education", education.ROWS),
    *templates("culture", culture.ROWS),
    *templates("administration", administration.ROWS),
    *templates("environment", environment.ROWS),
    *templates("agriculture", agriculture.ROWS),
    *templates("digital", digital.ROWS),
    *templates("economy", economy.ROWS),
)
