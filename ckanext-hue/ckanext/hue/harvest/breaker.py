"""A circuit breaker for each host: one that fails again and again is left alone for a while.

Its jobs wait meanwhile; they do not fail. The state stands in PostgreSQL, so all workers share it.
"""

from __future__ import annotations

from .database import rows

THRESHOLD = 5  # failures in a row
FIRST_PAUSE_SECONDS = 30
LONGEST_PAUSE_SECONDS = 900


def failed(host: str) -> float | None:
    """Count a failure; returns the seconds for which the host is left alone now, None when it is not."""
    pause = rows(
        "INSERT INTO hue_harvest_host AS h (host, failures) VALUES (:host, 1)"
        " ON CONFLICT (host) DO UPDATE SET failures = h.failures + 1, open_until = CASE"
        "  WHEN h.open_until > now() THEN h.open_until"
        "  WHEN h.failures + 1 >= :threshold THEN now() + interval '1 second'"
        "   * least(:first * power(2, least(h.failures + 1 - :threshold, 20)), :longest) END"
        " RETURNING extract(epoch FROM open_until - now())::float AS seconds",
        host=host,
        threshold=THRESHOLD,
        first=FIRST_PAUSE_SECONDS,
        longest=LONGEST_PAUSE_SECONDS,
    )[0].seconds
    return pause if pause and pause > 0 else None


def succeeded(host: str) -> None:
    """Forget the failures of a host that answers."""
    rows("DELETE FROM hue_harvest_host WHERE host = :host", host=host)


def counting(host: str) -> bool:
    """Whether the host failed since it answered last."""
    return bool(rows("SELECT 1 FROM hue_harvest_host WHERE host = :host", host=host))


def is_open(host: str) -> bool:
    """Whether the host is left alone now."""
    return bool(rows("SELECT FROM hue_harvest_host WHERE host = :host AND open_until > now()", host=host))
