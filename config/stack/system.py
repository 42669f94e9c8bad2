"""What the machine itself must have: found by looking for the programs, installed from Debian when we may."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

from stack import nginx, postgres, shell
from stack.errors import MustInstall
from stack.steps import say, step

# Packages that bring servers would start them; the portal has its own.
NO_AUTOSTART = "/usr/sbin/policy-rc.d"
POLICY_MARK = "# ./hue up: while it installs"


def has(*programs: str) -> bool:
    """Whether every one of these programs can be run."""
    return all(shutil.which(program) for program in programs)


def has_python_headers() -> bool:
    """Whether C code can be compiled for the Python that runs this."""
    return Path(sysconfig.get_path("include"), "Python.h").exists()


def has_vietnamese_font() -> bool:
    """Whether a font with all Vietnamese letters is installed."""
    if not has("fc-list"):
        return False
    listing = subprocess.run(["fc-list", ":lang=vi"], capture_output=True, check=False)
    return bool(listing.stdout.strip())


def has_library_header(name: str) -> bool:
    """Whether PostgreSQL's client library can be compiled against."""
    config = shutil.which("pg_config")
    if config is None:
        return False
    folder = subprocess.run(
        [config, "--includedir"], capture_output=True, text=True, check=False
    ).stdout.strip()
    return bool(folder) and Path(folder, name).exists()


RUNNING: dict[str, Callable[[], bool]] = {
    "postgresql": lambda: postgres.newest_binaries() is not None,
    "redis-server": lambda: has("redis-server"),
    "nginx": lambda: nginx.program() is not None,
    "default-jdk-headless": lambda: has("java", "javac"),
    "maven": lambda: has("mvn"),
    "gcc": lambda: has("gcc"),
    "libc6-dev": lambda: Path("/usr/include/stdio.h").exists(),
    "libpq-dev": lambda: has_library_header("libpq-fe.h"),
    "python3-dev": has_python_headers,
    "libmagic1": lambda: ctypes.util.find_library("magic") is not None,
}
TESTING: dict[str, Callable[[], bool]] = {
    "chromium": lambda: has("chromium"),
    "fontconfig": lambda: has("fc-list"),
    "fonts-noto-core": has_vietnamese_font,
    "libreoffice-calc-nogui": lambda: has("soffice"),
}


def missing(needs: dict[str, Callable[[], bool]]) -> list[str]:
    """Name the Debian packages whose programs are not there."""
    return [package for package, is_there in needs.items() if not is_there()]


def ensure(for_tests: bool = False) -> None:
    """Install the missing packages, or raise MustInstall naming exactly what to install."""
    needs = RUNNING | TESTING if for_tests else RUNNING
    packages = missing(needs)
    if not packages:
        return
    if "python3-dev" in packages and sys.base_prefix != "/usr":
        raise MustInstall(
            f"Python ở {sys.base_prefix} thiếu tệp tiêu đề C (Python.h). Hãy cài bản Python có đủ tệp này."
        )
    prefix = root_prefix()
    if prefix is None or not has("apt-get"):
        raise MustInstall(
            "Máy còn thiếu một số gói phần mềm. Hãy cài rồi chạy lại lệnh này:\n"
            f"  sudo apt-get update && sudo apt-get install -y --no-install-recommends {' '.join(packages)}"
        )
    say(f"  Cần cài từ Debian: {' '.join(packages)}")
    with step("Cài gói Debian"):
        install(prefix, packages)
    still = missing(needs)
    if still:
        raise MustInstall(f"Đã cài gói Debian nhưng vẫn không tìm thấy chương trình của: {' '.join(still)}")


def root_prefix() -> list[str] | None:
    """Return what to put before a command to run it as root; None when we may not."""
    if os.geteuid() == 0:
        return []
    if (
        has("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


def install(prefix: list[str], packages: list[str]) -> None:
    """Run apt-get without letting it start the packages' own servers."""
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    shell.run_logged([*apt, "update", "-q"], "apt-update", "Cập nhật danh mục gói Debian")
    held = hold_servers(prefix)
    try:
        shell.run_logged(
            [*apt, "install", "-y", "-q", "--no-install-recommends", *packages],
            "apt-install",
            "Cài gói Debian",
        )
    finally:
        if held:
            subprocess.run([*prefix, "rm", "-f", NO_AUTOSTART], check=True)


def hold_servers(prefix: list[str]) -> bool:
    """Put a policy in place that keeps Debian from starting servers; an administrator's own stays."""
    policy = Path(NO_AUTOSTART)
    if policy.exists() and POLICY_MARK not in policy.read_text(errors="replace"):
        return False
    script = f"printf '#!/bin/sh\\n{POLICY_MARK}\\nexit 101\\n' >{NO_AUTOSTART} && chmod 755 {NO_AUTOSTART}"
    subprocess.run([*prefix, "sh", "-c", script], check=True)
    return True
