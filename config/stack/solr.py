"""Solr in .hue/solr: its jars from the pinned pom, its cores from config/solr/conf."""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import time
import urllib.error
import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stack import files, paths, ports, probe, shell, state
from stack.errors import StackError
from stack.steps import step

SOURCE = paths.CONFIG / "solr"
POM = SOURCE / "pom.xml"
LIBRARY = paths.SOLR / "lib"
HOME = paths.SOLR / "home"
MAIN_CORE = "ckan"
NOT_FOUND_YET, LOADING = 404, 503
LOADING_SECONDS = 60
COPY_JARS = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"


def ensure_jars() -> None:
    """Let Maven fetch the jars that the pom names, unless just these are there."""
    wanted = files.fingerprint(POM)
    if state.is_done("solr-jars", wanted) and LIBRARY.is_dir():
        return
    with step("Tải Solr bằng Maven"):
        shutil.rmtree(LIBRARY, ignore_errors=True)
        maven = ["mvn", "-B", "-q", "-f", POM, *repository_option(), COPY_JARS]
        where = ["-DincludeScope=runtime", f"-DoutputDirectory={LIBRARY}"]
        shell.run_logged([*maven, *where], "maven", "Tải Solr bằng Maven")
    state.mark_done("solr-jars", wanted)


def repository_option() -> list[str]:
    """Let Maven keep what it fetches under .hue/ where the user has no home folder to write to."""
    try:
        home = pwd.getpwuid(os.geteuid()).pw_dir
    except KeyError:
        home = ""
    return [] if os.access(home, os.W_OK) else [f"-Dmaven.repo.local={paths.SOLR / 'maven'}"]


def prepare() -> None:
    """Write Solr's own settings."""
    files.write(HOME / "solr.xml", (SOURCE / "solr.xml").read_text(encoding="utf-8"))


def server_command() -> list[str]:
    """Return the command that runs the server in the foreground."""
    return [
        shutil.which("java") or "java",
        "-Xms256m",
        "-Xmx1g",
        f"-Dsolr.solr.home={HOME}",
        f"-Dsolr.install.dir={paths.SOLR}",
        f"-Dsolr.log.dir={paths.LOG}",
        f"-Dlog4j2.configurationFile={(SOURCE / 'log4j2.xml').as_uri()}",
        "-cp",
        f"{LIBRARY}/*",
        str(SOURCE / "SolrServer.java"),
        str(ports.load()["solr"]),
    ]


def core_url(core: str) -> str:
    """Return the address of a core."""
    return f"http://{ports.HOST}:{ports.load()['solr']}/solr/{core}"


def ask(path: str, parameters: Mapping[str, str] | None = None, timeout: float = 60) -> dict[str, Any]:
    """Ask Solr something and return its JSON answer. Raises OSError when it does not answer well."""
    query = urllib.parse.urlencode({**(parameters or {}), "wt": "json"})
    return probe.get_json(f"http://{ports.HOST}:{ports.load()['solr']}/solr/{path}?{query}", timeout)


def is_ready() -> bool:
    """Whether the server answers."""
    try:
        return "responseHeader" in ask("admin/info/system", timeout=5)
    except (OSError, ValueError):
        return False


def core_files() -> list[Path]:
    """List the files that make a core's configuration."""
    return sorted(path for path in (SOURCE / "conf").iterdir() if path.is_file())


def ensure_core(core: str) -> bool:
    """Make a core of the running server, or reload a changed one. Returns whether it must be indexed anew."""
    folder = HOME / core
    is_new = not (folder / "core.properties").exists()
    is_current = state.is_done(f"solr-core-{core}", files.fingerprint(*core_files()))
    for path in core_files():
        files.write(folder / "conf" / path.name, path.read_text(encoding="utf-8"))
    if is_new:
        order("CREATE", core, name=core, instanceDir=str(folder))
        core_is_built(core)
    else:
        wait_while_loading(core)
        if not is_current:
            order("RELOAD", core, core=core)
    order("STATUS", core, core=core)
    return not is_new and not is_current


def order(action: str, core: str, /, **parameters: str) -> None:
    """Have Solr do something with a core. Raises StackError when that or the core itself fails."""
    try:
        ask("admin/cores", {"action": action, **parameters})
        if action != "UNLOAD":
            ask(f"{core}/admin/ping")
    except urllib.error.HTTPError as error:
        raise StackError(f"Solr không dùng được lõi tìm kiếm {core}: {cause_in(error.read())}") from error
    except OSError as error:
        raise StackError(f"Solr không trả lời: {error}") from error


def cause_in(answer: bytes) -> str:
    """Return the innermost cause that an error answer of Solr names."""
    error = json.loads(answer)["error"]
    causes = re.findall(r"Caused by: (.*)", error.get("trace", ""))
    return (causes or [error["msg"]])[-1][:2000]


def wait_while_loading(core: str) -> None:
    """Wait until a core that Solr found at its start is open, or has failed to open."""
    deadline = time.monotonic() + LOADING_SECONDS
    while time.monotonic() < deadline:
        try:
            ask(f"{core}/admin/ping")
        except urllib.error.HTTPError as error:
            # Solr answers before it has looked for its cores.
            if error.code not in (NOT_FOUND_YET, LOADING):
                return
            time.sleep(0.1)
        else:
            return


def core_is_built(core: str) -> None:
    """Remember that a core's index fits its present configuration."""
    state.mark_done(f"solr-core-{core}", files.fingerprint(*core_files()))


def drop_core(core: str) -> None:
    """Remove a core and its index, if there is one."""
    if (HOME / core / "core.properties").exists():
        wait_while_loading(core)
        order("UNLOAD", core, core=core, deleteInstanceDir="true")
