"""Tells Docker whether a container does its work, by exit code and reason: health.py web | worker."""

from __future__ import annotations

import configparser
import http.client
import os
import socket
import sys
from pathlib import Path

from redis import Redis, RedisError
from rq import Worker

SECONDS = 5


def check_web() -> str | None:
    """Return why the web server of this container is not well, or None."""
    port = int(os.environ.get("PORTAL_PORT") or 5000)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", "/api/3/action/status_show")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"CKAN không trả lời: {error}"
    finally:
        connection.close()
    return None if status == http.client.OK else f"CKAN trả lời mã {status}"


def check_worker() -> str | None:
    """Return why no worker of this container listens to the queue, or None.

    A worker's record in Redis expires when its heartbeat stops.
    """
    settings = configparser.ConfigParser()
    settings.read(os.environ["CKAN_INI"], encoding="utf-8")
    url = settings["app:main"]["ckan.redis.url"]
    try:
        connection = Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)
        workers = Worker.all(connection=connection)
    except RedisError as error:
        return f"Redis không trả lời: {error}"
    host = socket.gethostname()
    if any(worker.hostname == host and Path("/proc", str(worker.pid)).exists() for worker in workers):
        return None
    return "Không có tiến trình nền nào của bộ chứa này trong hàng đợi"


CHECKS = {"web": check_web, "worker": check_worker}

if __name__ == "__main__":
    problem = CHECKS[sys.argv[1]]()
    if problem:
        print(problem, file=sys.stderr)
        sys.exit(1)
