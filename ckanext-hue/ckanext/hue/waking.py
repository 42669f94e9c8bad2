"""Calls that wake a worker. What there is to do stands in the database, so losing a call loses no work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.redis import connect_to_redis


@dataclass(frozen=True, slots=True)
class WakingCall:
    """A call of which one at a time waits in CKAN's queue: it serves all changes until its job begins.

    lasts: seconds; should the queue lose the call, another one is made after them.
    Every method raises redis.exceptions.RedisError when Redis does not answer.
    """

    name: str
    lasts: int

    @property
    def key(self) -> str:
        """Where Redis keeps whether the call waits."""
        return f"hue:{tk.config['ckan.site_id']}:{self.name}:queued"

    def make(self, job: Callable[[], Any], title: str, **rq_kwargs: Any) -> None:
        """Queue the job, unless a call waits already."""
        if connect_to_redis().set(self.key, 1, nx=True, ex=self.lasts):
            tk.enqueue_job(job, title=title, rq_kwargs=rq_kwargs)

    def begin(self) -> None:
        """The job begins: what changes from now on needs another call."""
        connect_to_redis().delete(self.key)

    def waits_shorter_than(self, seconds: int) -> bool:
        """Whether a call waits, and not yet this long."""
        return connect_to_redis().ttl(self.key) > self.lasts - seconds
