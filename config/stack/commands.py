"""What each command does. Every function returns the exit code."""

from __future__ import annotations

import ast
import shutil
import sys
import time
from pathlib import Path

from stack import demo, lifecycle, parts, paths, portal, python_env, shell, state, supervision, system
from stack import status as status_report
from stack.errors import StackError
from stack.steps import say, step, warn

BENCHES = paths.ROOT / "tests" / "bench"
LOG_LINES = 100
# What `reset` removes; the Python environment, Solr's jars and the chosen ports stay.
DATA = (
    paths.POSTGRES,
    paths.REDIS,
    paths.NGINX,
    paths.SOLR / "home",
    paths.STORAGE,
    paths.LOG,
    paths.RUN,
    paths.SECRETS,
    paths.ADMIN_PASSWORD,
    paths.CKAN_INI,
    paths.SUPERVISOR_CONFIG,
    *(path for site in portal.TESTS for path in (site.storage, site.ini)),
)


def up(with_demo: bool, web_port: int | None) -> int:
    """Install, start, harvest."""
    with state.exclusive():
        lifecycle.install()
        lifecycle.up(with_sandbox=with_demo, web_port=web_port)
        if with_demo:
            demo.ensure()
    say(f"Cổng dữ liệu mở Huế: {portal.site_url()}")
    return 0


def down() -> int:
    """Stop everything."""
    with state.exclusive():
        if not lifecycle.down():
            say("Không có thành phần nào đang chạy.")
    return 0


def status() -> int:
    """Show the parts and the counts; 1 unless every part is up."""
    return status_report.show()


def logs(part: str | None, follow: bool) -> int:
    """Show the end of one part's log, or of all."""
    known = {file.stem: str(file) for file in sorted(paths.LOG.glob("*.log"))}
    shown = [known[name] for name in ([part] if part else parts.NAMES) if name in known]
    if not shown:
        raise StackError(f"Không có nhật ký “{part or ''}”. Hiện có: {', '.join(known) or 'chưa có gì'}.")
    shell.become(["tail", "-n", str(LOG_LINES), *(["-F"] if follow else []), *shown])


def answer(question: str) -> str:
    """Ask the person at the terminal; an end of input (Ctrl-D) is an empty answer."""
    try:
        return input(question).strip().lower()
    except EOFError:
        say("")
        return ""


def reset(confirmed: bool) -> int:
    """Remove all data of this checkout, after asking."""
    if not confirmed:
        if not sys.stdin.isatty():
            warn("Lệnh này xóa mọi dữ liệu trong .hue. Không có ai để hỏi lại: hãy thêm --yes nếu chắc chắn.")
            return 2
        say(f"Sắp xóa mọi dữ liệu của cổng trong {paths.HUE}: cơ sở dữ liệu, chỉ mục, tệp tải lên, mật khẩu.")
        if answer("Gõ “xóa” để đồng ý: ") not in ("xóa", "xoá", "xoa"):
            say("Không xóa gì.")
            return 1
    with state.exclusive():
        lifecycle.down()
        with step("Xóa dữ liệu"):
            # Each move is whole: interrupted between two of them, the next `up` starts from nothing as well
            state.forget_all_but("ports", done=("solr-jars",))
            paths.TRASH.mkdir(exist_ok=True)
            for path in DATA:
                if path.exists():
                    path.rename(paths.TRASH / f"{time.time_ns()}-{path.name}")
            shutil.rmtree(paths.TRASH)
    return 0


def need_running() -> None:
    """Raise StackError when what CKAN stands on is not up."""
    if not {"postgres", "redis", "solr"} <= supervision.running_parts():
        raise StackError("Cổng chưa chạy. Hãy chạy ./hue up trước.")


def ckan(arguments: list[str]) -> int:
    """Run CKAN's own tool."""
    need_running()
    shell.become(portal.command(*arguments), portal.ini_of(portal.MAIN))


def sandbox(arguments: list[str]) -> int:
    """Run the sandbox platform in the foreground; it needs none of the portal's parts."""
    with state.exclusive():
        paths.make_folders()
        system.ensure()
        python_env.ensure("stack")
    shell.become([str(paths.PYTHON), "-P", "-m", parts.SANDBOX_MODULE, *arguments])


def bench(arguments: list[str]) -> int:
    """Run a benchmark, or list them."""
    known = {file.stem: file for file in sorted(BENCHES.glob("[a-z]*.py")) if file.stem != "conftest"}
    if not arguments:
        for name, file in known.items():
            say(f"  {name:<20} {first_line(file)}")
        if not known:
            say("Chưa có phép đo nào.")
        return 0
    name, *rest = arguments
    if name not in known:
        raise StackError(f"Không có phép đo “{name}”. Hiện có: {', '.join(known) or 'chưa có gì'}.")
    need_running()
    variables = {"CKAN_INI": str(paths.CKAN_INI), "HUE_WEB_URL": portal.inner_url()}
    shell.become([str(paths.PYTHON), str(known[name]), *rest], variables)


def first_line(file: Path) -> str:
    """Return the first line of a module's docstring."""
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0]
