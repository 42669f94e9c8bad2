"""Brings the parts up in order and takes them down again."""

from __future__ import annotations

import time
from collections.abc import Sequence

from stack import (
    frontend,
    nginx,
    orphans,
    parts,
    paths,
    portal,
    ports,
    postgres,
    python_env,
    redis_server,
    shell,
    solr,
    state,
    supervision,
    system,
)
from stack.errors import StackError
from stack.part import Part
from stack.steps import step

POLL_SECONDS = 0.1
UNUSABLE = set('%:;"\\\n')


def install(for_tests: bool = False) -> None:
    """Provide what the parts consist of: Debian's packages, Python's, npm's and Solr's."""
    check_path()
    paths.make_folders()
    system.ensure(for_tests)
    python_env.ensure("stack", *(["test"] if for_tests else []))
    frontend.ensure()
    solr.ensure_jars()


def check_path() -> None:
    """Raise StackError when the path has signs that Java, CKAN or the supervisor take for their own."""
    signs = sorted(set(str(paths.ROOT)) & UNUSABLE)
    if signs:
        raise StackError(
            f"Đường dẫn {paths.ROOT} chứa ký tự không dùng được: {' '.join(signs)}. Hãy đặt ở nơi khác."
        )


def up(with_sandbox: bool, web_port: int | None = None) -> None:
    """Start what does not run, in order, and wait until each part answers."""
    start_servers(web_port)
    prepare(portal.MAIN)
    portal.ensure_admin()
    state.put("demo", with_sandbox)
    if not with_sandbox:
        supervision.stop([parts.sandbox_part()])
    start(parts.applications(with_sandbox))


def up_for_tests(sites: Sequence[portal.Site]) -> None:
    """Start what CKAN stands on, with fresh sites for tests beside the portal's own."""
    start_servers()
    for site in sites:
        portal.clear(site)
        prepare(site)


def start_servers(web_port: int | None = None) -> None:
    """Settle the ports, write every configuration, start PostgreSQL, Redis and Solr."""
    if not supervision.is_running():
        orphans.end()
    running = supervision.running_parts()
    if "web" in running and "nginx" not in supervision.states():
        # an earlier version's web server, which people reached without nginx: the port is ours
        running.add("nginx")
    ports.choose(lambda part: supervision.is_running() if part == "supervisor" else part in running, web_port)
    postgres.prepare()
    redis_server.prepare()
    solr.prepare()
    nginx.prepare()
    portal.write_ini(portal.MAIN)
    supervision.ensure(parts.all_parts())
    start(parts.servers())


def prepare(site: portal.Site) -> None:
    """Bring a site's configuration, databases and search core to the present state."""
    portal.write_ini(site)
    must_rebuild = solr.ensure_core(site.core)
    portal.prepare_databases(site)
    portal.prepare_translations(site)
    if must_rebuild:
        portal.rebuild_index(site)


def start(group: list[Part]) -> None:
    """Start a group's parts side by side and wait for each one."""
    running = supervision.running_parts()
    outdated = [
        part
        for part in group
        if part.name in running and not state.is_done(f"started-{part.name}", part.inputs)
    ]
    supervision.stop(outdated)
    for part in group:
        if part.name not in running or part in outdated:
            state.mark_done(f"started-{part.name}", part.inputs)
            supervision.start(part)
    for part in group:
        with step(part.title):
            wait_until_ready(part)


def wait_until_ready(part: Part) -> None:
    """Wait until the part itself answers. Raises StackError with the end of its log when it does not."""
    deadline = time.monotonic() + part.ready_seconds
    while not part.is_ready():
        info = supervision.states().get(part.name, {})
        if info.get("statename") in ("FATAL", "STOPPED") or time.monotonic() > deadline:
            log = paths.LOG / f"{part.name}.log"
            why = info.get("spawnerr") or f"không sẵn sàng sau {part.ready_seconds} giây"
            raise StackError(f"{part.title} không chạy được: {why}. Cuối nhật ký {log}:\n{shell.tail(log)}")
        time.sleep(POLL_SECONDS)


def down() -> bool:
    """Stop everything, CKAN before what it stands on. Returns whether anything ran."""
    if not supervision.is_running():
        return orphans.end()
    with step("Dừng CKAN"):
        supervision.stop(parts.applications(with_sandbox=True))
    with step("Dừng Solr, Redis và PostgreSQL"):
        supervision.stop(parts.servers())
        supervision.shut_down()
    return True
