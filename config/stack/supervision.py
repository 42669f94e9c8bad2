"""supervisord of this checkout: keeps the parts running, and lives on when the terminal is closed."""

from __future__ import annotations

import http.client
import os
import time
import xmlrpc.client
from collections.abc import Callable
from typing import Any

from stack import credentials, files, orphans, paths, ports, shell
from stack.errors import StackError
from stack.part import Part

USER = "hue"
START_SECONDS = 20
STOP_SECONDS = 60
RPC_SECONDS = 120
POLL_SECONDS = 0.1
# supervisord's numbers for these faults
ALREADY_STARTED = 60
NOT_RUNNING = 70
HEADER = """\
; Written by ./hue up
[supervisord]
nodaemon = false
logfile = {log}/supervisord.log
logfile_maxbytes = 5MB
logfile_backups = 2
pidfile = {run}/supervisord.pid
childlogdir = {log}
directory = {root}
silent = true

[inet_http_server]
port = 127.0.0.1:{port}
username = {user}
password = {password}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""
PROGRAM = """
[program:{name}]
command = {command}
directory = {root}
environment = {environment}
autostart = false
autorestart = true
startsecs = 10
startretries = 3
stopsignal = {stop_signal}
stopwaitsecs = {stop_seconds}
stopasgroup = {as_group}
killasgroup = true
redirect_stderr = true
stdout_logfile = {log}/{name}.log
stdout_logfile_maxbytes = 10MB
stdout_logfile_backups = 3
"""


def quote(word: str) -> str:
    """Write a word as supervisor's command lines and environments read it back."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def configuration(parts: list[Part]) -> str:
    """Return supervisord's configuration for these parts."""
    common = {"log": escape(str(paths.LOG)), "run": escape(str(paths.RUN)), "root": escape(str(paths.ROOT))}
    header = HEADER.format(
        port=ports.load()["supervisor"], user=USER, password=credentials.load()["supervisor"], **common
    )
    programs = [
        PROGRAM.format(
            name=part.name,
            command=" ".join(quote(word) for word in part.command),
            environment=",".join(f"{name}={quote(value)}" for name, value in part.environment.items()),
            stop_signal=part.stop_signal,
            stop_seconds=part.stop_seconds,
            as_group=str(part.stop_as_group).lower(),
            **common,
        )
        for part in parts
    ]
    return header + "".join(programs)


def escape(text: str) -> str:
    """Write a path as supervisor's settings read it back."""
    return text.replace("%", "%%")


class Transport(xmlrpc.client.Transport):
    """A connection that does not wait for ever."""

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        connection = super().make_connection(host)
        connection.timeout = RPC_SECONDS
        return connection


def rpc() -> Any:
    """Return the remote control of this checkout's supervisord."""
    login = f"{USER}:{credentials.load()['supervisor']}"
    address = f"http://{login}@{ports.HOST}:{ports.load()['supervisor']}/RPC2"
    return xmlrpc.client.ServerProxy(address, transport=Transport(), allow_none=True).supervisor


def is_running() -> bool:
    """Whether this checkout's supervisord answers."""
    if "supervisor" not in ports.load():
        return False
    try:
        return rpc().getPID() == read_pid()
    except (OSError, xmlrpc.client.Error, http.client.HTTPException):
        return False


def read_pid() -> int | None:
    """Return the process id that supervisord left in .hue/run, if any."""
    file = paths.RUN / "supervisord.pid"
    text = file.read_text().strip() if file.exists() else ""
    return int(text) if text.isdecimal() else None


def states() -> dict[str, dict[str, Any]]:
    """Map each part to what supervisord knows of it; empty when it does not run."""
    if not is_running():
        return {}
    return {info["name"]: info for info in rpc().getAllProcessInfo()}


def running_parts() -> set[str]:
    """Name the parts whose process is up or coming up."""
    return {name for name, info in states().items() if info["statename"] in ("RUNNING", "STARTING")}


def ensure(parts: list[Part]) -> None:
    """Start supervisord, or bring the running one to the present configuration."""
    changed = files.write(paths.SUPERVISOR_CONFIG, configuration(parts), mode=0o600)
    if not is_running():
        launch()
    elif changed:
        reload_programs()


def launch() -> None:
    """Start supervisord as a daemon of its own session."""
    command = [paths.PYTHON, "-m", "supervisor.supervisord", "-c", paths.SUPERVISOR_CONFIG]
    shell.run_logged(command, "supervisord-start", "Khởi động bộ giám sát", orphans.mark())
    deadline = time.monotonic() + START_SECONDS
    while not is_running():
        if time.monotonic() > deadline:
            raise StackError(
                f"Bộ giám sát không trả lời. Nhật ký:\n{shell.tail(paths.LOG / 'supervisord.log')}"
            )
        time.sleep(POLL_SECONDS)


def reload_programs() -> None:
    """Stop the programs whose settings changed or went, and take up the new ones."""
    supervisor = rpc()
    added, changed, removed = supervisor.reloadConfig()[0]
    for name in [*changed, *removed]:
        supervisor.stopProcessGroup(name)
        supervisor.removeProcessGroup(name)
    for name in [*changed, *added]:
        supervisor.addProcessGroup(name)


def start(part: Part) -> None:
    """Start one part's process without waiting for it. Raises StackError when that is impossible."""
    control(part, lambda supervisor: supervisor.startProcess(part.name, False), unless=ALREADY_STARTED)


def stop(parts: list[Part]) -> None:
    """Stop these parts together and wait for their end."""
    running = running_parts()
    stopping = [part for part in parts if part.name in running]
    for part in stopping:
        control(
            part, lambda supervisor, name=part.name: supervisor.stopProcess(name, False), unless=NOT_RUNNING
        )
    begun = time.monotonic()
    repeated: set[str] = set()
    while left := still_stopping(stopping):
        for part in left:
            if part.patience and part.name not in repeated and time.monotonic() - begun > part.patience:
                repeated.add(part.name)
                signal_again(part)
        time.sleep(POLL_SECONDS)


def still_stopping(parts: list[Part]) -> list[Part]:
    """Return those of the parts whose process has not ended yet."""
    known = states()
    return [part for part in parts if known.get(part.name, {}).get("statename") == "STOPPING"]


def signal_again(part: Part) -> None:
    """Send the signal to stop once more."""
    control(
        part, lambda supervisor: supervisor.signalProcess(part.name, part.stop_signal), unless=NOT_RUNNING
    )


def control(part: Part, order: Callable[[Any], Any], unless: int) -> None:
    """Give supervisord an order about a part; `unless` is the fault that says it is done already."""
    try:
        order(rpc())
    except xmlrpc.client.Fault as fault:
        if fault.faultCode != unless:
            raise StackError(
                f"Bộ giám sát không điều khiển được {part.title}: {fault.faultString}"
            ) from fault


def shut_down() -> None:
    """End supervisord, and wait for its end."""
    pid = read_pid()
    if pid is None or not is_running():
        return
    rpc().shutdown()
    deadline = time.monotonic() + STOP_SECONDS
    while is_alive(pid):
        if time.monotonic() > deadline:
            raise StackError(f"Bộ giám sát (tiến trình {pid}) không kết thúc.")
        time.sleep(POLL_SECONDS)


def is_alive(pid: int) -> bool:
    """Whether a process of this id exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
