"""This checkout's own Redis under .hue/redis: the queue of background jobs."""

from __future__ import annotations

import shutil
import socket
from typing import Any, BinaryIO

from stack import credentials, files, paths, ports

CONFIG = paths.REDIS / "redis.conf"
SETTINGS = """\
# Written by ./hue up
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
daemonize no
# a queued job outlives a restart
appendonly yes
maxmemory-policy noeviction
"""


def prepare() -> None:
    """Write the settings."""
    paths.REDIS.mkdir(parents=True, exist_ok=True)
    text = SETTINGS.format(
        port=ports.load()["redis"],
        password=credentials.load()["redis"],
        folder=str(paths.REDIS).replace("\\", "\\\\").replace('"', '\\"'),
    )
    files.write(CONFIG, text, mode=0o600)


def server_command() -> list[str]:
    """Return the command that runs the server in the foreground."""
    return [shutil.which("redis-server") or "redis-server", str(CONFIG)]


def url(number: int) -> str:
    """Return the address of one of the server's databases."""
    return f"redis://:{credentials.load()['redis']}@{ports.HOST}:{ports.load()['redis']}/{number}"


def ask(*commands: str) -> list[Any]:
    """Send commands (words parted by spaces) and return their answers. Raises OSError when there is none."""
    with socket.create_connection((ports.HOST, ports.load()["redis"]), timeout=5) as connection:
        login = f"AUTH {credentials.load()['redis']}"
        connection.sendall("".join(f"{command}\r\n" for command in (login, *commands)).encode())
        answers = connection.makefile("rb")
        return [read_answer(answers) for _ in range(len(commands) + 1)][1:]


def read_answer(answers: BinaryIO) -> Any:
    """Read one answer of Redis's protocol: a text, a number, a list or None."""
    kind, rest = answers.read(1), answers.readline().strip().decode()
    match kind:
        case b"+":
            return rest
        case b":":
            return int(rest)
        case b"$":
            return None if rest == "-1" else answers.read(int(rest) + 2)[:-2].decode()
        case b"*":
            return [read_answer(answers) for _ in range(int(rest))]
    raise OSError(f"Redis: {rest or 'không trả lời'}")


def is_ready() -> bool:
    """Whether the server lets us in and answers."""
    try:
        return ask("PING") == ["PONG"]
    except OSError:
        return False


def worker_pids() -> set[str]:
    """Return the process ids of the workers that listen to the queue."""
    (workers,) = ask("SMEMBERS rq:workers")
    return {pid for pid in ask(*(f"HGET {worker} pid" for worker in workers)) if pid}


def queue_length(site_id: str) -> int:
    """Return how many jobs wait in a site's default queue."""
    (length,) = ask(f"LLEN rq:queue:ckan:{site_id}:default")
    return length


def empty(number: int) -> None:
    """Remove everything from one of the server's databases."""
    ask(f"SELECT {number}", "FLUSHDB")
