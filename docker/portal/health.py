"""Tells Docker whether a container does its work, by exit code and reason: health.py web|worker|scheduler."""

from __future__ import annotations

import configparser
import http.client
import os
import socket
import sys
from pathlib import Path

import psycopg2
from redis import Redis, RedisError
from rq import Worker

SECONDS = 5
# The scheduler looks every `ckanext.hue.scheduler.tick` seconds; one look may wait for a mail server.
USUAL_TICK = 5
MISSED_LOOKS = 5
LEAST_SILENCE = 300
LAST_LOOK = """
    SELECT extract(epoch FROM now() - last_run)::float FROM hue_schedule
    WHERE name = 'scheduler' AND last_run IS NOT NULL
"""


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
    url = settings()["ckan.redis.url"]
    try:
        connection = Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)
        workers = Worker.all(connection=connection)
    except RedisError as error:
        return f"Redis không trả lời: {error}"
    host = socket.gethostname()
    if any(worker.hostname == host and Path("/proc", str(worker.pid)).exists() for worker in workers):
        return None
    return "Không có tiến trình nền nào của bộ chứa này trong hàng đợi"


def check_scheduler() -> str | None:
    """Return why no scheduler looks at what is due, or None.

    Of several schedulers one looks; the others stand by, and are as well as that one.
    """
    options = settings()
    tick = float(options.get("ckanext.hue.scheduler.tick") or USUAL_TICK)
    try:
        connection = psycopg2.connect(
            options["sqlalchemy.url"], connect_timeout=SECONDS, options=f"-cstatement_timeout={SECONDS}s"
        )
        try:
            with connection.cursor() as cursor:
                cursor.execute(LAST_LOOK)
                seen = cursor.fetchone()
        finally:
            connection.close()
    except psycopg2.Error as error:
        return f"Cơ sở dữ liệu không trả lời: {error}"
    if seen is None:
        return "Bộ lập lịch chưa xem việc đến hạn lần nào"
    if seen[0] > max(LEAST_SILENCE, MISSED_LOOKS * tick):
        return f"Bộ lập lịch không xem việc đến hạn từ {seen[0]:.0f} giây trước"
    return None


def settings() -> configparser.SectionProxy:
    """CKAN's configuration, as the entry point wrote it."""
    parser = configparser.ConfigParser()
    parser.read(os.environ["CKAN_INI"], encoding="utf-8")
    return parser["app:main"]


CHECKS = {"web": check_web, "worker": check_worker, "scheduler": check_scheduler}

if __name__ == "__main__":
    problem = CHECKS[sys.argv[1]]()
    if problem:
        print(problem, file=sys.stderr)
        sys.exit(1)
