"""What the figures were measured on."""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path

from stack import postgres

_BLOCK = b"\0" * 8192
_SYNCS = 200


def facts(folder: Path) -> list[str]:
    """Sentences about cores, memory, the database and the disk that `folder` lies on."""
    settings = postgres.psql(
        "SELECT name || ' ' || current_setting(name) FROM unnest(ARRAY['shared_buffers', 'work_mem',"
        " 'maintenance_work_mem', 'max_wal_size', 'wal_compression', 'synchronous_commit', 'fsync',"
        " 'max_parallel_workers_per_gather']) AS name"
    )
    version = postgres.psql("SHOW server_version").strip()
    return [
        f"{os.cpu_count()} cores ({_processor()}), {_memory():.0f} GiB of memory,"
        f" load average {os.getloadavg()[0]:.1f} at the end",
        f"PostgreSQL {version}: {', '.join(settings.split(chr(10))).strip(', ')}",
        f"one 8 kB write with fdatasync: {sync_milliseconds(folder):.2f} ms",
    ]


def sync_milliseconds(folder: Path) -> float:
    """The median time until 8 kB are surely on the disk of `folder`."""
    path = folder / "sync"
    times = []
    with path.open("wb", buffering=0) as file:
        for _ in range(_SYNCS):
            start = time.perf_counter()
            file.seek(0)
            file.write(_BLOCK)
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - start)
    path.unlink()
    return statistics.median(times) * 1000


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown processor"


def _memory() -> float:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1024**3
