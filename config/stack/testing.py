"""`./hue test`: the checks of the source, then unit, integration, search and browser tests."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from stack import lifecycle, paths, portal, shell, state, supervision, type_check
from stack.errors import StackError
from stack.steps import say, seconds

TESTS = paths.ROOT / "tests"
SCREENSHOTS = "--screenshots"
NOTHING_COLLECTED = 5
# CKAN's pytest plugins load a CKAN into every run; the fixtures in tests/ do that where it is needed.
WITHOUT_CKANS_PLUGINS = ("-p", "no:ckan", "-p", "no:ckan_fixtures")
# One process a site; tests/conftest.py says which tests stay together.
SIDE_BY_SIDE = ("-n", str(len(portal.TESTS)), "--dist", "loadfile")


@dataclass(frozen=True)
class Stage:
    """A kind of tests: the folder under tests/, and whether it needs PostgreSQL, Redis and Solr."""

    name: str
    title: str
    needs_servers: bool

    @property
    def folder(self) -> Path:
        return TESTS / self.name


@dataclass(frozen=True)
class Check:
    """One program to run, and how it is called in the summary."""

    title: str
    command: list[str]
    nothing_is_fine: bool = False


STAGES = (
    Stage("unit", "Kiểm thử đơn vị", needs_servers=False),
    Stage("integration", "Kiểm thử tích hợp", needs_servers=True),
    Stage("search", "Kiểm thử tìm kiếm", needs_servers=True),
    Stage("browser", "Kiểm thử trên trình duyệt", needs_servers=True),
)


def tool(name: str, *arguments: str) -> list[str]:
    """Return the command line of one of the environment's Python tools."""
    return [str(paths.PYTHON), "-m", name, *arguments]


def source_checks() -> list[Check]:
    """Return the checks of the source itself, at the settings of pyproject.toml."""
    root = str(paths.ROOT)
    return [
        Check("Quy tắc mã nguồn (ruff check)", tool("ruff", "check", root)),
        Check("Trình bày mã nguồn (ruff format)", tool("ruff", "format", "--check", root)),
        Check("Kiểu dữ liệu (pyright)", tool("pyright", "--project", str(type_check.prepare()))),
    ]


def run(arguments: list[str]) -> int:
    """Run everything, or with pytest's arguments just what they select. Returns the first failure's code.

    `--screenshots` makes pictures of every page instead, in .hue/screenshots.
    """
    if SCREENSHOTS in arguments:
        return take_pictures([argument for argument in arguments if argument != SCREENSHOTS])
    return run_selected(arguments)


def take_pictures(arguments: list[str]) -> int:
    """Make pictures of every page in both widths and both modes. Returns pytest's exit code."""
    shutil.rmtree(paths.SCREENSHOTS, ignore_errors=True)
    paths.SCREENSHOTS.mkdir(parents=True)
    pictures = str(TESTS / "browser" / "tour" / "test_screenshots.py")
    code = run_selected([pictures, *arguments], HUE_SCREENSHOTS=str(paths.SCREENSHOTS))
    say(f"Ảnh chụp các trang: {paths.SCREENSHOTS}")
    return code


def run_selected(arguments: list[str], **environment: str) -> int:
    """Run what the arguments select, or everything, with these variables. The first failure's code."""
    chosen = select(arguments)
    sites = portal.TESTS if not arguments or "-n" in arguments else portal.TESTS[:1]
    with state.exclusive("test.lock", "một lượt ./hue test khác"):
        was_up = supervision.is_running()
        try:
            with state.exclusive():
                lifecycle.install(for_tests=True)
                if any(stage.needs_servers for stage, _ in chosen):
                    lifecycle.up_for_tests(sites)
            checks = [] if arguments else source_checks()
            tests = [pytest_check(stage, given, bool(arguments)) for stage, given in chosen]
            return report([*checks, *tests], {**variables(), **environment})
        finally:
            if not was_up and supervision.is_running():
                with state.exclusive():
                    lifecycle.down()


def select(arguments: Sequence[str]) -> list[tuple[Stage, list[str]]]:
    """Choose the stages to run, each with the arguments that concern it.

    Paths under tests/ choose their stages; without any path all stages that have tests run. Other arguments
    go to every stage. Raises StackError for a path under no stage's folder.
    """
    located = {argument: place for argument in arguments if (place := test_path(argument))}
    others = [argument for argument in arguments if argument not in located]
    chosen = []
    for stage in STAGES:
        if not located:
            inside = [str(stage.folder)] if any(stage.folder.rglob("test_*.py")) else []
        elif any(place == TESTS for place in located.values()):
            inside = [str(stage.folder)]
        else:
            inside = [argument for argument, place in located.items() if place.is_relative_to(stage.folder)]
        if inside:
            chosen.append((stage, [*inside, *others]))
    if located and not chosen:
        folders = ", ".join(f"tests/{stage.name}" for stage in STAGES)
        raise StackError(f"Không thuộc các thư mục {folders}: {', '.join(located)}")
    return chosen


def test_path(argument: str) -> Path | None:
    """Return the file or folder under tests/ that an argument of pytest names, if it names one."""
    if argument.startswith("-"):
        return None
    for base in (Path.cwd(), paths.ROOT):
        place = (base / argument.partition("::")[0]).resolve()
        if place.exists() and place.is_relative_to(TESTS):
            return place
    return None


def pytest_check(stage: Stage, given: list[str], selected: bool) -> Check:
    """Return the call of pytest for a stage."""
    command = tool(
        "pytest",
        f"--rootdir={paths.ROOT}",
        "-c",
        str(paths.ROOT / "pyproject.toml"),
        *WITHOUT_CKANS_PLUGINS,
        *(() if selected else SIDE_BY_SIDE),
        *given,
    )
    return Check(stage.title, command, nothing_is_fine=selected)


def variables() -> dict[str, str]:
    """Return what the tests' fixtures learn of this stack."""
    return {
        "HUE_ROOT": str(paths.ROOT),
        "HUE_VENV": str(paths.VENV),
        "HUE_TEST_INIS": os.pathsep.join(str(site.ini) for site in portal.TESTS),
        "HUE_CHROMIUM": shutil.which("chromium") or "",
    }


def report(checks: list[Check], environment: dict[str, str]) -> int:
    """Run every check with these variables, sum up, and return the first failure's exit code."""
    results = []
    for check in checks:
        say(f"\n── {check.title}")
        start = time.monotonic()
        code = shell.foreground(check.command, environment, paths.ROOT)
        if code == NOTHING_COLLECTED and check.nothing_is_fine and len(checks) > 1:
            code = 0
        results.append((check.title, code, time.monotonic() - start))
    say("\nTổng kết")
    for title, code, duration in results:
        say(f"  {'✗' if code else '✓'} {title} ({seconds(duration)}){f': mã {code}' if code else ''}")
    failures = [code for _, code, _ in results if code]
    say("Có bước thất bại." if failures else "Tất cả các bước đều đạt.")
    return failures[0] if failures else 0
