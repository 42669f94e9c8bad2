"""nginx of this checkout: what people reach, with the cache of pages, before CKAN's own server."""

from __future__ import annotations

import os
import pwd
import shutil
import string
import urllib.error
from pathlib import Path

from stack import files, paths, ports, probe

SOURCE = paths.CONFIG / "nginx"
TEMPLATE = SOURCE / "local.conf"
SHARED = (SOURCE / "portal-http.conf", SOURCE / "portal-locations.conf")


class Template(string.Template):
    """nginx has variables of its own, with one dollar sign."""

    delimiter = "$$"


def prepare() -> None:
    """Write this checkout's settings."""
    known = ports.load()
    write(paths.NGINX, known["web"], known["ckan"])


def write(folder: Path, outer: int, inner: int) -> None:
    """Put into `folder` what nginx needs to listen on the loopback's port `outer` for CKAN on `inner`."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        user=user(), outer=f"{ports.HOST}:{outer}", inner=f"{ports.HOST}:{inner}"
    )
    files.write(folder / "nginx.conf", text)
    for source in SHARED:
        files.write(folder / source.name, source.read_text(encoding="utf-8"))


def user() -> str:
    """Return the directive that lets root's nginx work as root, whose folders these are; others need none."""
    return f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""


def program() -> str | None:
    """Return nginx; Debian keeps it where only root's path leads."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def server_command(folder: Path = paths.NGINX) -> list[str]:
    """Return the command that runs the server in the foreground."""
    return [program() or "nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]


def inputs() -> str:
    """Hash what the server reads at its start."""
    known = ports.load()
    return files.fingerprint(TEMPLATE, *SHARED, str(known["web"]), str(known["ckan"]), user())


def is_ready() -> bool:
    """Whether the server itself answers."""
    try:
        address = f"http://{ports.HOST}:{ports.load()['web']}/nginx-health"
        with probe.OPENER.open(address, timeout=5) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False
